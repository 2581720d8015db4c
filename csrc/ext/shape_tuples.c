#include "ext/shape_tuples.h"

#include "ext/arguments.h"

bool cornu_convert_shape(PyObject *value, const char *name, void *output) {
    bool ok = false;
    cornu_shape shape = {0};
    PyObject *items = cornu_items_tuple(
        value, name, "a tuple of at most 8 integers, the batch axis not among them",
        CORNU_MAX_RANK);
    if (items == NULL) {
        return false;
    }
    shape.rank = (size_t)PyTuple_GET_SIZE(items);
    for (size_t i = 0; i < shape.rank; i++) {
        if (!cornu_convert_size(PyTuple_GET_ITEM(items, (Py_ssize_t)i), name, &shape.sizes[i])) {
            goto exit;
        }
    }
    *(cornu_shape *)output = shape;
    ok = true;
exit:
    Py_DECREF(items);
    return ok;
}

PyObject *cornu_shape_tuple(const cornu_shape *shape) {
    PyObject *tuple = PyTuple_New((Py_ssize_t)shape->rank);
    if (tuple == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < shape->rank; i++) {
        PyObject *size = PyLong_FromSize_t(shape->sizes[i]);
        if (size == NULL) {
            Py_DECREF(tuple);
            return NULL;
        }
        PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, size);
    }
    return tuple;
}
