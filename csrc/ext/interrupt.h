/* Ctrl-C: in which thread to listen for it. */
#ifndef CORNU_EXT_INTERRUPT_H
#define CORNU_EXT_INTERRUPT_H

#include <stdbool.h>

#include "ext/module.h"

/* How often a waiting main thread looks for signals, in nanoseconds. */
#define CORNU_SIGNAL_PERIOD_NS (20 * UINT64_C(1000000))

/* Whether the calling thread is the one in which Python runs signal handlers: PyErr_CheckSignals
 * does nothing in any other, so there it is not worth a turn of the GIL. Needs the GIL and no
 * exception set; sets none. */
bool cornu_thread_is_main(const cornu_module_state *state);

#endif
