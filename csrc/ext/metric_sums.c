#include "ext/metric_sums.h"

#include <string.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/module.h"
#include "ext/pin.h"
#include "ext/specs.h"

typedef struct sums_call {
    cornu_metric metric;
    PyArrayObject *target, *prediction;
    PyObject *weights; /* None: all 1 */
} sums_call;

/* NULL for None; false with an error unless it is as large as the prediction. */
static bool weights_of(const sums_call *call, const double **weights) {
    *weights = NULL;
    if (call->weights == Py_None) return true;
    PyArrayObject *array;
    cornu_dtype dtype;
    if (!cornu_convert_ndarray(call->weights, "weights", &array) ||
        !cornu_array_check_plain(array, "weights", &dtype)) {
        return false;
    }
    if (dtype != CORNU_FLOAT64 || !PyArray_SAMESHAPE(array, call->prediction)) {
        PyErr_SetString(PyExc_ValueError,
                        "`weights` must be float64 and of the shape of `prediction`.");
        return false;
    }
    *weights = PyArray_DATA(array);
    return true;
}

static PyObject *sums_of_pinned(PyObject *module, const sums_call *call) {
    cornu_dtype dtype;
    const double *weights;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    if (!cornu_array_check_plain(call->prediction, "prediction", &dtype) ||
        !cornu_array_check_alike(call->target, "target", call->prediction, "prediction") ||
        !weights_of(call, &weights)) {
        return NULL;
    }
    if (PyArray_NDIM(call->prediction) != 2) {
        PyErr_Format(PyExc_ValueError,
                     "`prediction` must have 2 axes, rows and columns. Received: %d",
                     PyArray_NDIM(call->prediction));
        return NULL;
    }
    npy_intp shape[] = {(npy_intp)cornu_metric_pair_count(&call->metric), 2};
    PyArrayObject *sums = (PyArrayObject *)PyArray_ZEROS(2, shape, NPY_FLOAT64, 0);
    if (sums == NULL) return NULL;
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    cornu_status status =
        cornu_metric_sums(&call->metric, dtype, (size_t)PyArray_DIM(call->prediction, 0),
                          (size_t)PyArray_DIM(call->prediction, 1), PyArray_DATA(call->target),
                          PyArray_DATA(call->prediction), weights, PyArray_DATA(sums),
                          cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        Py_CLEAR(sums);
    }
    return (PyObject *)sums;
}

PyObject *cornu_metric_sums_of_arrays(PyObject *module, PyObject *const *values,
                                      Py_ssize_t value_count, PyObject *keywords) {
    sums_call call;
    const cornu_argument arguments[] = {
        {"metric", cornu_convert_metric, &call.metric},
        {"target", cornu_convert_ndarray, &call.target},
        {"prediction", cornu_convert_ndarray, &call.prediction},
        {"weights", cornu_convert_object, &call.weights},
    };
    if (!cornu_arguments_parse("metric_sums", 4, arguments, value_count, values, keywords)) {
        return NULL;
    }
    PyObject *const arrays[] = {(PyObject *)call.target, (PyObject *)call.prediction, call.weights};
    PyObject *pins = cornu_pin_arrays(call.weights == Py_None ? 2 : 3, arrays);
    PyObject *sums = pins != NULL ? sums_of_pinned(module, &call) : NULL;
    Py_XDECREF(pins);
    return sums;
}
