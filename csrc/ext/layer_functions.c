/* The functions that make layers. */
#include "ext/layer_functions.h"

#include <stdint.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/layer_type.h"
#include "ext/module.h"
#include "ext/shape_tuples.h"
#include "ext/specs.h"

PyObject *cornu_layer_finish(PyObject *module, cornu_status status, cornu_layer *layer,
                             const cornu_error *error) {
    if (status != CORNU_OK) {
        cornu_error_raise(status, error);
        return NULL;
    }
    return cornu_layer_object_new(cornu_module_state_of(module), layer);
}

bool cornu_convert_integers(PyObject *value, const char *name, void *output) {
    bool ok = false;
    cornu_integers *found = output;
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
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *einsum_dense(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                              PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_einsum einsum = {0};
    cornu_shape kept;
    cornu_activation activation;
    bool use_bias;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"taken", cornu_convert_positive_size, &einsum.taken},
        {"units", cornu_convert_shape, &einsum.units},
        {"elides", cornu_convert_bool, &einsum.elides},
        {"kept", cornu_convert_shape, &kept},
        {"activation", cornu_convert_activation, &activation},
        {"use_bias", cornu_convert_bool, &use_bias},
    };
    if (!cornu_arguments_parse("einsum_dense", 8, arguments, value_count, values, keywords)) {
        return NULL;
    }
    einsum.kept_count = kept.rank;
    for (size_t i = 0; i < kept.rank; i++) einsum.kept[i] = kept.sizes[i];
    cornu_status status =
        cornu_layer_new_einsum_dense(name, dtype, &einsum, &activation, use_bias, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
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
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *activation_along(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_activation activation;
    cornu_integers axes;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"activation", cornu_convert_activation, &activation},
        {"axes", cornu_convert_integers, &axes},
    };
    if (!cornu_arguments_parse("activation_along", 4, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_activation_along(name, dtype, &activation, axes.count,
                                                           axes.values, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *masking(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    double value;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"value", cornu_convert_double, &value},
    };
    if (!cornu_arguments_parse("masking", 3, arguments, value_count, values, keywords)) return NULL;
    cornu_status status = cornu_layer_new_masking(name, dtype, value, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

/* A maker of a layer that has no options. */
typedef cornu_status plain_maker(const char *name, cornu_dtype dtype, cornu_layer **layer,
                                 cornu_error *error);

static PyObject *make_plain(PyObject *module, plain_maker *maker, const char *function,
                            PyObject *const *values, Py_ssize_t value_count, PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
    };
    if (!cornu_arguments_parse(function, 2, arguments, value_count, values, keywords)) return NULL;
    cornu_status status = maker(name, dtype, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *flatten(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    return make_plain(module, cornu_layer_new_flatten, "flatten", values, value_count, keywords);
}

static PyObject *flatten_channels_first(PyObject *module, PyObject *const *values,
                                        Py_ssize_t value_count, PyObject *keywords) {
    return make_plain(module, cornu_layer_new_flatten_channels_first, "flatten_channels_first",
                      values, value_count, keywords);
}

static PyObject *reshape(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_integers target;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"target_shape", cornu_convert_integers, &target},
    };
    if (!cornu_arguments_parse("reshape", 3, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_reshape(name, dtype, target.count, target.values, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *permute(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_integers dims;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"dims", cornu_convert_integers, &dims},
    };
    if (!cornu_arguments_parse("permute", 3, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_permute(name, dtype, dims.count, dims.values, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *repeat_vector(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                               PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    size_t count;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"n", cornu_convert_positive_size, &count},
    };
    if (!cornu_arguments_parse("repeat_vector", 3, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_repeat_vector(name, dtype, count, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

/* New memory of as many doubles as the tuple or list has, for PyMem_Free; NULL: an exception. */
static double *make_doubles(PyObject *value, const char *name, size_t *count) {
    PyObject *items = cornu_items_tuple(value, name, "a tuple of numbers", PY_SSIZE_T_MAX);
    if (items == NULL) return NULL;
    *count = (size_t)PyTuple_GET_SIZE(items);
    double *numbers = PyMem_New(double, *count ? *count : 1);
    if (numbers == NULL) PyErr_NoMemory();
    for (size_t i = 0; i < *count && numbers != NULL; i++) {
        if (cornu_convert_double(PyTuple_GET_ITEM(items, (Py_ssize_t)i), name, &numbers[i])) {
            continue;
        }
        PyMem_Free(numbers);
        numbers = NULL;
    }
    Py_DECREF(items);
    return numbers;
}

static PyObject *rescaling(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                           PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    PyObject *scale_values, *shift_values, *made = NULL;
    bool channels_first;
    size_t scale_count = 0, shift_count = 0;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"scale", cornu_convert_object, &scale_values},
        {"offset", cornu_convert_object, &shift_values},
        {"channels_first", cornu_convert_bool, &channels_first},
    };
    if (!cornu_arguments_parse("rescaling", 5, arguments, value_count, values, keywords)) {
        return NULL;
    }
    double *scales = make_doubles(scale_values, "scale", &scale_count);
    double *shifts = scales != NULL ? make_doubles(shift_values, "offset", &shift_count) : NULL;
    if (scales == NULL || shifts == NULL) goto exit;
    if (scale_count != shift_count) {
        PyErr_SetString(PyExc_ValueError, "`scale` and `offset` must have the same length");
        goto exit;
    }
    cornu_status status = cornu_layer_new_rescaling(name, dtype, scale_count, scales, shifts,
                                                    channels_first, &layer, &error);
    made = cornu_layer_finish(module, status, layer, &error);
exit:
    PyMem_Free(scales);
    PyMem_Free(shifts);
    return made;
}

PyMethodDef cornu_layer_functions[] = {
    {"dense", (PyCFunction)(void (*)(void))dense, METH_FASTCALL | METH_KEYWORDS,
     "dense($module, /, name, dtype, units, activation, use_bias)\n--\n\nA dense layer."},
    {"einsum_dense", (PyCFunction)(void (*)(void))einsum_dense, METH_FASTCALL | METH_KEYWORDS,
     "einsum_dense($module, /, name, dtype, taken, units, elides, kept, activation, use_bias)\n"
     "--\n\nA dense layer over several axes."},
    {"activation", (PyCFunction)(void (*)(void))activation, METH_FASTCALL | METH_KEYWORDS,
     "activation($module, /, name, dtype, activation)\n--\n\nAn activation as a layer."},
    {"activation_along", (PyCFunction)(void (*)(void))activation_along,
     METH_FASTCALL | METH_KEYWORDS,
     "activation_along($module, /, name, dtype, activation, axes)\n--\n\n"
     "An activation along other axes than the last."},
    {"masking", (PyCFunction)(void (*)(void))masking, METH_FASTCALL | METH_KEYWORDS,
     "masking($module, /, name, dtype, value)\n--\n\nA layer that masks what is all one value."},
    {"flatten", (PyCFunction)(void (*)(void))flatten, METH_FASTCALL | METH_KEYWORDS,
     "flatten($module, /, name, dtype)\n--\n\nA layer that makes rows of any shape flat."},
    {"reshape", (PyCFunction)(void (*)(void))reshape, METH_FASTCALL | METH_KEYWORDS,
     "reshape($module, /, name, dtype, target_shape)\n--\n\nA layer that gives rows a shape."},
    {"permute", (PyCFunction)(void (*)(void))permute, METH_FASTCALL | METH_KEYWORDS,
     "permute($module, /, name, dtype, dims)\n--\n\nA layer that reorders a row's axes."},
    {"repeat_vector", (PyCFunction)(void (*)(void))repeat_vector, METH_FASTCALL | METH_KEYWORDS,
     "repeat_vector($module, /, name, dtype, n)\n--\n\nA layer that repeats rows of features."},
    {"flatten_channels_first", (PyCFunction)(void (*)(void))flatten_channels_first,
     METH_FASTCALL | METH_KEYWORDS,
     "flatten_channels_first($module, /, name, dtype)\n--\n\nThe same, a row's first axis counting "
     "as its last."},
    {"rescaling", (PyCFunction)(void (*)(void))rescaling, METH_FASTCALL | METH_KEYWORDS,
     "rescaling($module, /, name, dtype, scale, offset, channels_first)\n--\n\nA layer of "
     "constants: x scale + "
     "offset."},
    {NULL, NULL, 0, NULL},
};
