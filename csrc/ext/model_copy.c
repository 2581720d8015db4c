#include "ext/model_copy.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/module.h"
#include "ext/pin.h"

/* A count is one of integers, and so may be the state of a layer of the user's own. */
static bool is_weight(PyArrayObject *target, cornu_dtype *dtype) {
    if (PyArray_ISINTEGER(target) || PyArray_ISBOOL(target)) {
        return cornu_array_check_packed(target, "targets");
    }
    return cornu_array_check_plain(target, "targets", dtype);
}

/* Two tuples of plain arrays, each target like its source. */
static bool check_copies(PyObject *targets, PyObject *sources) {
    if (PyTuple_GET_SIZE(targets) != PyTuple_GET_SIZE(sources)) {
        PyErr_Format(PyExc_ValueError,
                     "`targets` and `sources` must be as many. Received: %zd and %zd",
                     PyTuple_GET_SIZE(targets), PyTuple_GET_SIZE(sources));
        return false;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(targets); i++) {
        PyArrayObject *target, *source;
        cornu_dtype dtype;
        if (!cornu_convert_ndarray(PyTuple_GET_ITEM(targets, i), "targets", &target) ||
            !cornu_convert_ndarray(PyTuple_GET_ITEM(sources, i), "sources", &source) ||
            !is_weight(target, &dtype) ||
            !cornu_array_check_alike(source, "sources", target, "targets") ||
            PyArray_FailUnlessWriteable(target, "`targets`") < 0) {
            return false;
        }
    }
    return true;
}

static void copy_all(PyObject *targets, PyObject *sources) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(targets); i++) {
        PyArrayObject *target = (PyArrayObject *)PyTuple_GET_ITEM(targets, i);
        PyArrayObject *source = (PyArrayObject *)PyTuple_GET_ITEM(sources, i);
        memmove(PyArray_DATA(target), PyArray_DATA(source), (size_t)PyArray_NBYTES(target));
    }
}

/* One call, so that no signal handler can come between the lock and its release. */
PyObject *cornu_model_object_copy(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    PyObject *target_list, *source_list, *targets = NULL, *sources = NULL, *result = NULL;
    PyObject *target_pins = NULL, *source_pins = NULL;
    bool exclusive;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    cornu_model *model = ((cornu_model_object *)self)->model;
    const cornu_argument arguments[] = {
        {"targets", cornu_convert_object, &target_list},
        {"sources", cornu_convert_object, &source_list},
        {"exclusive", cornu_convert_bool, &exclusive},
    };
    if (!cornu_arguments_parse("copy", 3, arguments, value_count, values, keywords)) return NULL;
    targets = cornu_items_tuple(target_list, "targets", "a list of arrays", PY_SSIZE_T_MAX);
    sources = cornu_items_tuple(source_list, "sources", "a list of arrays", PY_SSIZE_T_MAX);
    if (targets == NULL || sources == NULL) goto exit;
    target_pins = cornu_pin_arrays(PyTuple_GET_SIZE(targets), PySequence_Fast_ITEMS(targets));
    if (target_pins == NULL) goto exit;
    source_pins = cornu_pin_arrays(PyTuple_GET_SIZE(sources), PySequence_Fast_ITEMS(sources));
    if (source_pins == NULL || !check_copies(targets, sources)) goto exit;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status =
        cornu_model_lock(model, exclusive, UINT64_MAX, cornu_signals_poll(&signals), &error);
    if (status == CORNU_OK) {
        copy_all(targets, sources);
        status = cornu_model_unlock(model, &error);
    }
    status = cornu_signals_end(&signals, status);
    if (status == CORNU_OK) {
        result = Py_NewRef(Py_None);
    } else {
        cornu_error_raise(status, &error);
    }
exit:
    Py_XDECREF(source_pins);
    Py_XDECREF(target_pins);
    Py_XDECREF(sources);
    Py_XDECREF(targets);
    return result;
}
