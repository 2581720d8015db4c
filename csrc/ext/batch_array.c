#include "ext/batch_array.h"

#include <string.h>

#include "ext/array.h"

static int all_sizes(const size_t *rows, const cornu_shape *shape,
                     npy_intp sizes[CORNU_MAX_RANK + 1]) {
    int rank = 0;
    if (rows != NULL) sizes[rank++] = (npy_intp)*rows;
    for (size_t i = 0; i < shape->rank; i++) sizes[rank++] = (npy_intp)shape->sizes[i];
    return rank;
}

PyObject *cornu_rows_new(const size_t *rows, const cornu_shape *shape, cornu_dtype dtype) {
    npy_intp sizes[CORNU_MAX_RANK + 1];
    const int rank = all_sizes(rows, shape, sizes);
    return PyArray_SimpleNew(rank, sizes, cornu_dtype_numpy(dtype));
}

PyObject *cornu_rows_copy(const size_t *rows, const cornu_shape *shape, cornu_dtype dtype,
                          const void *data) {
    PyObject *made = cornu_rows_new(rows, shape, dtype);
    if (made == NULL) return NULL;
    PyArrayObject *array = (PyArrayObject *)made;
    if (PyArray_NBYTES(array) > 0) memcpy(PyArray_DATA(array), data, (size_t)PyArray_NBYTES(array));
    return made;
}

static PyObject *read_only(PyObject *array) {
    if (array != NULL) PyArray_CLEARFLAGS((PyArrayObject *)array, NPY_ARRAY_WRITEABLE);
    return array;
}

PyObject *cornu_batch_array(size_t rows, const cornu_shape *row, cornu_dtype dtype,
                            const void *data) {
    return read_only(cornu_rows_copy(&rows, row, dtype, data));
}

PyObject *cornu_batch_mask(size_t rows, const cornu_shape *row, const bool *mask) {
    cornu_shape places = *row;
    if (mask == NULL) Py_RETURN_NONE;
    places.rank--;
    return cornu_batch_array(rows, &places, CORNU_BOOL, mask);
}

PyObject *cornu_plain_array(const cornu_shape *shape, cornu_dtype dtype, const void *data) {
    return read_only(cornu_rows_copy(NULL, shape, dtype, data));
}

static bool refuse(const char *whose, int rank, npy_intp *sizes, PyObject *value) {
    PyObject *expected = PyArray_IntTupleFromIntp(rank, sizes);
    if (expected == NULL) return false;
    if (!PyArray_Check(value)) {
        PyErr_Format(PyExc_TypeError,
                     "%s must return an array of shape %S. Received: %.100R "
                     "(of type %.100s)",
                     whose, expected, value, Py_TYPE(value)->tp_name);
    } else {
        PyArrayObject *array = (PyArrayObject *)value;
        PyObject *shape = PyArray_IntTupleFromIntp(PyArray_NDIM(array), PyArray_DIMS(array));
        if (shape != NULL) {
            PyErr_Format(PyExc_ValueError,
                         "%s must return an array of shape %S of real numbers. Received: shape=%S, "
                         "dtype=%S",
                         whose, expected, shape, (PyObject *)PyArray_DESCR(array));
        }
        Py_XDECREF(shape);
    }
    Py_DECREF(expected);
    return false;
}

bool cornu_batch_copy_in(PyObject *value, const char *whose, const size_t *rows,
                         const cornu_shape *shape, cornu_dtype dtype, void *to) {
    npy_intp sizes[CORNU_MAX_RANK + 1];
    const int rank = all_sizes(rows, shape, sizes);
    bool fits = PyArray_Check(value) && PyArray_NDIM((PyArrayObject *)value) == rank &&
                PyArray_CompareLists(PyArray_DIMS((PyArrayObject *)value), sizes, rank);
    if (fits) {
        PyArrayObject *array = (PyArrayObject *)value;
        fits = PyArray_ISBOOL(array) || PyArray_ISINTEGER(array) || PyArray_ISFLOAT(array);
    }
    if (!fits) return refuse(whose, rank, sizes, value);
    if (PyArray_SIZE((PyArrayObject *)value) == 0) return true;
    PyObject *target = PyArray_SimpleNewFromData(rank, sizes, cornu_dtype_numpy(dtype), to);
    if (target == NULL) return false;
    const int copied = PyArray_CopyInto((PyArrayObject *)target, (PyArrayObject *)value);
    Py_DECREF(target);
    return copied == 0;
}
