/* Which weights an optimizer does not decay. */
#include "base/memory.h"
#include "base/status.h"
#include "net/optimizer.h"

cornu_status cornu_optimizer_exclude(cornu_optimizer *optimizer, size_t span_count,
                                     cornu_span *const *spans, cornu_error *error) {
    cornu_exclusion *exclusion = NULL;
    if (span_count <= SIZE_MAX / sizeof *spans / 2)
        exclusion = cornu_memory_allocate(sizeof *exclusion + span_count * sizeof(cornu_span *));
    if (!exclusion) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the list of weights that are not decayed.");
    }
    exclusion->count = span_count;
    for (size_t i = 0; i < span_count; i++) {
        exclusion->spans[i] = spans[i];
        cornu_span_retain(spans[i]);
    }
    exclusion->before = atomic_load(&optimizer->exclusion);
    while (!atomic_compare_exchange_weak(&optimizer->exclusion, &exclusion->before, exclusion))
        continue;
    return CORNU_OK;
}

bool cornu_optimizer_excludes(const cornu_optimizer *optimizer, const cornu_span *span) {
    const cornu_exclusion *exclusion =
        atomic_load_explicit(&optimizer->exclusion, memory_order_acquire);
    for (size_t i = 0; exclusion && i < exclusion->count; i++) {
        if (exclusion->spans[i] == span) return true;
    }
    return false;
}

void cornu_optimizer_free_exclusions(cornu_optimizer *optimizer) {
    cornu_exclusion *exclusion = atomic_load(&optimizer->exclusion);
    while (exclusion) {
        cornu_exclusion *before = exclusion->before;
        for (size_t i = 0; i < exclusion->count; i++) cornu_span_release(exclusion->spans[i]);
        cornu_memory_free(exclusion);
        exclusion = before;
    }
}
