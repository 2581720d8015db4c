/* A batch of the library's as arrays for the user's code, and what that code returns. */
#ifndef CORNU_EXT_BATCH_ARRAY_H
#define CORNU_EXT_BATCH_ARRAY_H

#include "ext/interpreter.h"

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

/* A new writable array of `shape`, or of `rows` rows of it where rows is not NULL; not initialised,
 * or with a copy of `data`. NULL with an exception. */
PyObject *cornu_rows_new(const size_t *rows, const cornu_shape *shape, cornu_dtype dtype);
PyObject *cornu_rows_copy(const size_t *rows, const cornu_shape *shape, cornu_dtype dtype,
                          const void *data);

/* A new read-only array of rows x row elements with a copy of `data`. A view would change under the
 * user's hands with the next batch, and a copy costs a hundredth of what the user's code does.
 * NULL with an exception. */
PyObject *cornu_batch_array(size_t rows, const cornu_shape *row, cornu_dtype dtype,
                            const void *data);

/* Likewise a batch's mask, of all axes of a row but the last; None where it is NULL. */
PyObject *cornu_batch_mask(size_t rows, const cornu_shape *row, const bool *mask);

/* The same of one array of a shape. */
PyObject *cornu_plain_array(const cornu_shape *shape, cornu_dtype dtype, const void *data);

/* Copies an array of `shape` (of `rows` rows of it, where rows is not NULL) and any real dtype to
 * `to`. False with a TypeError or ValueError that says what `whose` returned. */
bool cornu_batch_copy_in(PyObject *value, const char *whose, const size_t *rows,
                         const cornu_shape *shape, cornu_dtype dtype, void *to);

#endif
