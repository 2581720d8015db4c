/* Regularizers and constraints of the user's own, called in the middle of a step. */
#ifndef CORNU_EXT_OWN_CALL_H
#define CORNU_EXT_OWN_CALL_H

#include "ext/interpreter.h"

#include <stdbool.h>

#include "cornu.h"
#include "ext/interrupt.h"

/* Who is asked, and the work that asks. */
typedef struct cornu_own_caller {
    PyObject *function;     /* one reference; NULL: nobody */
    cornu_signals *signals; /* of the advance under way */
} cornu_own_caller;

/* For the library, whose `argument` it is: calls function(constrains, layer, weight, x,
 * wants_result) with the GIL. `weight` is None for an output; x is a copy. It returns a float (0
 * for a constraint) and an array like x, or None where none is wanted. False: an exception is
 * set. */
bool cornu_own_caller_call(void *argument, cornu_own_call *what);

#endif
