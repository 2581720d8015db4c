#include "ext/record_list.h"

#include <string.h>

#include "ext/array.h"
#include "ext/span_view.h"

/* A new array of so many rows that holds a copy; None where there is nothing to copy. */
static PyObject *rows_of(const cornu_layer_record *record, const cornu_shape *row,
                         const void *values) {
    npy_intp sizes[CORNU_MAX_RANK + 1];
    if (values == NULL) Py_RETURN_NONE;
    sizes[0] = (npy_intp)record->rows;
    for (size_t i = 0; i < row->rank; i++) sizes[i + 1] = (npy_intp)row->sizes[i];
    PyObject *array =
        PyArray_SimpleNew((int)row->rank + 1, sizes, cornu_dtype_numpy(record->dtype));
    if (array == NULL) return NULL;
    PyArrayObject *copy = (PyArrayObject *)array;
    if (PyArray_NBYTES(copy) > 0) memcpy(PyArray_DATA(copy), values, (size_t)PyArray_NBYTES(copy));
    return array;
}

static PyObject *layer_tuple(const cornu_layer_record *record) {
    PyObject *tuple = NULL;
    PyObject *x = rows_of(record, &record->input, record->x);
    PyObject *z = rows_of(record, &record->z_shape, record->z);
    PyObject *y = rows_of(record, &record->output, record->y);
    PyObject *dy = rows_of(record, &record->output, record->dy);
    PyObject *dz = rows_of(record, &record->z_shape, record->dz);
    if (x != NULL && z != NULL && y != NULL && dy != NULL && dz != NULL)
        tuple = PyTuple_Pack(5, x, z, y, dy, dz);
    Py_XDECREF(x);
    Py_XDECREF(z);
    Py_XDECREF(y);
    Py_XDECREF(dy);
    Py_XDECREF(dz);
    return tuple;
}

PyObject *cornu_record_list(const cornu_run *run) {
    cornu_layer_record record;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && cornu_run_layer_record(run, i, &record); i++) {
        PyObject *tuple = layer_tuple(&record);
        if (tuple == NULL || PyList_Append(list, tuple) < 0) Py_CLEAR(list);
        Py_XDECREF(tuple);
    }
    return list;
}

PyObject *cornu_weight_record_tuple(const cornu_run *run, const cornu_span *span) {
    cornu_weight_record record;
    PyObject *tuple = NULL;
    if (!cornu_run_weight_record(run, span, &record)) {
        PyErr_SetString(PyExc_ValueError, "The run was not recorded, or has no such weight.");
        return NULL;
    }
    PyObject *before = cornu_span_shaped_copy(span, record.before);
    PyObject *after = cornu_span_shaped_copy(span, record.after);
    PyObject *gradient = record.gradient != NULL ? cornu_span_shaped_copy(span, record.gradient)
                                                 : Py_NewRef(Py_None);
    if (before != NULL && after != NULL && gradient != NULL)
        tuple = PyTuple_Pack(3, before, after, gradient);
    Py_XDECREF(before);
    Py_XDECREF(after);
    Py_XDECREF(gradient);
    return tuple;
}

PyObject *cornu_recorded_losses(const cornu_run *run) {
    size_t count;
    const double *losses = cornu_run_recorded_losses(run, &count);
    if (losses == NULL) Py_RETURN_NONE;
    const npy_intp size = (npy_intp)count;
    PyObject *array = PyArray_SimpleNew(1, &size, NPY_FLOAT64);
    if (array == NULL) return NULL;
    memcpy(PyArray_DATA((PyArrayObject *)array), losses, count * sizeof *losses);
    return array;
}
