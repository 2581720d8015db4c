#include "ext/arguments.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAXIMUM_COUNT 40

/* ---- The call ---- */

static const char *plain_name(const cornu_argument *argument) {
    return argument->name + (argument->name[0] == '|' || argument->name[0] == '$');
}

/* Where the obligatory and where the positional arguments end. */
static void count_arguments(size_t argument_count, const cornu_argument *arguments,
                            size_t *required, size_t *positional) {
    *required = *positional = argument_count;
    for (size_t i = argument_count; i-- > 0;) {
        if (arguments[i].name[0] == '$') {
            *positional = *required = i;
        } else if (arguments[i].name[0] == '|') {
            *required = i;
        }
    }
}

/* `next` is where the search begins: callers mostly keep to the declared order. */
static bool place_keyword(const char *function, size_t argument_count,
                          const cornu_argument *arguments, PyObject *keyword, PyObject *value,
                          size_t *next, PyObject **found) {
    if (!PyUnicode_Check(keyword)) {
        PyErr_Format(PyExc_TypeError, "%s() takes keywords that are strings", function);
        return false;
    }
    for (size_t tried = 0; tried < argument_count; tried++) {
        size_t i = (*next + tried) % argument_count;
        if (PyUnicode_CompareWithASCIIString(keyword, plain_name(&arguments[i])) != 0) {
            continue;
        }
        if (found[i] != NULL) {
            PyErr_Format(PyExc_TypeError, "%s() got the argument `%U` twice", function, keyword);
            return false;
        }
        found[i] = value;
        *next = i + 1;
        return true;
    }
    PyErr_Format(PyExc_TypeError, "%s() has no argument `%U`", function, keyword);
    return false;
}

static bool place_keywords(const char *function, size_t argument_count,
                           const cornu_argument *arguments, PyObject *const *keyword_values,
                           PyObject *keywords, PyObject **found) {
    size_t next = 0;
    if (keywords == NULL) {
        return true;
    }
    if (PyTuple_Check(keywords)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keywords); i++) {
            if (!place_keyword(function, argument_count, arguments, PyTuple_GET_ITEM(keywords, i),
                               keyword_values[i], &next, found)) {
                return false;
            }
        }
        return true;
    }
    PyObject *keyword, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(keywords, &position, &keyword, &value)) {
        if (!place_keyword(function, argument_count, arguments, keyword, value, &next, found)) {
            return false;
        }
    }
    return true;
}

bool cornu_arguments_parse(const char *function, size_t argument_count,
                           const cornu_argument *arguments, Py_ssize_t value_count,
                           PyObject *const *values, PyObject *keywords) {
    PyObject *found[MAXIMUM_COUNT] = {NULL};
    size_t required, positional;
    assert(argument_count <= MAXIMUM_COUNT);
    count_arguments(argument_count, arguments, &required, &positional);
    if ((size_t)value_count > positional) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %zu positional arguments. Received: %zd",
                     function, positional, value_count);
        return false;
    }
    for (Py_ssize_t i = 0; i < value_count; i++) {
        found[i] = values[i];
    }
    if (!place_keywords(function, argument_count, arguments, values + value_count, keywords,
                        found)) {
        return false;
    }
    for (size_t i = 0; i < argument_count; i++) {
        const char *name = plain_name(&arguments[i]);
        if (found[i] == NULL && i < required) {
            PyErr_Format(PyExc_TypeError, "%s() needs the argument `%s`", function, name);
            return false;
        }
        if (found[i] != NULL && !arguments[i].convert(found[i], name, arguments[i].output)) {
            return false;
        }
    }
    return true;
}

/* ---- Refusals ---- */

bool cornu_argument_refuse(PyObject *exception, const char *name, const char *expected,
                           PyObject *value) {
    /* repr can fail by itself: an int of more than 4,300 digits has none. */
    PyObject *text = PyObject_Repr(value);
    if (text != NULL) {
        PyErr_Format(exception, "`%s` must be %s. Received: %s=%.200U (of type %.100s)", name,
                     expected, name, text, Py_TYPE(value)->tp_name);
        Py_DECREF(text);
    } else if (PyErr_ExceptionMatches(PyExc_Exception)) {
        PyErr_Clear();
        PyErr_Format(exception, "`%s` must be %s. Received: an object of type %.100s", name,
                     expected, Py_TYPE(value)->tp_name);
    }
    return false;
}

bool cornu_choice_find(const char *text, const char *name, size_t choice_count,
                       const char *const *choices, size_t *index) {
    char list[400] = "";
    size_t length = 0;
    for (size_t i = 0; i < choice_count; i++) {
        if (choices[i] == NULL) {
            continue;
        }
        if (strcmp(text, choices[i]) == 0) {
            *index = i;
            return true;
        }
        if (length < sizeof list) {
            int written = snprintf(list + length, sizeof list - length, "%s\"%s\"",
                                   length == 0 ? "" : ", ", choices[i]);
            length += written > 0 ? (size_t)written : 0;
        }
    }
    PyErr_Format(PyExc_ValueError, "`%s` must be one of %s. Received: %s=\"%.100s\"", name, list,
                 name, text);
    return false;
}

/* ---- Converters ---- */

bool cornu_convert_object(PyObject *value, const char *Py_UNUSED(name), void *output) {
    *(PyObject **)output = value;
    return true;
}

bool cornu_convert_text(PyObject *value, const char *name, void *output) {
    if (!PyUnicode_Check(value)) {
        return cornu_argument_refuse(PyExc_TypeError, name, "a string", value);
    }
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(value, &length);
    if (text == NULL) {
        return false;
    }
    if (strlen(text) != (size_t)length) {
        return cornu_argument_refuse(PyExc_ValueError, name, "a string without a null character",
                                     value);
    }
    *(const char **)output = text;
    return true;
}

bool cornu_convert_bool(PyObject *value, const char *Py_UNUSED(name), void *output) {
    int truth = PyObject_IsTrue(value);
    if (truth < 0) {
        return false;
    }
    *(bool *)output = truth != 0;
    return true;
}

/* Of Python or of NumPy: each passes for a number, though hardly ever meant as one. */
static bool is_bool(PyObject *value) {
    return PyBool_Check(value) || PyArray_IsScalar(value, Bool);
}

/* NumPy turns some of its objects into floats that are no real numbers: complex ones, with a
 * warning only, and arrays of bools or of text. */
static bool is_unreal(PyObject *value) {
    if (PyArray_IsScalar(value, ComplexFloating)) return true;
    if (!PyArray_Check(value)) return false;
    int type = PyArray_TYPE((PyArrayObject *)value);
    return !PyTypeNum_ISINTEGER(type) && !PyTypeNum_ISFLOAT(type);
}

bool cornu_convert_double(PyObject *value, const char *name, void *output) {
    if (is_bool(value) || is_unreal(value)) {
        return cornu_argument_refuse(PyExc_TypeError, name, "a number", value);
    }
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred() != NULL) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_Clear();
            return cornu_argument_refuse(PyExc_ValueError, name, "a number within float64's range",
                                         value);
        }
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            return cornu_argument_refuse(PyExc_TypeError, name, "a number", value);
        }
        return false;
    }
    *(double *)output = number;
    return true;
}

/* A new reference to `value` as an int of Python; NULL with a TypeError. */
static PyObject *integer_of(PyObject *value, const char *name, const char *expected) {
    PyObject *integer = NULL;
    if (!is_bool(value) && PyIndex_Check(value)) {
        integer = PyNumber_Index(value);
        if (integer != NULL || !PyErr_ExceptionMatches(PyExc_TypeError)) {
            return integer;
        }
        PyErr_Clear();
    }
    cornu_argument_refuse(PyExc_TypeError, name, expected, value);
    return NULL;
}

static bool convert_size_from(PyObject *value, const char *name, const char *expected,
                              Py_ssize_t minimum, size_t *output) {
    PyObject *integer = integer_of(value, name, expected);
    if (integer == NULL) {
        return false;
    }
    Py_ssize_t size = PyLong_AsSsize_t(integer);
    Py_DECREF(integer);
    if (size == -1 && PyErr_Occurred() != NULL) {
        PyErr_Clear();
        return cornu_argument_refuse(PyExc_ValueError, name, expected, value);
    }
    if (size < minimum) {
        return cornu_argument_refuse(PyExc_ValueError, name, expected, value);
    }
    *output = (size_t)size;
    return true;
}

bool cornu_convert_size(PyObject *value, const char *name, void *output) {
    return convert_size_from(value, name, "an integer of at least 0 that a size can hold", 0,
                             output);
}

bool cornu_convert_positive_size(PyObject *value, const char *name, void *output) {
    return convert_size_from(value, name, "a positive integer that a size can hold", 1, output);
}

bool cornu_convert_uint64(PyObject *value, const char *name, void *output) {
    static const char *const expected = "an integer from 0 to 2**64 - 1";
    PyObject *integer = integer_of(value, name, expected);
    if (integer == NULL) {
        return false;
    }
    unsigned long long number = PyLong_AsUnsignedLongLong(integer);
    Py_DECREF(integer);
    if (number == (unsigned long long)-1 && PyErr_Occurred() != NULL) {
        PyErr_Clear();
        return cornu_argument_refuse(PyExc_ValueError, name, expected, value);
    }
    *(uint64_t *)output = number;
    return true;
}

bool cornu_convert_int64(PyObject *value, const char *name, void *output) {
    static const char *const expected = "an integer from -2**63 to 2**63 - 1";
    PyObject *integer = integer_of(value, name, expected);
    if (integer == NULL) {
        return false;
    }
    long long number = PyLong_AsLongLong(integer);
    Py_DECREF(integer);
    if (number == -1 && PyErr_Occurred() != NULL) {
        PyErr_Clear();
        return cornu_argument_refuse(PyExc_ValueError, name, expected, value);
    }
    *(int64_t *)output = number;
    return true;
}

bool cornu_convert_float_dtype(PyObject *value, const char *name, void *output) {
    static const cornu_dtype dtypes[] = {CORNU_FLOAT32, CORNU_FLOAT64};
    static const char *const names[] = {"float32", "float64"};
    const char *text = NULL;
    size_t index;
    if (!cornu_convert_text(value, name, &text) ||
        !cornu_choice_find(text, name, 2, names, &index)) {
        return false;
    }
    *(cornu_dtype *)output = dtypes[index];
    return true;
}

bool cornu_convert_dtype(PyObject *value, const char *name, void *output) {
    const char *text = NULL, *names[CORNU_DTYPE_COUNT];
    size_t index;
    for (size_t i = 0; i < CORNU_DTYPE_COUNT; i++) names[i] = cornu_dtype_name((cornu_dtype)i);
    if (!cornu_convert_text(value, name, &text) ||
        !cornu_choice_find(text, name, CORNU_DTYPE_COUNT, names, &index)) {
        return false;
    }
    *(cornu_dtype *)output = (cornu_dtype)index;
    return true;
}

PyObject *cornu_items_tuple(PyObject *value, const char *name, const char *expected,
                            Py_ssize_t maximum) {
    if (!PyTuple_Check(value) && !PyList_Check(value)) {
        cornu_argument_refuse(PyExc_TypeError, name, expected, value);
        return NULL;
    }
    PyObject *items = PySequence_Tuple(value);
    if (items != NULL && PyTuple_GET_SIZE(items) > maximum) {
        cornu_argument_refuse(PyExc_ValueError, name, expected, value);
        Py_CLEAR(items);
    }
    return items;
}
