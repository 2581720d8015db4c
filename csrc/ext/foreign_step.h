/* Steps of optimizers that Python computes. */
#ifndef CORNU_EXT_FOREIGN_STEP_H
#define CORNU_EXT_FOREIGN_STEP_H

#include "ext/interpreter.h"

#include "cornu.h"

/* Calls function(learning_rate, views, gradients), with the GIL: a view of each weight, and a copy
 * of its gradient. What it returns is dropped. */
cornu_foreign_step cornu_foreign_step_of(PyObject *function);

#endif
