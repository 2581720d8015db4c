#include "ext/own_call.h"

#include <string.h>

#include "ext/array.h"
#include "ext/batch_array.h"

/* A new array of x, with the rows of an output before its shape. A copy, since whoever keeps it
 * would be left with memory that is used for other things. */
static PyObject *copy_of(const cornu_own_call *what) {
    const size_t *rows = what->weight == CORNU_OUTPUT ? &what->rows : NULL;
    return cornu_rows_copy(rows, what->shape, what->dtype, what->x);
}

/* Takes what the function returned. */
static bool take(PyObject *returned, PyObject *x, cornu_own_call *what) {
    cornu_dtype dtype;
    if (!PyTuple_Check(returned) || PyTuple_GET_SIZE(returned) != 2) {
        PyErr_SetString(PyExc_TypeError, "`own` must return a pair: a number and an array or None");
        return false;
    }
    what->value = PyFloat_AsDouble(PyTuple_GET_ITEM(returned, 0));
    if (PyErr_Occurred()) return false;
    if (what->result == NULL) return true;
    PyArrayObject *array;
    if (!cornu_convert_ndarray(PyTuple_GET_ITEM(returned, 1), "own", &array) ||
        !cornu_array_check_plain(array, "own", &dtype) ||
        !cornu_array_check_alike(array, "own", (PyArrayObject *)x, "x")) {
        return false;
    }
    const size_t nbytes = (size_t)PyArray_NBYTES(array);
    if (nbytes > 0) memcpy(what->result, PyArray_DATA(array), nbytes);
    return true;
}

static bool call(PyObject *function, cornu_own_call *what) {
    bool ok = false;
    PyObject *weight = NULL, *returned = NULL, *x = copy_of(what);
    if (x == NULL) goto exit;
    weight = what->weight == CORNU_OUTPUT ? Py_NewRef(Py_None) : PyLong_FromSize_t(what->weight);
    if (weight == NULL) goto exit;
    returned = PyObject_CallFunction(function, "OnOOO", what->constrains ? Py_True : Py_False,
                                     (Py_ssize_t)what->layer, weight, x,
                                     what->result != NULL ? Py_True : Py_False);
    ok = returned != NULL && take(returned, x, what);
exit:
    Py_XDECREF(returned);
    Py_XDECREF(weight);
    Py_XDECREF(x);
    return ok;
}

bool cornu_own_caller_call(void *argument, cornu_own_call *what) {
    cornu_own_caller *caller = argument;
    cornu_signals *signals = caller->signals;
    if (signals->raised) return false;
    PyEval_RestoreThread(signals->thread_state);
    signals->raised = !call(caller->function, what);
    signals->thread_state = PyEval_SaveThread();
    return !signals->raised;
}
