#include "net/exclusion.h"

#include <stdatomic.h>

#include "base/memory.h"
#include "base/status.h"

struct cornu_exclusion {
    atomic_size_t references;
    size_t undecayed_count, adam_count;
    cornu_span *spans[]; /* in this order */
};

cornu_status cornu_exclusion_new(const cornu_excluded *excluded, cornu_exclusion **result,
                                 cornu_error *error) {
    cornu_exclusion *exclusion = NULL;
    const size_t most = SIZE_MAX / sizeof(cornu_span *) / 4;
    *result = NULL;
    if (excluded->undecayed_count == 0 && excluded->adam_count == 0) return CORNU_OK;
    if (excluded->undecayed_count <= most && excluded->adam_count <= most) {
        const size_t count = excluded->undecayed_count + excluded->adam_count;
        exclusion = cornu_memory_allocate(sizeof *exclusion + count * sizeof(cornu_span *));
    }
    if (!exclusion) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the list of weights that are treated otherwise.");
    }
    atomic_init(&exclusion->references, 1);
    exclusion->undecayed_count = excluded->undecayed_count;
    exclusion->adam_count = excluded->adam_count;
    cornu_span **spans = exclusion->spans;
    for (size_t i = 0; i < excluded->undecayed_count; i++) *spans++ = excluded->undecayed[i];
    for (size_t i = 0; i < excluded->adam_count; i++) *spans++ = excluded->adam[i];
    while (spans-- > exclusion->spans) cornu_span_retain(*spans);
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
    const size_t count = exclusion->undecayed_count + exclusion->adam_count;
    for (size_t i = 0; i < count; i++) cornu_span_release(exclusion->spans[i]);
    cornu_memory_free(exclusion);
}

static bool is_among(size_t count, cornu_span *const *spans, const cornu_span *span) {
    for (size_t i = 0; i < count; i++) {
        if (spans[i] == span) return true;
    }
    return false;
}

bool cornu_exclusion_has(const cornu_exclusion *exclusion, const cornu_span *span) {
    return exclusion && is_among(exclusion->undecayed_count, exclusion->spans, span);
}

bool cornu_exclusion_leaves_to_adam(const cornu_exclusion *exclusion, const cornu_span *span) {
    return exclusion &&
           is_among(exclusion->adam_count, exclusion->spans + exclusion->undecayed_count, span);
}
