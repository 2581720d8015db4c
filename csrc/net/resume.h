/* A fit that goes on where another one was. */
#ifndef CORNU_NET_RESUME_H
#define CORNU_NET_RESUME_H

#include "net/run.h"

/* For a run with `resumed`, under its locks: puts back the state that layers move; and, as an epoch
 * begins, where in it the run is and the metrics' sums, which spends `resumed`. */
void cornu_run_restore_layers(const cornu_run *run);
void cornu_run_restore_place(cornu_run *run);

#endif
