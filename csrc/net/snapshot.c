#include "net/snapshot.h"

#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"

/* Bytes between two polls. */
#define PIECE_NBYTES ((size_t)4 << 20)

struct cornu_snapshot {
    uint64_t iterations, bind_count;
    double product;        /* the optimizer's */
    unsigned char *memory; /* of each trained span the weights and its slots; then state spans */
};

typedef enum copy_direction { SAVE, RESTORE } copy_direction;

/* What the copy goes from or to, and how far it is. */
typedef struct copying {
    copy_direction direction;
    unsigned char *at;
    cornu_task *task; /* polled; NULL: nobody is asked */
} copying;

/* `live` is NULL for what is no longer there. */
static cornu_status copy(copying *self, void *live, size_t nbytes) {
    for (size_t done = 0; done < nbytes && live; done += PIECE_NBYTES) {
        size_t piece = nbytes - done < PIECE_NBYTES ? nbytes - done : PIECE_NBYTES;
        unsigned char *here = (unsigned char *)live + done;
        if (self->direction == SAVE) {
            memcpy(self->at + done, here, piece);
        } else {
            memcpy(here, self->at + done, piece);
        }
        cornu_status status =
            self->task ? cornu_task_poll_after(self->task, (double)piece) : CORNU_OK;
        if (status != CORNU_OK) return status;
    }
    self->at += nbytes;
    return CORNU_OK;
}

static cornu_status copy_all(copying *self, const cornu_plan *plan,
                             const cornu_optimizer *optimizer) {
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->table->count && status == CORNU_OK; i++) {
        const cornu_span *span = plan->table->entries[i].span;
        size_t nbytes = cornu_span_nbytes(span);
        status = copy(self, cornu_span_data(span), nbytes);
        for (size_t slot = 0; slot < optimizer->slots.count && status == CORNU_OK; slot++)
            status = copy(self, cornu_slots_at(&optimizer->slots, span, slot), nbytes);
    }
    for (size_t i = 0; i < plan->state_count && status == CORNU_OK; i++) {
        const cornu_span *span = plan->state[i];
        status = copy(self, cornu_span_data(span), cornu_span_nbytes(span));
    }
    return status;
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
                                cornu_task *task, cornu_snapshot **result, cornu_error *error) {
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
    *snapshot = (cornu_snapshot){.iterations = cornu_optimizer_iterations(optimizer),
                                 .bind_count = optimizer->bind_count,
                                 .product = optimizer->product,
                                 .memory = memory};
    copying saving = {SAVE, memory, task};
    cornu_status status = copy_all(&saving, plan, optimizer);
    if (status != CORNU_OK) {
        cornu_snapshot_free(snapshot);
        return status;
    }
    *result = snapshot;
    return CORNU_OK;
}

void cornu_snapshot_restore(const cornu_snapshot *snapshot, const cornu_plan *plan,
                            cornu_optimizer *optimizer) {
    copying restoring = {RESTORE, snapshot->memory, NULL};
    copy_all(&restoring, plan, optimizer);
    /* Another model may have trained with the optimizer in a hook: then its steps count. */
    if (optimizer->bind_count != snapshot->bind_count) return;
    cornu_optimizer_set_iterations(optimizer, snapshot->iterations, NULL);
    optimizer->product = snapshot->product;
}

void cornu_snapshot_free(cornu_snapshot *snapshot) {
    if (!snapshot) return;
    cornu_memory_free(snapshot->memory);
    cornu_memory_free(snapshot);
}
