/* Hashes of strings. */
#include "ext/module.h"

#include <stdint.h>

#include "base/hash.h"
#include "ext/arguments.h"
#include "ext/layer_functions.h"

/* The bytes of a str, as UTF-8, or of a bytes; false: an exception. */
static bool bytes_of(PyObject *text, const char **bytes, Py_ssize_t *nbytes) {
    if (PyUnicode_Check(text)) {
        *bytes = PyUnicode_AsUTF8AndSize(text, nbytes);
        return *bytes != NULL;
    }
    if (PyBytes_Check(text)) {
        *bytes = PyBytes_AS_STRING(text);
        *nbytes = PyBytes_GET_SIZE(text);
        return true;
    }
    PyErr_Format(PyExc_TypeError, "`texts` must be str or bytes. Received: one of type %.200s",
                 Py_TYPE(text)->tp_name);
    return false;
}

static bool fill_buckets(PyObject *texts, int64_t bins, const cornu_integers *key,
                         int64_t *bucket) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(texts); i++) {
        const char *bytes;
        Py_ssize_t nbytes;
        if (!bytes_of(PyTuple_GET_ITEM(texts, i), &bytes, &nbytes)) return false;
        const uint64_t halves[] = {(uint64_t)key->values[0], (uint64_t)key->values[1]};
        const uint64_t hash = key->count == 0 ? cornu_hash_fingerprint(bytes, (size_t)nbytes)
                                              : cornu_hash_keyed(halves, bytes, (size_t)nbytes);
        bucket[i] = (int64_t)(hash % (uint64_t)bins);
    }
    return true;
}

static PyObject *hash_buckets(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                              PyObject *keywords) {
    (void)module;
    PyObject *list, *buckets = NULL;
    int64_t bins;
    cornu_integers key = {0};
    const cornu_argument arguments[] = {
        {"texts", cornu_convert_object, &list},
        {"bins", cornu_convert_int64, &bins},
        {"key", cornu_convert_integers, &key},
    };
    if (!cornu_arguments_parse("hash_buckets", 3, arguments, value_count, values, keywords)) {
        return NULL;
    }
    if (bins < 1 || (key.count != 0 && key.count != 2)) {
        PyErr_SetString(PyExc_ValueError,
                        "`bins` must be positive, and `key` must have two numbers or none");
        return NULL;
    }
    PyObject *texts = cornu_items_tuple(list, "texts", "a list of str or bytes", PY_SSIZE_T_MAX);
    if (texts == NULL) return NULL;
    npy_intp count = (npy_intp)PyTuple_GET_SIZE(texts);
    buckets = PyArray_SimpleNew(1, &count, NPY_INT64);
    if (buckets != NULL &&
        !fill_buckets(texts, bins, &key, PyArray_DATA((PyArrayObject *)buckets))) {
        Py_CLEAR(buckets);
    }
    Py_DECREF(texts);
    return buckets;
}

PyMethodDef cornu_hash_functions[] = {
    {"hash_buckets", (PyCFunction)(void (*)(void))hash_buckets, METH_FASTCALL | METH_KEYWORDS,
     "hash_buckets($module, /, texts, bins, key)\n--\n\n"
     "The bucket of each str or bytes, as int64: by FarmHash's fingerprint, or with a key of two "
     "numbers by SipHash."},
    {NULL, NULL, 0, NULL},
};
