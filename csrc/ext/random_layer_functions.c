/* The functions that make layers which draw random numbers. */
#include "ext/layer_functions.h"

#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/module.h"

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

typedef cornu_status dropout_constructor(const char *name, cornu_dtype dtype, double rate,
                                         size_t noise_rank, const size_t *noise_shape,
                                         uint64_t seed, cornu_layer **layer, cornu_error *error);

static PyObject *make_dropout(const char *function, dropout_constructor *constructor,
                              PyObject *module, PyObject *const *values, Py_ssize_t value_count,
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
    if (!cornu_arguments_parse(function, 5, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        constructor(name, dtype, rate, noise.rank, noise.sizes, seed, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *dropout(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    return make_dropout("dropout", cornu_layer_new_dropout, module, values, value_count, keywords);
}

static PyObject *alpha_dropout(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                               PyObject *keywords) {
    return make_dropout("alpha_dropout", cornu_layer_new_alpha_dropout, module, values, value_count,
                        keywords);
}

static PyObject *gaussian_noise(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    double deviation;
    bool multiplies;
    uint64_t seed;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"deviation", cornu_convert_double, &deviation},
        {"multiplies", cornu_convert_bool, &multiplies},
        {"seed", cornu_convert_uint64, &seed},
    };
    if (!cornu_arguments_parse("gaussian_noise", 5, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status =
        cornu_layer_new_gaussian_noise(name, dtype, deviation, multiplies, seed, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

PyMethodDef cornu_random_layer_functions[] = {
    {"dropout", (PyCFunction)(void (*)(void))dropout, METH_FASTCALL | METH_KEYWORDS,
     "dropout($module, /, name, dtype, rate, noise_shape, seed)\n--\n\nA dropout layer."},
    {"alpha_dropout", (PyCFunction)(void (*)(void))alpha_dropout, METH_FASTCALL | METH_KEYWORDS,
     "alpha_dropout($module, /, name, dtype, rate, noise_shape, seed)\n--\n\nDropout for SELU."},
    {"gaussian_noise", (PyCFunction)(void (*)(void))gaussian_noise, METH_FASTCALL | METH_KEYWORDS,
     "gaussian_noise($module, /, name, dtype, deviation, multiplies, seed)\n--\n\n"
     "A layer that adds normal numbers, or multiplies by them."},
    {NULL, NULL, 0, NULL},
};
