/* Losses and metrics that Python computes. */
#ifndef CORNU_EXT_FOREIGN_OBJECTIVE_H
#define CORNU_EXT_FOREIGN_OBJECTIVE_H

#include "ext/interpreter.h"

#include "cornu.h"

/* For a loss or a metric that calls `object` (borrowed until the library retains it) as _core.pyi
 * says. */
cornu_foreign cornu_foreign_of(PyObject *object);

/* A reference of the library's, which may be given back by a thread without the GIL. */
void cornu_foreign_retain(void *object);
void cornu_foreign_release(void *object);

#endif
