#include "net/exclusion.h"

#include <stdatomic.h>

#include "base/memory.h"
#include "base/status.h"

struct cornu_exclusion {
    atomic_size_t references;
    size_t count;
    cornu_span *spans[];
};

cornu_status cornu_exclusion_new(size_t span_count, cornu_span *const *spans,
                                 cornu_exclusion **result, cornu_error *error) {
    cornu_exclusion *exclusion = NULL;
    if (span_count <= SIZE_MAX / sizeof *spans / 2)
        exclusion = cornu_memory_allocate(sizeof *exclusion + span_count * sizeof(cornu_span *));
    if (!exclusion) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the list of weights that are not decayed.");
    }
    atomic_init(&exclusion->references, 1);
    exclusion->count = span_count;
    for (size_t i = 0; i < span_count; i++) {
        exclusion->spans[i] = spans[i];
        cornu_span_retain(spans[i]);
    }
    *result = exclusion;
    return CORNU_OK;
}

void cornu_exclusion_retain(cornu_exclusion *exclusion) {
    if (exclusion) atomic_fetch_add_explicit(&exclusion->references, 1, memory_order_relaxed);
}

void cornu_exclusion_release(cornu_exclusion *exclusion) {
    if (!exclusion ||
        atomic_fetch_sub_explicit(&exclusion->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < exclusion->count; i++) cornu_span_release(exclusion->spans[i]);
    cornu_memory_free(exclusion);
}

bool cornu_exclusion_has(const cornu_exclusion *exclusion, const cornu_span *span) {
    for (size_t i = 0; exclusion && i < exclusion->count; i++) {
        if (exclusion->spans[i] == span) return true;
    }
    return false;
}
