/* The loss of pairs of rows, of arrays. */
#ifndef CORNU_EXT_PAIR_LOSSES_H
#define CORNU_EXT_PAIR_LOSSES_H

#include "ext/interpreter.h"

/* The function of the module: circle(loss, labels, x, other_labels, others, scales). */
PyObject *cornu_circle_of_arrays(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                                 PyObject *keywords);

#endif
