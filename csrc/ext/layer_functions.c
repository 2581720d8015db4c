/* The functions that make layers. */
#include "ext/module.h"

#include <stdint.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/layer_type.h"
#include "ext/shape_tuples.h"
#include "ext/specs.h"

/* What a constructor of the library gave, as a Layer or an exception. */
static PyObject *finish(PyObject *module, cornu_status status, cornu_layer *layer,
                        const cornu_error *error) {
    if (status != CORNU_OK) {
        cornu_error_raise(status, error);
        return NULL;
    }
    return cornu_layer_object_new(cornu_module_state_of(module), layer);
}

typedef struct integers {
    size_t count;
    int64_t values[CORNU_MAX_RANK];
} integers;

/* Output: integers, such as sizes or axes. Negative ones are the library's to judge: -1 means
 * something. */
static bool convert_integers(PyObject *value, const char *name, void *output) {
    bool ok = false;
    integers *found = output;
    PyObject *items =
        cornu_items_tuple(value, name, "a tuple of at most 8 integers", CORNU_MAX_RANK);
    if (items == NULL) return false;
    found->count = (size_t)PyTuple_GET_SIZE(items);
    for (size_t i = 0; i < found->count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, (Py_ssize_t)i);
        if (!cornu_convert_int64(item, name, &found->values[i])) goto exit;
    }
    ok = true;
exit:
    Py_DECREF(items);
    return ok;
}

static PyObject *dense(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                       PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    size_t units;
    cornu_activation activation;
    bool use_bias;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"units", cornu_convert_positive_size, &units},
        {"activation", cornu_convert_activation, &activation},
        {"use_bias", cornu_convert_bool, &use_bias},
    };
    if (!cornu_arguments_parse("dense", 5, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_dense(name, dtype, units, &activation, use_bias, &layer, &error);
    return finish(module, status, layer, &error);
}

static PyObject *activation(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                            PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_activation activation;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"activation", cornu_convert_activation, &activation},
    };
    if (!cornu_arguments_parse("activation", 3, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_activation(name, dtype, &activation, &layer, &error);
    return finish(module, status, layer, &error);
}

static PyObject *activation_along(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_activation activation;
    integers axes;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"activation", cornu_convert_activation, &activation},
        {"axes", convert_integers, &axes},
    };
    if (!cornu_arguments_parse("activation_along", 4, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_activation_along(name, dtype, &activation, axes.count,
                                                           axes.values, &layer, &error);
    return finish(module, status, layer, &error);
}

static PyObject *batch_normalization(PyObject *module, PyObject *const *values,
                                     Py_ssize_t value_count, PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    int64_t axis;
    double momentum, epsilon;
    bool center, scale;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},         {"dtype", cornu_convert_float_dtype, &dtype},
        {"axis", cornu_convert_int64, &axis},        {"momentum", cornu_convert_double, &momentum},
        {"epsilon", cornu_convert_double, &epsilon}, {"center", cornu_convert_bool, &center},
        {"scale", cornu_convert_bool, &scale},
    };
    if (!cornu_arguments_parse("batch_normalization", 7, arguments, value_count, values,
                               keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_batch_normalization(name, dtype, axis, momentum, epsilon,
                                                              center, scale, &layer, &error);
    return finish(module, status, layer, &error);
}

static PyObject *flatten(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
    };
    if (!cornu_arguments_parse("flatten", 2, arguments, value_count, values, keywords)) return NULL;
    cornu_status status = cornu_layer_new_flatten(name, dtype, &layer, &error);
    return finish(module, status, layer, &error);
}

static PyObject *reshape(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    integers target;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"target_shape", convert_integers, &target},
    };
    if (!cornu_arguments_parse("reshape", 3, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_reshape(name, dtype, target.count, target.values, &layer, &error);
    return finish(module, status, layer, &error);
}

typedef struct noise_shape {
    size_t rank; /* 0: none */
    size_t sizes[CORNU_MAX_RANK + 1];
} noise_shape;

/* Output: noise_shape. None, of the whole or of one axis, is the library's 0; so no axis may be
 * given as 0. */
static bool convert_noise_shape(PyObject *value, const char *name, void *output) {
    bool ok = false;
    noise_shape *noise = output;
    noise->rank = 0;
    if (value == Py_None) return true;
    PyObject *items = cornu_items_tuple(
        value, name, "None or a tuple of at most 9 positive integers or None", CORNU_MAX_RANK + 1);
    if (items == NULL) return false;
    noise->rank = (size_t)PyTuple_GET_SIZE(items);
    if (noise->rank == 0) {
        cornu_argument_refuse(PyExc_ValueError, name, "None or a tuple that is not empty", value);
        goto exit;
    }
    for (size_t i = 0; i < noise->rank; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, (Py_ssize_t)i);
        noise->sizes[i] = 0;
        if (item != Py_None && !cornu_convert_positive_size(item, name, &noise->sizes[i])) {
            goto exit;
        }
    }
    ok = true;
exit:
    Py_DECREF(items);
    return ok;
}

static PyObject *dropout(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    double rate;
    noise_shape noise;
    uint64_t seed;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},   {"dtype", cornu_convert_float_dtype, &dtype},
        {"rate", cornu_convert_double, &rate}, {"noise_shape", convert_noise_shape, &noise},
        {"seed", cornu_convert_uint64, &seed},
    };
    if (!cornu_arguments_parse("dropout", 5, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_dropout(name, dtype, rate, noise.rank, noise.sizes, seed, &layer, &error);
    return finish(module, status, layer, &error);
}

PyMethodDef cornu_layer_functions[] = {
    {"dense", (PyCFunction)(void (*)(void))dense, METH_FASTCALL | METH_KEYWORDS,
     "dense($module, /, name, dtype, units, activation, use_bias)\n--\n\nA dense layer."},
    {"activation", (PyCFunction)(void (*)(void))activation, METH_FASTCALL | METH_KEYWORDS,
     "activation($module, /, name, dtype, activation)\n--\n\nAn activation as a layer."},
    {"activation_along", (PyCFunction)(void (*)(void))activation_along,
     METH_FASTCALL | METH_KEYWORDS,
     "activation_along($module, /, name, dtype, activation, axes)\n--\n\n"
     "An activation along other axes than the last."},
    {"batch_normalization", (PyCFunction)(void (*)(void))batch_normalization,
     METH_FASTCALL | METH_KEYWORDS,
     "batch_normalization($module, /, name, dtype, axis, momentum, epsilon, center, scale)\n--\n\n"
     "A layer that normalizes by statistics of the batch."},
    {"flatten", (PyCFunction)(void (*)(void))flatten, METH_FASTCALL | METH_KEYWORDS,
     "flatten($module, /, name, dtype)\n--\n\nA layer that makes rows of any shape flat."},
    {"reshape", (PyCFunction)(void (*)(void))reshape, METH_FASTCALL | METH_KEYWORDS,
     "reshape($module, /, name, dtype, target_shape)\n--\n\nA layer that gives rows a shape."},
    {"dropout", (PyCFunction)(void (*)(void))dropout, METH_FASTCALL | METH_KEYWORDS,
     "dropout($module, /, name, dtype, rate, noise_shape, seed)\n--\n\nA dropout layer."},
    {NULL, NULL, 0, NULL},
};
