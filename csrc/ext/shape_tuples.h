/* Row shapes as tuples of Python. */
#ifndef CORNU_EXT_SHAPE_TUPLES_H
#define CORNU_EXT_SHAPE_TUPLES_H

#include "ext/interpreter.h"

#include <stdbool.h>

#include "cornu.h"

/* A cornu_convert. Output: cornu_shape, from a tuple or list of at most CORNU_MAX_RANK integers,
 * none negative. */
bool cornu_convert_shape(PyObject *value, const char *name, void *output);

/* A new tuple of ints, or NULL with an exception. */
PyObject *cornu_shape_tuple(const cornu_shape *shape);

#endif
