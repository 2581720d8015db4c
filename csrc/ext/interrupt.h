/* Ctrl-C: which thread listens for it, and how. */
#ifndef CORNU_EXT_INTERRUPT_H
#define CORNU_EXT_INTERRUPT_H

#include <stdbool.h>

#include "cornu.h"
#include "ext/module.h"

/* Finds the main thread, and sees to it that a forked child does too. 0, or -1 with an exception.
 */
int cornu_interrupt_init(PyObject *module);

/* Work without the GIL that polls for signals. */
typedef struct cornu_signals {
    PyThreadState *thread_state; /* of the thread that works, while it does without the GIL */
    bool listening; /* it is the main thread: PyErr_CheckSignals does nothing in any other, so there
                       it is not worth a turn of the GIL */
    bool raised;    /* a signal handler raised; its exception is set */
} cornu_signals;

/* Gives up the GIL. */
void cornu_signals_begin(cornu_signals *signals, const cornu_module_state *state);
/* For the library, between the two. */
cornu_poll cornu_signals_poll(cornu_signals *signals);
/* Takes the GIL again. Returns `status`, or CORNU_INTERRUPTED if a handler raised with the work's
 * last poll. */
cornu_status cornu_signals_end(cornu_signals *signals, cornu_status status);

#endif
