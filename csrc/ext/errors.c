#include "ext/errors.h"

#include <assert.h>
#include <string.h>

static PyObject *exception_of(cornu_status status) {
    switch (status) {
        case CORNU_ERROR_MEMORY:
            return PyExc_MemoryError;
        case CORNU_ERROR_OVERFLOW:
        case CORNU_ERROR_VALUE:
        case CORNU_ERROR_DATA:
            return PyExc_ValueError;
        case CORNU_BUSY:
        case CORNU_ERROR_STATE:
        case CORNU_ERROR_FORKED:
            return PyExc_RuntimeError;
        case CORNU_OK:
        case CORNU_INTERRUPTED:
        case CORNU_BAD_LOSS:
            break;
    }
    return PyExc_SystemError;
}

static const char *sentence_of(cornu_status status) {
    switch (status) {
        case CORNU_ERROR_MEMORY:
            return "There is not enough memory.";
        case CORNU_ERROR_OVERFLOW:
            return "The sizes, multiplied, are more than memory can hold.";
        case CORNU_ERROR_VALUE:
            return "The arguments' shapes or dtypes do not fit each other.";
        case CORNU_ERROR_DATA:
            return "A value is not finite, or a label is out of range.";
        case CORNU_BUSY:
            return "Another thread is using the model.";
        case CORNU_ERROR_STATE:
            return "The model is not built, not compiled, or in training.";
        case CORNU_ERROR_FORKED:
            return "The process was forked meanwhile, and what other threads had computed is lost.";
        case CORNU_OK:
        case CORNU_INTERRUPTED:
        case CORNU_BAD_LOSS:
            break;
    }
    return "The status of the core has no meaning here.";
}

void cornu_error_raise(cornu_status status, const cornu_error *error) {
    if (status == CORNU_INTERRUPTED) {
        assert(PyErr_Occurred() != NULL);
        return;
    }
    const char *sentence = sentence_of(status);
    if (error != NULL && error->message[0] != '\0') {
        sentence = error->message;
    }
    /* A sentence that quotes a name may be cut within a character, and then is no valid UTF-8. */
    PyObject *text = PyUnicode_DecodeUTF8(sentence, (Py_ssize_t)strlen(sentence), "replace");
    if (text == NULL) {
        return;
    }
    PyErr_SetObject(exception_of(status), text);
    Py_DECREF(text);
}
