/* Activations of arrays, outside any model. */
#include "ext/module.h"

#include <stdbool.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/pin.h"
#include "ext/specs.h"

/* An array of at least one axis as rows x columns, the columns its last axis. */
typedef struct matrix_view {
    cornu_dtype dtype;
    size_t rows, columns;
} matrix_view;

static bool matrix_of(PyArrayObject *array, const char *name, matrix_view *matrix) {
    if (!cornu_array_check_plain(array, name, &matrix->dtype)) return false;
    int rank = PyArray_NDIM(array);
    if (rank < 1) {
        PyErr_Format(PyExc_ValueError, "`%s` must have at least one axis. Received: a scalar",
                     name);
        return false;
    }
    matrix->rows = (size_t)PyArray_MultiplyList(PyArray_DIMS(array), rank - 1);
    matrix->columns = (size_t)PyArray_DIM(array, rank - 1);
    return true;
}

/* A new array like x but for the size of its last axis; not initialised. */
static PyArrayObject *new_output(PyArrayObject *x, size_t columns) {
    int rank = PyArray_NDIM(x);
    npy_intp sizes[NPY_MAXDIMS];
    for (int i = 0; i < rank; i++) sizes[i] = PyArray_DIM(x, i);
    sizes[rank - 1] = (npy_intp)columns;
    return (PyArrayObject *)PyArray_SimpleNew(rank, sizes, PyArray_TYPE(x));
}

/* x is pinned. */
static PyObject *activation_of(PyObject *module, const cornu_activation *activation,
                               PyArrayObject *x) {
    matrix_view matrix;
    size_t output_columns;
    cornu_error error = CORNU_NO_ERROR;
    if (!matrix_of(x, "x", &matrix)) return NULL;
    cornu_status status =
        cornu_activation_output_columns(activation, matrix.columns, &output_columns, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    PyArrayObject *y = new_output(x, output_columns);
    if (y == NULL) return NULL;
    cornu_signals signals;
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    status = cornu_activation_apply(activation, matrix.dtype, matrix.rows, matrix.columns,
                                    PyArray_DATA(x), PyArray_DATA(y), cornu_signals_poll(&signals));
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, NULL);
        Py_CLEAR(y);
    }
    return (PyObject *)y;
}

static PyObject *apply_activation(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    cornu_activation activation;
    PyArrayObject *x;
    const cornu_argument arguments[] = {
        {"activation", cornu_convert_activation, &activation},
        {"x", cornu_convert_ndarray, &x},
    };
    if (!cornu_arguments_parse("apply_activation", 2, arguments, value_count, values, keywords)) {
        return NULL;
    }
    PyObject *pins = cornu_pin_arrays(1, (PyObject *const[]){(PyObject *)x});
    PyObject *y = pins != NULL ? activation_of(module, &activation, x) : NULL;
    Py_XDECREF(pins);
    return y;
}

/* Whether y is what the activation makes of x, by its shape; else a ValueError. */
static bool check_activated(const cornu_activation *activation, PyArrayObject *x, PyArrayObject *y,
                            const matrix_view *x_matrix) {
    size_t columns;
    matrix_view y_matrix;
    cornu_error error = CORNU_NO_ERROR;
    cornu_status status =
        cornu_activation_output_columns(activation, x_matrix->columns, &columns, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return false;
    }
    if (!matrix_of(y, "y", &y_matrix)) return false;
    if (y_matrix.dtype == x_matrix->dtype && PyArray_NDIM(y) == PyArray_NDIM(x) &&
        PyArray_CompareLists(PyArray_DIMS(y), PyArray_DIMS(x), PyArray_NDIM(x) - 1) &&
        y_matrix.columns == columns) {
        return true;
    }
    PyObject *x_shape = PyArray_IntTupleFromIntp(PyArray_NDIM(x), PyArray_DIMS(x));
    PyObject *y_shape = PyArray_IntTupleFromIntp(PyArray_NDIM(y), PyArray_DIMS(y));
    if (x_shape != NULL && y_shape != NULL) {
        PyErr_Format(PyExc_ValueError,
                     "`y` must have the dtype and shape that the activation %s makes of `x`, with "
                     "%zu columns. Received: x of dtype=%S, shape=%S, y of dtype=%S, shape=%S",
                     cornu_activation_name(activation->kind), columns, (PyObject *)PyArray_DESCR(x),
                     x_shape, (PyObject *)PyArray_DESCR(y), y_shape);
    }
    Py_XDECREF(y_shape);
    Py_XDECREF(x_shape);
    return false;
}

/* All three are pinned. */
static PyObject *derivative_of(PyObject *module, const cornu_activation *activation,
                               PyArrayObject *x, PyArrayObject *y, PyArrayObject *dy) {
    matrix_view matrix;
    if (!matrix_of(x, "x", &matrix) || !check_activated(activation, x, y, &matrix) ||
        !cornu_array_check_alike(dy, "dy", y, "y")) {
        return NULL;
    }
    PyArrayObject *dx = new_output(x, matrix.columns);
    if (dx == NULL) return NULL;
    cornu_signals signals;
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    cornu_status status = cornu_activation_derivative(
        activation, matrix.dtype, matrix.rows, matrix.columns, PyArray_DATA(x), PyArray_DATA(y),
        PyArray_DATA(dy), PyArray_DATA(dx), cornu_signals_poll(&signals));
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, NULL);
        Py_CLEAR(dx);
    }
    return (PyObject *)dx;
}

static PyObject *activation_derivative(PyObject *module, PyObject *const *values,
                                       Py_ssize_t value_count, PyObject *keywords) {
    cornu_activation activation;
    PyArrayObject *x, *y, *dy;
    const cornu_argument arguments[] = {
        {"activation", cornu_convert_activation, &activation},
        {"x", cornu_convert_ndarray, &x},
        {"y", cornu_convert_ndarray, &y},
        {"dy", cornu_convert_ndarray, &dy},
    };
    if (!cornu_arguments_parse("activation_derivative", 4, arguments, value_count, values,
                               keywords)) {
        return NULL;
    }
    PyObject *const arrays[] = {(PyObject *)x, (PyObject *)y, (PyObject *)dy};
    PyObject *pins = cornu_pin_arrays(3, arrays);
    PyObject *dx = pins != NULL ? derivative_of(module, &activation, x, y, dy) : NULL;
    Py_XDECREF(pins);
    return dx;
}

PyMethodDef cornu_activation_functions[] = {
    {"apply_activation", (PyCFunction)(void (*)(void))apply_activation,
     METH_FASTCALL | METH_KEYWORDS,
     "apply_activation($module, /, activation, x)\n--\n\nThe activation of x, over the last axis."},
    {"activation_derivative", (PyCFunction)(void (*)(void))activation_derivative,
     METH_FASTCALL | METH_KEYWORDS,
     "activation_derivative($module, /, activation, x, y, dy)\n--\n\n"
     "The loss's derivative by x from that by y, where y is the activation of x."},
    {NULL, NULL, 0, NULL},
};
