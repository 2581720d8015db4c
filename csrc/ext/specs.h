/* The tuples that describe an activation, a loss or a metric (python/cornu/_core.pyi) to the
 * library's structs.
 *
 * Each is a cornu_convert: a TypeError for a tuple of the wrong form, a ValueError for a name or a
 * number that means nothing here. */
#ifndef CORNU_EXT_SPECS_H
#define CORNU_EXT_SPECS_H

#include "ext/interpreter.h"

#include <stdbool.h>

#include "cornu.h"

/* Output: cornu_activation, from (name, parameters). */
bool cornu_convert_activation(PyObject *value, const char *name, void *output);
/* Output: cornu_loss, from (name, from_logits, label_smoothing, reduction), and perhaps the
 * parameter. */
bool cornu_convert_loss(PyObject *value, const char *name, void *output);
/* Output: cornu_metric, from (name, loss or None, threshold, k); of one that keeps sums further
 * (thresholds, flags, columns, class id or None). */
bool cornu_convert_metric(PyObject *value, const char *name, void *output);

#endif
