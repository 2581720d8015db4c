/* Weights that are not decayed though others are: of a model, for the runs that begin with it.
 * Never changed; counted by reference. NULL: none. */
#ifndef CORNU_NET_EXCLUSION_H
#define CORNU_NET_EXCLUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

typedef struct cornu_exclusion cornu_exclusion;

/* Retains the spans. CORNU_ERROR_MEMORY. */
cornu_status cornu_exclusion_new(size_t span_count, cornu_span *const *spans,
                                 cornu_exclusion **exclusion, cornu_error *error);
void cornu_exclusion_retain(cornu_exclusion *exclusion);
void cornu_exclusion_release(cornu_exclusion *exclusion);
bool cornu_exclusion_has(const cornu_exclusion *exclusion, const cornu_span *span);

#endif
