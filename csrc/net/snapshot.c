#include "net/snapshot.h"

#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"

struct cornu_snapshot {
    uint64_t iterations;
    unsigned char *memory; /* of each trained span the weights and its slots; then state spans */
};

typedef enum copy_direction { SAVE, RESTORE } copy_direction;

/* Copies one piece and moves on; `live` is NULL for one that is no longer there. */
static unsigned char *copy(copy_direction direction, unsigned char *at, void *live, size_t nbytes) {
    if (nbytes == 0 || !live) return at + nbytes;
    if (direction == SAVE) {
        memcpy(at, live, nbytes);
    } else {
        memcpy(live, at, nbytes);
    }
    return at + nbytes;
}

static void copy_all(copy_direction direction, unsigned char *at, const cornu_plan *plan,
                     const cornu_optimizer *optimizer) {
    for (size_t i = 0; i < plan->table->count; i++) {
        const cornu_span *span = plan->table->entries[i].span;
        size_t nbytes = cornu_span_nbytes(span);
        at = copy(direction, at, cornu_span_data(span), nbytes);
        for (size_t slot = 0; slot < optimizer->slots.count; slot++)
            at = copy(direction, at, cornu_slots_at(&optimizer->slots, span, slot), nbytes);
    }
    for (size_t i = 0; i < plan->state_count; i++) {
        const cornu_span *span = plan->state[i];
        at = copy(direction, at, cornu_span_data(span), cornu_span_nbytes(span));
    }
}

static bool total_nbytes(const cornu_plan *plan, const cornu_optimizer *optimizer, size_t *total) {
    *total = plan->state_nbytes;
    bool fits = true;
    for (size_t i = 0; i < plan->table->count; i++) {
        size_t nbytes = cornu_span_nbytes(plan->table->entries[i].span);
        fits = fits && cornu_size_multiply(nbytes, 1 + optimizer->slots.count, &nbytes) &&
               cornu_size_add(*total, nbytes, total);
    }
    return fits;
}

cornu_status cornu_snapshot_new(const cornu_plan *plan, const cornu_optimizer *optimizer,
                                cornu_snapshot **result, cornu_error *error) {
    size_t total = 0;
    bool fits = total_nbytes(plan, optimizer, &total);
    cornu_snapshot *snapshot = cornu_memory_allocate(sizeof *snapshot);
    unsigned char *memory = snapshot && fits ? cornu_memory_allocate(total) : NULL;
    if (!memory) {
        cornu_memory_free(snapshot);
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory to keep the weights (%zu bytes) in case of bad data.",
                               total);
    }
    *snapshot = (cornu_snapshot){cornu_optimizer_iterations(optimizer), memory};
    copy_all(SAVE, memory, plan, optimizer);
    *result = snapshot;
    return CORNU_OK;
}

void cornu_snapshot_restore(const cornu_snapshot *snapshot, const cornu_plan *plan,
                            cornu_optimizer *optimizer) {
    copy_all(RESTORE, snapshot->memory, plan, optimizer);
    /* Another model may have trained with the optimizer in a hook: then its steps count. */
    if (optimizer->bound_id == plan->table->id)
        cornu_optimizer_set_iterations(optimizer, snapshot->iterations);
}

void cornu_snapshot_free(cornu_snapshot *snapshot) {
    if (!snapshot) return;
    cornu_memory_free(snapshot->memory);
    cornu_memory_free(snapshot);
}
