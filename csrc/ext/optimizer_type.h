/* The type `Optimizer`: a reference to an optimizer of the library. */
#ifndef CORNU_EXT_OPTIMIZER_TYPE_H
#define CORNU_EXT_OPTIMIZER_TYPE_H

#include "ext/interpreter.h"

#include "cornu.h"

typedef struct cornu_optimizer_object {
    PyObject ob_base;
    cornu_optimizer *optimizer; /* one reference; never NULL once Python has the object */
} cornu_optimizer_object;

#endif
