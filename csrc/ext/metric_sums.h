/* The sums of a metric that keeps them, of arrays. */
#ifndef CORNU_EXT_METRIC_SUMS_H
#define CORNU_EXT_METRIC_SUMS_H

#include "ext/interpreter.h"

/* The function of the module: metric_sums(metric, target, prediction, weights). */
PyObject *cornu_metric_sums_of_arrays(PyObject *module, PyObject *const *values,
                                      Py_ssize_t value_count, PyObject *keywords);

#endif
