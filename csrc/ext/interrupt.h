/* Ctrl-C: which thread is to listen for it. */
#ifndef CORNU_EXT_INTERRUPT_H
#define CORNU_EXT_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#include "ext/module.h"

/* How often a waiting main thread looks for signals, in nanoseconds. */
#define CORNU_SIGNAL_PERIOD_NS (20 * UINT64_C(1000000))

/* Finds the main thread, and sees to it that a forked child does too. 0, or -1 with an exception.
 */
int cornu_interrupt_init(PyObject *module);

/* Whether the calling thread is the one in which Python runs signal handlers: PyErr_CheckSignals
 * does nothing in any other, so there it is not worth a turn of the GIL. Needs no GIL. */
bool cornu_thread_is_main(const cornu_module_state *state);

#endif
