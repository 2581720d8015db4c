/* Losses, metrics and random numbers of arrays, outside any model. */
#include "ext/module.h"
#include "ext/pair_losses.h"

#include <stdbool.h>
#include <stdint.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/metric_sums.h"
#include "ext/pin.h"
#include "ext/specs.h"

/* ---- Losses and metrics ---- */

/* What losses and metrics have in common: target against prediction, one number a row. */
typedef struct row_pair {
    cornu_dtype dtype;
    size_t rows, columns;
    const void *target;   /* NULL: labels instead */
    const double *labels; /* NULL: target instead */
    const void *prediction;
} row_pair;

static bool compare(PyArrayObject *target, PyArrayObject *prediction, bool sparse, row_pair *pair) {
    if (!cornu_array_check_plain(prediction, "prediction", &pair->dtype)) return false;
    if (PyArray_NDIM(prediction) != 2) {
        PyErr_Format(PyExc_ValueError,
                     "`prediction` must have 2 axes, rows and columns. Received: %d",
                     PyArray_NDIM(prediction));
        return false;
    }
    if (sparse ? !cornu_array_check_row_numbers(target, "target", PyArray_DIM(prediction, 0))
               : !cornu_array_check_alike(target, "target", prediction, "prediction")) {
        return false;
    }
    pair->rows = (size_t)PyArray_DIM(prediction, 0);
    pair->columns = (size_t)PyArray_DIM(prediction, 1);
    pair->target = sparse ? NULL : PyArray_DATA(target);
    pair->labels = sparse ? PyArray_DATA(target) : NULL;
    pair->prediction = PyArray_DATA(prediction);
    return true;
}

static PyArrayObject *new_row_values(const row_pair *pair) {
    npy_intp rows = (npy_intp)pair->rows;
    return (PyArrayObject *)PyArray_SimpleNew(1, &rows, NPY_FLOAT64);
}

/* `loss` or `metric`: the other is NULL. Both arrays are pinned. */
static PyObject *values_of_pinned_rows(PyObject *module, const cornu_loss *loss,
                                       const cornu_metric *metric, PyArrayObject *target,
                                       PyArrayObject *prediction) {
    row_pair pair;
    cornu_error error = CORNU_NO_ERROR;
    cornu_status status;
    cornu_signals signals;
    bool sparse = loss != NULL ? cornu_loss_is_sparse(loss) : cornu_metric_is_sparse(metric);
    if (!compare(target, prediction, sparse, &pair)) return NULL;
    PyArrayObject *rows = new_row_values(&pair);
    if (rows == NULL) return NULL;
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    cornu_poll poll = cornu_signals_poll(&signals);
    if (loss != NULL) {
        status = cornu_loss_rows(loss, pair.dtype, pair.rows, pair.columns, pair.target,
                                 pair.labels, pair.prediction, PyArray_DATA(rows), poll, &error);
    } else {
        status = cornu_metric_rows(metric, pair.dtype, pair.rows, pair.columns, pair.target,
                                   pair.labels, pair.prediction, PyArray_DATA(rows), poll, &error);
    }
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        Py_CLEAR(rows);
    }
    return (PyObject *)rows;
}

static PyObject *values_of_rows(PyObject *module, const cornu_loss *loss,
                                const cornu_metric *metric, PyArrayObject *target,
                                PyArrayObject *prediction) {
    PyObject *const arrays[] = {(PyObject *)target, (PyObject *)prediction};
    PyObject *pins = cornu_pin_arrays(2, arrays);
    PyObject *rows =
        pins != NULL ? values_of_pinned_rows(module, loss, metric, target, prediction) : NULL;
    Py_XDECREF(pins);
    return rows;
}

static PyObject *loss_rows(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                           PyObject *keywords) {
    cornu_loss loss;
    PyArrayObject *target, *prediction;
    const cornu_argument arguments[] = {
        {"loss", cornu_convert_loss, &loss},
        {"target", cornu_convert_ndarray, &target},
        {"prediction", cornu_convert_ndarray, &prediction},
    };
    if (!cornu_arguments_parse("loss_rows", 3, arguments, value_count, values, keywords)) {
        return NULL;
    }
    return values_of_rows(module, &loss, NULL, target, prediction);
}

/* All three are pinned. */
static PyObject *derivative_of_rows(PyObject *module, const cornu_loss *loss, PyArrayObject *target,
                                    PyArrayObject *prediction, PyArrayObject *scales) {
    row_pair pair;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    if (!compare(target, prediction, cornu_loss_is_sparse(loss), &pair) ||
        !cornu_array_check_row_numbers(scales, "scales", PyArray_DIM(prediction, 0))) {
        return NULL;
    }
    PyArrayObject *found =
        (PyArrayObject *)PyArray_SimpleNew(2, PyArray_DIMS(prediction), PyArray_TYPE(prediction));
    if (found == NULL) return NULL;
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    cornu_status status = cornu_loss_rows_derivative(
        loss, pair.dtype, pair.rows, pair.columns, pair.target, pair.labels, pair.prediction,
        PyArray_DATA(scales), PyArray_DATA(found), cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        Py_CLEAR(found);
    }
    return (PyObject *)found;
}

static PyObject *loss_derivative(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                 PyObject *keywords) {
    cornu_loss loss;
    PyArrayObject *target, *prediction, *scales;
    const cornu_argument arguments[] = {
        {"loss", cornu_convert_loss, &loss},
        {"target", cornu_convert_ndarray, &target},
        {"prediction", cornu_convert_ndarray, &prediction},
        {"scales", cornu_convert_ndarray, &scales},
    };
    if (!cornu_arguments_parse("loss_derivative", 4, arguments, value_count, values, keywords)) {
        return NULL;
    }
    PyObject *const arrays[] = {(PyObject *)target, (PyObject *)prediction, (PyObject *)scales};
    PyObject *pins = cornu_pin_arrays(3, arrays);
    PyObject *found =
        pins != NULL ? derivative_of_rows(module, &loss, target, prediction, scales) : NULL;
    Py_XDECREF(pins);
    return found;
}

static PyObject *metric_rows(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                             PyObject *keywords) {
    cornu_metric metric;
    PyArrayObject *target, *prediction;
    const cornu_argument arguments[] = {
        {"metric", cornu_convert_metric, &metric},
        {"target", cornu_convert_ndarray, &target},
        {"prediction", cornu_convert_ndarray, &prediction},
    };
    if (!cornu_arguments_parse("metric_rows", 3, arguments, value_count, values, keywords)) {
        return NULL;
    }
    return values_of_rows(module, NULL, &metric, target, prediction);
}

/* ---- Random numbers ---- */

static const char *const distribution_names[] = {
    [CORNU_UNIFORM] = "uniform",
    [CORNU_NORMAL] = "normal",
    [CORNU_TRUNCATED_NORMAL] = "truncated_normal",
};

static void refuse_bounds(PyArrayObject *array, double a, double b) {
    PyObject *pair = Py_BuildValue("(dd)", a, b);
    if (pair == NULL) return;
    PyErr_Format(PyExc_ValueError,
                 "`a` and `b` must be finite numbers within the range of %S. Received: %S",
                 (PyObject *)PyArray_DESCR(array), pair);
    Py_DECREF(pair);
}

static PyObject *fill_random(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                             PyObject *keywords) {
    const char *name;
    size_t distribution;
    PyArrayObject *array;
    cornu_dtype dtype;
    uint64_t seed, stream;
    double a, b;
    cornu_status status;
    cornu_signals signals;
    PyObject *result = NULL;
    const cornu_argument arguments[] = {
        {"distribution", cornu_convert_text, &name},
        {"values", cornu_convert_ndarray, &array},
        {"seed", cornu_convert_uint64, &seed},
        {"stream", cornu_convert_uint64, &stream},
        {"a", cornu_convert_double, &a},
        {"b", cornu_convert_double, &b},
    };
    if (!cornu_arguments_parse("fill_random", 6, arguments, value_count, values, keywords) ||
        !cornu_choice_find(name, "distribution", 3, distribution_names, &distribution)) {
        return NULL;
    }
    PyObject *pins = cornu_pin_arrays(1, (PyObject *const[]){(PyObject *)array});
    if (pins == NULL || !cornu_array_check_plain(array, "values", &dtype) ||
        PyArray_FailUnlessWriteable(array, "`values`") < 0) {
        goto exit;
    }
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    status =
        cornu_random_fill((cornu_distribution)distribution, dtype, (size_t)PyArray_SIZE(array),
                          seed, stream, a, b, PyArray_DATA(array), cornu_signals_poll(&signals));
    status = cornu_signals_end(&signals, status);
    if (status == CORNU_ERROR_VALUE) {
        refuse_bounds(array, a, b);
    } else if (status != CORNU_OK) {
        cornu_error_raise(status, NULL);
    } else {
        result = Py_NewRef(Py_None);
    }
exit:
    Py_XDECREF(pins);
    return result;
}

PyMethodDef cornu_computation_functions[] = {
    {"loss_rows", (PyCFunction)(void (*)(void))loss_rows, METH_FASTCALL | METH_KEYWORDS,
     "loss_rows($module, /, loss, target, prediction)\n--\n\nThe loss of each row, as float64."},
    {"loss_derivative", (PyCFunction)(void (*)(void))loss_derivative, METH_FASTCALL | METH_KEYWORDS,
     "loss_derivative($module, /, loss, target, prediction, scales)\n--\n\n"
     "The derivative of each row's loss by the prediction, times its scale."},
    {"circle", (PyCFunction)(void (*)(void))cornu_circle_of_arrays, METH_FASTCALL | METH_KEYWORDS,
     "circle($module, /, loss, labels, x, other_labels, others, scales)\n--\n\n"
     "The circle loss of each row, as float64; with scales (not None) its derivatives."},
    {"metric_rows", (PyCFunction)(void (*)(void))metric_rows, METH_FASTCALL | METH_KEYWORDS,
     "metric_rows($module, /, metric, target, prediction)\n--\n\nThe metric of each row, as "
     "float64."},
    {"metric_sums", (PyCFunction)(void (*)(void))cornu_metric_sums_of_arrays,
     METH_FASTCALL | METH_KEYWORDS,
     "metric_sums($module, /, metric, target, prediction, weights)\n--\n\nThe sums of a metric "
     "that "
     "keeps them, as pairs of float64."},
    {"fill_random", (PyCFunction)(void (*)(void))fill_random, METH_FASTCALL | METH_KEYWORDS,
     "fill_random($module, /, distribution, values, seed, stream, a, b)\n--\n\n"
     "Fill an array in place with \"uniform\" numbers in [a, b), or with \"normal\" or "
     "\"truncated_normal\" ones of mean a and deviation b."},
    {NULL, NULL, 0, NULL},
};
