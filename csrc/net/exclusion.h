/* Weights that a step treats otherwise than the rest: those that are not decayed, and those that
 * Muon leaves to Adam. Of a model, for the runs that begin with it. Never changed; counted by
 * reference. NULL: none. */
#ifndef CORNU_NET_EXCLUSION_H
#define CORNU_NET_EXCLUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

typedef struct cornu_exclusion cornu_exclusion;

/* Retains the spans. No spans at all: *exclusion is NULL. CORNU_ERROR_MEMORY. */
cornu_status cornu_exclusion_new(const cornu_excluded *excluded, cornu_exclusion **exclusion,
                                 cornu_error *error);
void cornu_exclusion_retain(cornu_exclusion *exclusion);
void cornu_exclusion_release(cornu_exclusion *exclusion);
/* Whether it is not decayed. */
bool cornu_exclusion_has(const cornu_exclusion *exclusion, const cornu_span *span);
bool cornu_exclusion_leaves_to_adam(const cornu_exclusion *exclusion, const cornu_span *span);

#endif
