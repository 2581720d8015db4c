/* Python.h and NumPy's C API, set up alike for every file of this room. Included before anything
 * else. */
#ifndef CORNU_EXT_INTERPRETER_H
#define CORNU_EXT_INTERPRETER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* NumPy 1.26, the oldest that is supported, has the C API of 1.25. */
#define NPY_NO_DEPRECATED_API NPY_1_25_API_VERSION
#define NPY_TARGET_VERSION NPY_1_25_API_VERSION
/* One table of NumPy's functions for all files; module.c, which defines the next name, fills it. */
#define PY_ARRAY_UNIQUE_SYMBOL cornu_numpy_api
#ifndef CORNU_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

#endif
