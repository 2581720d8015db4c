/* Weights that belong to no layer. */
#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/module.h"
#include "ext/shape_tuples.h"
#include "ext/span_list.h"
#include "ext/span_view.h"

static PyObject *weight(PyObject *Py_UNUSED(module), PyObject *const *values,
                        Py_ssize_t value_count) {
    cornu_dtype dtype;
    cornu_shape shape;
    cornu_span *span;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"shape", cornu_convert_shape, &shape},
    };
    if (!cornu_arguments_parse("weight", 2, arguments, value_count, values, NULL)) return NULL;
    cornu_status status = cornu_span_new(dtype, &shape, &span, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    PyObject *view = cornu_span_view(span);
    cornu_span_release(span);
    return view;
}

static PyObject *check_weights(PyObject *Py_UNUSED(module), PyObject *views) {
    cornu_span_list list;
    if (!cornu_span_list_init(&list, views, "views")) return NULL;
    cornu_span_list_free(&list);
    Py_RETURN_NONE;
}

PyMethodDef cornu_weight_functions[] = {
    {"weight", (PyCFunction)(void (*)(void))weight, METH_FASTCALL,
     "weight(dtype, shape)\n--\n\nA view of a weight of zeros that belongs to no layer."},
    {"check_weights", check_weights, METH_O,
     "check_weights(views)\n--\n\nRefuse what is no view of a weight."},
    {NULL, NULL, 0, NULL},
};
