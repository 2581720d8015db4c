/* Arguments of the module's functions: names, converters and outputs, one argument a line. */
#ifndef CORNU_EXT_ARGUMENTS_H
#define CORNU_EXT_ARGUMENTS_H

#include "ext/interpreter.h"

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

/* Turns `value`, which the user knows as `name`, into *output. False: an exception that names both
 * is set; *output may be written in part. Whatever is borrowed from `value` lives as long as it. */
typedef bool cornu_convert(PyObject *value, const char *name, void *output);

typedef struct cornu_argument {
    const char
        *name; /* "|name": it and all after it may be left out; "$name": and only by keyword */
    cornu_convert *
        convert; /* not called for an argument that is left out, so *output starts as the default */
    void *output;
} cornu_argument;

/* Takes a call apart. `values` holds the positional arguments; `keywords` is NULL, or a dict, or a
 * tuple of names whose values follow the positional ones in `values` (as METH_FASTCALL |
 * METH_KEYWORDS passes them). False: an exception is set; some outputs may be written. */
bool cornu_arguments_parse(const char *function, size_t argument_count,
                           const cornu_argument *arguments, Py_ssize_t value_count,
                           PyObject *const *values, PyObject *keywords);

/* Output: PyObject *, borrowed. */
bool cornu_convert_object(PyObject *value, const char *name, void *output);
/* Output: const char *, UTF-8 without a NUL inside, borrowed. */
bool cornu_convert_text(PyObject *value, const char *name, void *output);
/* Output: bool; any object, by its truth. */
bool cornu_convert_bool(PyObject *value, const char *name, void *output);
/* Output: double; any real number, bool excepted. */
bool cornu_convert_double(PyObject *value, const char *name, void *output);
/* Output: size_t, at most PTRDIFF_MAX. Integers of Python and NumPy, as in all that follow; bool is
 * refused. */
bool cornu_convert_size(PyObject *value, const char *name, void *output);
/* Output: size_t, 1 ... PTRDIFF_MAX. */
bool cornu_convert_positive_size(PyObject *value, const char *name, void *output);
/* Output: uint64_t. */
bool cornu_convert_uint64(PyObject *value, const char *name, void *output);
/* Output: int64_t. */
bool cornu_convert_int64(PyObject *value, const char *name, void *output);
/* Output: cornu_dtype, CORNU_FLOAT32 or CORNU_FLOAT64, from its name. */
bool cornu_convert_float_dtype(PyObject *value, const char *name, void *output);

/* Output: cornu_dtype, any, from its name. */
bool cornu_convert_dtype(PyObject *value, const char *name, void *output);

/* Finds `text`, the value of the argument `name`, among `choices`; false with a ValueError that
 * lists them. Entries may be NULL. */
bool cornu_choice_find(const char *text, const char *name, size_t choice_count,
                       const char *const *choices, size_t *index);

/* A new reference to a tuple of the items of a tuple or list of at most `maximum` (PY_SSIZE_T_MAX:
 * any number); else NULL with an exception that says that `expected` was. */
PyObject *cornu_items_tuple(PyObject *value, const char *name, const char *expected,
                            Py_ssize_t maximum);

/* Sets `exception`: "`name` must be <expected>. Received: name=<value> (of type ...)". Returns
 * false. */
bool cornu_argument_refuse(PyObject *exception, const char *name, const char *expected,
                           PyObject *value);

#endif
