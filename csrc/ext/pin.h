/* Arrays of the user's that stay where they are while the library works on them. */
#ifndef CORNU_EXT_PIN_H
#define CORNU_EXT_PIN_H

#include "ext/interpreter.h"

/* A new tuple, or NULL with an exception. While it lives, so do the arrays, and none can be
 * resized: `resize` of one, or of one that it is a view of, is a ValueError, even with
 * `refcheck=False`. (Against `__setstate__`, which frees an array's memory whoever uses it, there
 * is no help.) NULL among them is left out; what is no array is kept alive. Making it may run
 * finalizers, so what the arrays are is to be looked at afterwards. */
PyObject *cornu_pin_arrays(Py_ssize_t count, PyObject *const *arrays);

#endif
