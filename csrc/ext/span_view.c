#include "ext/span_view.h"

#include <string.h>

#include "ext/arguments.h"
#include "ext/array.h"

#define CAPSULE_NAME "cornu.span"

static void release_span(PyObject *capsule) {
    cornu_span_release(PyCapsule_GetPointer(capsule, CAPSULE_NAME));
}

/* data NULL: memory of the array's own, not initialised. */
static PyObject *span_shaped_array(const cornu_span *span, void *data) {
    npy_intp sizes[CORNU_MAX_RANK] = {0};
    const cornu_shape *shape = cornu_span_shape(span);
    for (size_t i = 0; i < shape->rank; i++) {
        sizes[i] = (npy_intp)shape->sizes[i];
    }
    return PyArray_New(&PyArray_Type, (int)shape->rank, sizes,
                       cornu_dtype_numpy(cornu_span_dtype(span)), NULL, data, 0,
                       data != NULL ? NPY_ARRAY_CARRAY : 0, NULL);
}

PyObject *cornu_span_view(cornu_span *span) {
    PyObject *capsule = PyCapsule_New(span, CAPSULE_NAME, release_span);
    if (capsule == NULL) {
        return NULL;
    }
    cornu_span_retain(span);
    PyObject *array = span_shaped_array(span, cornu_span_data(span));
    if (array == NULL) {
        Py_DECREF(capsule);
        return NULL;
    }
    /* Takes the capsule over, also when it fails. */
    if (PyArray_SetBaseObject((PyArrayObject *)array, capsule) < 0) {
        Py_CLEAR(array);
    }
    return array;
}

cornu_span *cornu_span_of_view(PyObject *view) {
    PyObject *base = view;
    while (base != NULL && PyArray_Check(base)) {
        base = PyArray_BASE((PyArrayObject *)base);
    }
    if (base == view || base == NULL || !PyCapsule_IsValid(base, CAPSULE_NAME)) {
        cornu_argument_refuse(PyExc_TypeError, "view", "a view of a weight", view);
        return NULL;
    }
    return PyCapsule_GetPointer(base, CAPSULE_NAME);
}

PyObject *cornu_span_shaped_copy(const cornu_span *span, const void *values) {
    PyObject *array = span_shaped_array(span, NULL);
    if (array != NULL && values != NULL) {
        memcpy(PyArray_DATA((PyArrayObject *)array), values,
               (size_t)PyArray_NBYTES((PyArrayObject *)array));
    }
    return array;
}
