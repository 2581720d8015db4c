#include "ext/array.h"

#include <assert.h>

#include "ext/arguments.h"

static const int numpy_types[CORNU_DTYPE_COUNT] = {
    [CORNU_BOOL] = NPY_BOOL,       [CORNU_INT8] = NPY_INT8,       [CORNU_UINT8] = NPY_UINT8,
    [CORNU_INT16] = NPY_INT16,     [CORNU_UINT16] = NPY_UINT16,   [CORNU_INT32] = NPY_INT32,
    [CORNU_UINT32] = NPY_UINT32,   [CORNU_INT64] = NPY_INT64,     [CORNU_UINT64] = NPY_UINT64,
    [CORNU_FLOAT16] = NPY_FLOAT16, [CORNU_FLOAT32] = NPY_FLOAT32, [CORNU_FLOAT64] = NPY_FLOAT64,
};

int cornu_dtype_numpy(cornu_dtype dtype) {
    return numpy_types[dtype];
}

/* C has more integer types than sizes: long and long long are both NumPy types, and on most
 * machines alike. */
static bool integer_dtype(npy_intp nbytes, bool is_signed, cornu_dtype *dtype) {
    switch (nbytes) {
        case 1:
            *dtype = is_signed ? CORNU_INT8 : CORNU_UINT8;
            return true;
        case 2:
            *dtype = is_signed ? CORNU_INT16 : CORNU_UINT16;
            return true;
        case 4:
            *dtype = is_signed ? CORNU_INT32 : CORNU_UINT32;
            return true;
        case 8:
            *dtype = is_signed ? CORNU_INT64 : CORNU_UINT64;
            return true;
        default:
            return false;
    }
}

static bool array_dtype(PyArrayObject *array, cornu_dtype *dtype) {
    switch (PyArray_TYPE(array)) {
        case NPY_BOOL:
            *dtype = CORNU_BOOL;
            return true;
        case NPY_HALF:
            *dtype = CORNU_FLOAT16;
            return true;
        case NPY_FLOAT:
            *dtype = CORNU_FLOAT32;
            return true;
        case NPY_DOUBLE:
            *dtype = CORNU_FLOAT64;
            return true;
        case NPY_BYTE:
        case NPY_SHORT:
        case NPY_INT:
        case NPY_LONG:
        case NPY_LONGLONG:
            return integer_dtype(PyArray_ITEMSIZE(array), true, dtype);
        case NPY_UBYTE:
        case NPY_USHORT:
        case NPY_UINT:
        case NPY_ULONG:
        case NPY_ULONGLONG:
            return integer_dtype(PyArray_ITEMSIZE(array), false, dtype);
        default: /* complex, object, text, dates, structs, long double, types of other packages */
            return false;
    }
}

bool cornu_convert_ndarray(PyObject *value, const char *name, void *output) {
    if (!PyArray_Check(value)) {
        return cornu_argument_refuse(PyExc_TypeError, name, "a NumPy array", value);
    }
    *(PyArrayObject **)output = (PyArrayObject *)value;
    return true;
}

bool cornu_convert_optional_ndarray(PyObject *value, const char *name, void *output) {
    if (value == Py_None) {
        *(PyArrayObject **)output = NULL;
        return true;
    }
    if (!PyArray_Check(value)) {
        return cornu_argument_refuse(PyExc_TypeError, name, "a NumPy array or None", value);
    }
    *(PyArrayObject **)output = (PyArrayObject *)value;
    return true;
}

bool cornu_array_describe(PyArrayObject *array, const char *name, cornu_array *description) {
    cornu_dtype dtype;
    int rank = PyArray_NDIM(array);
    if (!array_dtype(array, &dtype)) {
        PyErr_Format(PyExc_ValueError,
                     "`%s` must be an array of booleans, integers or floats of at most 64 bits. "
                     "Received: dtype=%.200S",
                     name, (PyObject *)PyArray_DESCR(array));
        return false;
    }
    if (rank < 1 || rank > CORNU_MAX_RANK + 1) {
        PyErr_Format(
            PyExc_ValueError,
            "`%s` must have rows, and so 1 to %d axes, the batch axis first. Received: %d axes",
            name, CORNU_MAX_RANK + 1, rank);
        return false;
    }
    *description = (cornu_array){
        .data = PyArray_DATA(array),
        .dtype = dtype,
        .swapped = PyArray_ISBYTESWAPPED(array) != 0,
        .rank = (size_t)rank,
    };
    for (int i = 0; i < rank; i++) {
        description->shape[i] = (size_t)PyArray_DIM(array, i);
        description->strides[i] = (ptrdiff_t)PyArray_STRIDE(array, i);
    }
    return true;
}

bool cornu_array_check_packed(PyArrayObject *array, const char *name) {
    if (PyArray_ISCARRAY_RO(array)) return true;
    PyErr_Format(PyExc_ValueError,
                 "`%s` must be C-contiguous, aligned and in this machine's byte order", name);
    return false;
}

bool cornu_array_check_plain(PyArrayObject *array, const char *name, cornu_dtype *dtype) {
    int type = PyArray_TYPE(array);
    if (type != NPY_FLOAT32 && type != NPY_FLOAT64) {
        PyErr_Format(PyExc_ValueError,
                     "`%s` must be of dtype float32 or float64. Received: dtype=%.200S", name,
                     (PyObject *)PyArray_DESCR(array));
        return false;
    }
    if (!cornu_array_check_packed(array, name)) return false;
    *dtype = type == NPY_FLOAT32 ? CORNU_FLOAT32 : CORNU_FLOAT64;
    return true;
}

bool cornu_array_check_alike(PyArrayObject *array, const char *name, PyArrayObject *model,
                             const char *model_name) {
    if (!cornu_array_check_packed(array, name)) return false;
    if (PyArray_TYPE(array) == PyArray_TYPE(model) && PyArray_NDIM(array) == PyArray_NDIM(model) &&
        PyArray_CompareLists(PyArray_DIMS(array), PyArray_DIMS(model), PyArray_NDIM(array))) {
        return true;
    }
    PyObject *shape = PyArray_IntTupleFromIntp(PyArray_NDIM(array), PyArray_DIMS(array));
    PyObject *model_shape = PyArray_IntTupleFromIntp(PyArray_NDIM(model), PyArray_DIMS(model));
    if (shape != NULL && model_shape != NULL) {
        PyErr_Format(
            PyExc_ValueError,
            "`%s` must have the shape and dtype of `%s`, %S and %S. Received: shape=%S, dtype=%S",
            name, model_name, model_shape, (PyObject *)PyArray_DESCR(model), shape,
            (PyObject *)PyArray_DESCR(array));
    }
    Py_XDECREF(shape);
    Py_XDECREF(model_shape);
    return false;
}

bool cornu_array_check_row_numbers(PyArrayObject *array, const char *name, npy_intp rows) {
    if (PyArray_TYPE(array) != NPY_FLOAT64 || !PyArray_ISCARRAY_RO(array) ||
        PyArray_NDIM(array) != 1 || PyArray_DIM(array, 0) != rows) {
        PyObject *shape = PyArray_IntTupleFromIntp(PyArray_NDIM(array), PyArray_DIMS(array));
        if (shape != NULL) {
            PyErr_Format(PyExc_ValueError,
                         "`%s` must be a C-contiguous, aligned array of dtype float64 and "
                         "shape (%zd,), one for each row. Received: shape=%S, dtype=%S",
                         name, (Py_ssize_t)rows, shape, (PyObject *)PyArray_DESCR(array));
        }
        Py_XDECREF(shape);
        return false;
    }
    return true;
}
