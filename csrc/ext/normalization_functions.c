/* The functions that make layers which normalize, and PReLU. */
#include "ext/layer_functions.h"

#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/layer_type.h"
#include "ext/module.h"

/* (momentum, least, most, farthest). */
static bool convert_renorm(PyObject *numbers, cornu_renorm *renorm) {
    double *const parts[] = {&renorm->momentum, &renorm->least, &renorm->most, &renorm->farthest};
    if (!PyTuple_Check(numbers) || PyTuple_GET_SIZE(numbers) != 4) {
        return cornu_argument_refuse(PyExc_TypeError, "renorm", "None or a tuple of four numbers",
                                     numbers);
    }
    for (Py_ssize_t i = 0; i < 4; i++) {
        if (!cornu_convert_double(PyTuple_GET_ITEM(numbers, i), "renorm", parts[i])) return false;
    }
    return true;
}

static PyObject *batch_normalization(PyObject *module, PyObject *const *values,
                                     Py_ssize_t value_count, PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    int64_t axis;
    double momentum, epsilon;
    bool center, scale;
    PyObject *renorm_numbers;
    cornu_renorm renorm;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"axis", cornu_convert_int64, &axis},
        {"momentum", cornu_convert_double, &momentum},
        {"epsilon", cornu_convert_double, &epsilon},
        {"center", cornu_convert_bool, &center},
        {"scale", cornu_convert_bool, &scale},
        {"renorm", cornu_convert_object, &renorm_numbers},
    };
    if (!cornu_arguments_parse("batch_normalization", 8, arguments, value_count, values,
                               keywords)) {
        return NULL;
    }
    const bool renorms = renorm_numbers != Py_None;
    if (renorms && !convert_renorm(renorm_numbers, &renorm)) return NULL;
    cornu_status status =
        cornu_layer_new_batch_normalization(name, dtype, axis, momentum, epsilon, center, scale,
                                            renorms ? &renorm : NULL, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *row_normalization(PyObject *module, PyObject *const *values,
                                   Py_ssize_t value_count, PyObject *keywords) {
    const char *name, *kind;
    cornu_dtype dtype;
    cornu_integers axes;
    double epsilon;
    bool center, scale;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},         {"dtype", cornu_convert_float_dtype, &dtype},
        {"kind", cornu_convert_text, &kind},         {"axes", cornu_convert_integers, &axes},
        {"epsilon", cornu_convert_double, &epsilon}, {"center", cornu_convert_bool, &center},
        {"scale", cornu_convert_bool, &scale},
    };
    if (!cornu_arguments_parse("row_normalization", 7, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_row_normalization(
        name, dtype, kind, axes.count, axes.values, epsilon, center, scale, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *group_normalization(PyObject *module, PyObject *const *values,
                                     Py_ssize_t value_count, PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    int64_t groups, axis;
    double epsilon;
    bool center, scale;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},         {"dtype", cornu_convert_float_dtype, &dtype},
        {"groups", cornu_convert_int64, &groups},    {"axis", cornu_convert_int64, &axis},
        {"epsilon", cornu_convert_double, &epsilon}, {"center", cornu_convert_bool, &center},
        {"scale", cornu_convert_bool, &scale},
    };
    if (!cornu_arguments_parse("group_normalization", 7, arguments, value_count, values,
                               keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_group_normalization(name, dtype, groups, axis, epsilon,
                                                              center, scale, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *normalization(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                               PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_integers axes;
    double floor;
    bool inverts;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},      {"dtype", cornu_convert_float_dtype, &dtype},
        {"axes", cornu_convert_integers, &axes},  {"floor", cornu_convert_double, &floor},
        {"invert", cornu_convert_bool, &inverts},
    };
    if (!cornu_arguments_parse("normalization", 5, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_new_normalization(name, dtype, axes.count, axes.values, floor,
                                                        inverts, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *spectral_normalization(PyObject *module, PyObject *const *values,
                                        Py_ssize_t value_count, PyObject *keywords) {
    const char *name;
    PyObject *within;
    size_t iterations;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"layer", cornu_convert_object, &within},
        {"iterations", cornu_convert_positive_size, &iterations},
    };
    if (!cornu_arguments_parse("spectral_normalization", 3, arguments, value_count, values,
                               keywords)) {
        return NULL;
    }
    if (!Py_IS_TYPE(within, cornu_module_state_of(module)->layer_type)) {
        cornu_argument_refuse(PyExc_TypeError, "layer", "a layer of the core", within);
        return NULL;
    }
    cornu_layer *inner = ((cornu_layer_object *)within)->layer;
    cornu_status status =
        cornu_layer_new_spectral_normalization(name, inner, iterations, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

static PyObject *prelu(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                       PyObject *keywords) {
    const char *name;
    cornu_dtype dtype;
    cornu_integers shared;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"shared_axes", cornu_convert_integers, &shared},
    };
    if (!cornu_arguments_parse("prelu", 3, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_prelu(name, dtype, shared.count, shared.values, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

PyMethodDef cornu_normalization_functions[] = {
    {"batch_normalization", (PyCFunction)(void (*)(void))batch_normalization,
     METH_FASTCALL | METH_KEYWORDS,
     "batch_normalization($module, /, name, dtype, axis, momentum, epsilon, center, scale, "
     "renorm)\n--\n\nA layer that normalizes by statistics of the batch."},
    {"row_normalization", (PyCFunction)(void (*)(void))row_normalization,
     METH_FASTCALL | METH_KEYWORDS,
     "row_normalization($module, /, name, dtype, kind, axes, epsilon, center, scale)\n--\n\n"
     "A layer that normalizes by a row's own statistics."},
    {"group_normalization", (PyCFunction)(void (*)(void))group_normalization,
     METH_FASTCALL | METH_KEYWORDS,
     "group_normalization($module, /, name, dtype, groups, axis, epsilon, center, scale)\n--\n\n"
     "A layer that normalizes by statistics of groups of a row."},
    {"normalization", (PyCFunction)(void (*)(void))normalization, METH_FASTCALL | METH_KEYWORDS,
     "normalization($module, /, name, dtype, axes, floor, invert)\n--\n\n"
     "A layer that normalizes by statistics that it is given."},
    {"spectral_normalization", (PyCFunction)(void (*)(void))spectral_normalization,
     METH_FASTCALL | METH_KEYWORDS,
     "spectral_normalization($module, /, name, layer, iterations)\n--\n\n"
     "Another layer, not built yet, with its kernel divided by its largest singular value."},
    {"prelu", (PyCFunction)(void (*)(void))prelu, METH_FASTCALL | METH_KEYWORDS,
     "prelu($module, /, name, dtype, shared_axes)\n--\n\nA rectifier with slopes to learn."},
    {NULL, NULL, 0, NULL},
};
