#include "ext/pair_losses.h"

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/module.h"
#include "ext/pin.h"
#include "ext/specs.h"

typedef struct circle_arguments {
    cornu_loss loss;
    PyArrayObject *labels, *x, *other_labels, *others;
    PyArrayObject *scales; /* NULL: losses are wanted, not derivatives */
} circle_arguments;

static bool check(const circle_arguments *given, cornu_circle_call *call) {
    cornu_dtype dtype;
    if (!cornu_array_check_plain(given->x, "x", &call->dtype) ||
        !cornu_array_check_plain(given->others, "others", &dtype)) {
        return false;
    }
    if (PyArray_NDIM(given->x) != 2 || PyArray_NDIM(given->others) != 2 || dtype != call->dtype ||
        PyArray_DIM(given->x, 1) != PyArray_DIM(given->others, 1)) {
        PyErr_SetString(PyExc_ValueError,
                        "`x` and `others` must be matrices of one dtype and as many columns.");
        return false;
    }
    call->rows = (size_t)PyArray_DIM(given->x, 0);
    call->columns = (size_t)PyArray_DIM(given->x, 1);
    call->count = (size_t)PyArray_DIM(given->others, 0);
    call->x = PyArray_DATA(given->x);
    call->others = PyArray_DATA(given->others);
    call->labels = PyArray_DATA(given->labels);
    call->other_labels = PyArray_DATA(given->other_labels);
    call->scales = given->scales != NULL ? PyArray_DATA(given->scales) : NULL;
    return cornu_array_check_row_numbers(given->labels, "labels", PyArray_DIM(given->x, 0)) &&
           cornu_array_check_row_numbers(given->other_labels, "other_labels",
                                         PyArray_DIM(given->others, 0)) &&
           (given->scales == NULL ||
            cornu_array_check_row_numbers(given->scales, "scales", PyArray_DIM(given->x, 0)));
}

static PyObject *new_like(PyArrayObject *array) {
    return PyArray_SimpleNew(2, PyArray_DIMS(array), PyArray_TYPE(array));
}

/* The losses, or (dx, dothers). All arrays are pinned. */
static PyObject *compute_pinned(PyObject *module, const circle_arguments *given) {
    cornu_circle_call call = {.loss = &given->loss};
    PyObject *losses = NULL, *dx = NULL, *dothers = NULL, *result = NULL;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    if (!check(given, &call)) return NULL;
    losses = PyArray_SimpleNew(1, PyArray_DIMS(given->x), NPY_FLOAT64);
    if (losses != NULL && call.scales != NULL) {
        dx = new_like(given->x);
        dothers = dx != NULL ? new_like(given->others) : NULL;
    }
    if (losses == NULL || (call.scales != NULL && dothers == NULL)) goto done;
    call.losses = PyArray_DATA((PyArrayObject *)losses);
    if (call.scales != NULL) {
        call.dx = PyArray_DATA((PyArrayObject *)dx);
        call.dothers = PyArray_DATA((PyArrayObject *)dothers);
    }
    cornu_signals_begin(&signals, cornu_module_state_of(module));
    cornu_status status = cornu_circle_compute(&call, cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
    } else if (call.scales != NULL) {
        result = PyTuple_Pack(2, dx, dothers);
    } else {
        result = Py_NewRef(losses);
    }
done:
    Py_XDECREF(losses);
    Py_XDECREF(dx);
    Py_XDECREF(dothers);
    return result;
}

PyObject *cornu_circle_of_arrays(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                 PyObject *keywords) {
    circle_arguments given;
    const cornu_argument arguments[] = {
        {"loss", cornu_convert_loss, &given.loss},
        {"labels", cornu_convert_ndarray, &given.labels},
        {"x", cornu_convert_ndarray, &given.x},
        {"other_labels", cornu_convert_ndarray, &given.other_labels},
        {"others", cornu_convert_ndarray, &given.others},
        {"scales", cornu_convert_optional_ndarray, &given.scales},
    };
    if (!cornu_arguments_parse("circle", 6, arguments, value_count, values, keywords)) return NULL;
    PyObject *const arrays[] = {(PyObject *)given.labels, (PyObject *)given.x,
                                (PyObject *)given.other_labels, (PyObject *)given.others,
                                (PyObject *)given.scales};
    PyObject *pins = cornu_pin_arrays(5, arrays);
    PyObject *result = pins != NULL ? compute_pinned(module, &given) : NULL;
    Py_XDECREF(pins);
    return result;
}
