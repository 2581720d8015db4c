#include "ext/pin.h"

#include <stdbool.h>

/* A chain of views that is longer has come back to itself. */
#define MOST_VIEWS 64

static bool owns_memory(PyObject *object) {
    return PyArray_Check(object) && PyArray_CHKFLAGS((PyArrayObject *)object, NPY_ARRAY_OWNDATA);
}

/* What an object is a view of: a new reference; NULL, perhaps with an exception: nothing. */
static PyObject *viewed_by(PyObject *object) {
    if (PyArray_Check(object)) return Py_XNewRef(PyArray_BASE((PyArrayObject *)object));
    if (PyMemoryView_Check(object)) return Py_XNewRef(PyMemoryView_GET_BASE(object));
    if (PyCapsule_CheckExact(object)) return NULL; /* a weight's span */
    /* NumPy's as_strided puts an object of its own between, which has a base as arrays have. */
    PyObject *base = PyObject_GetAttrString(object, "base");
    if (base == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
    return base;
}

/* NumPy resizes no array that is weakly referred to, whatever `refcheck` says, and none that does
 * not own its memory. So of a chain of views the last one is held. None where NumPy owns nothing;
 * NULL with an exception. */
static PyObject *new_pin(PyObject *array) {
    PyObject *owner = Py_NewRef(array);
    for (int i = 0; i < MOST_VIEWS && owner != NULL && !owns_memory(owner); i++) {
        Py_SETREF(owner, viewed_by(owner));
    }
    if (owner == NULL) return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    PyObject *pin = owns_memory(owner) ? PyWeakref_NewRef(owner, NULL) : Py_NewRef(Py_None);
    Py_DECREF(owner);
    return pin;
}

PyObject *cornu_pin_arrays(Py_ssize_t count, PyObject *const *arrays) {
    Py_ssize_t there = 0, at = 0;
    for (Py_ssize_t i = 0; i < count; i++) there += arrays[i] != NULL;
    PyObject *tuple = PyTuple_New(2 * there);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        if (arrays[i] == NULL) continue;
        PyObject *pin = new_pin(arrays[i]);
        PyTuple_SET_ITEM(tuple, at++, Py_NewRef(arrays[i]));
        PyTuple_SET_ITEM(tuple, at++, pin);
        if (pin == NULL) Py_CLEAR(tuple);
    }
    return tuple;
}
