/* NumPy arrays of the user's as the library sees them: described where they lie, never copied. */
#ifndef CORNU_EXT_ARRAY_H
#define CORNU_EXT_ARRAY_H

#include "ext/interpreter.h"

#include <stdbool.h>

#include "cornu.h"

/* Converters. Output: PyArrayObject *, borrowed; the optional one takes None for NULL. Subclasses
 * are arrays too. */
bool cornu_convert_ndarray(PyObject *value, const char *name, void *output);
bool cornu_convert_optional_ndarray(PyObject *value, const char *name, void *output);

/* Fills *description with the array's memory, borrowed from the array: any strides, alignment and
 * byte order. False with a ValueError that names the dtype or the rank: only bool, integers and
 * floats of 16 to 64 bits, rank 1 ... CORNU_MAX_RANK + 1. */
bool cornu_array_describe(PyArrayObject *array, const char *name, cornu_array *description);

/* False with a ValueError unless the array is C-contiguous, aligned and in this machine's byte
 * order. */
bool cornu_array_check_packed(PyArrayObject *array, const char *name);

/* For computations on plain memory: false with a ValueError unless the array is float32 or float64,
 * C-contiguous, aligned and in this machine's byte order. */
bool cornu_array_check_plain(PyArrayObject *array, const char *name, cornu_dtype *dtype);

/* `array` is packed and of the dtype and shape of the plain `model`, or false with a ValueError
 * that shows both. */
bool cornu_array_check_alike(PyArrayObject *array, const char *name, PyArrayObject *model,
                             const char *model_name);

/* Labels or scales: false with a ValueError unless the array is a packed vector of so many numbers
 * of float64. */
bool cornu_array_check_row_numbers(PyArrayObject *array, const char *name, npy_intp rows);

/* NumPy's type number. */
int cornu_dtype_numpy(cornu_dtype dtype);

#endif
