/* What a recorded run kept, as arrays. */
#ifndef CORNU_EXT_RECORD_LIST_H
#define CORNU_EXT_RECORD_LIST_H

#include "ext/interpreter.h"

#include "cornu.h"

/* A new list, one tuple (x, z, y, dy, dz) for each layer: copies of rows x its elements, None where
 * there is none. NULL with an exception. */
PyObject *cornu_record_list(const cornu_run *run);

/* A new tuple (before, after, gradient) of copies in the span's shape; None for the gradient of
 * what is not trained. NULL with an exception: a ValueError where the run has no such weight. */
PyObject *cornu_weight_record_tuple(const cornu_run *run, const cornu_span *span);

/* A new array of the losses of rows, in float64; None where they are not known. NULL with an
 * exception. */
PyObject *cornu_recorded_losses(const cornu_run *run);

#endif
