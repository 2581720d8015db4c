/* Loss and metrics as a list of Python. */
#ifndef CORNU_EXT_RESULT_LIST_H
#define CORNU_EXT_RESULT_LIST_H

#include "ext/interpreter.h"

#include <stddef.h>

/* A new list of floats, or NULL with an exception. */
PyObject *cornu_result_list(size_t count, const double *values);

#endif
