#include "net/snapshot.h"

#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/optimizer_parts.h"

/* Bytes between two polls. */
#define PIECE_NBYTES ((size_t)4 << 20)

/* Of an optimizer. */
typedef struct progress {
    uint64_t iterations, bind_count;
    double product;
} progress;

struct cornu_snapshot {
    unsigned char *memory; /* of each trained span the weights and its slots; then state spans */
    progress progress[];   /* the optimizer's, and those of its parts */
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
        const cornu_slots *slots = &cornu_optimizer_of_span(optimizer, span)->slots;
        status = copy(self, cornu_span_data(span), nbytes);
        for (size_t slot = 0; slot < slots->count && status == CORNU_OK; slot++)
            status = copy(self, cornu_slots_at(slots, span, slot), nbytes);
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
        const cornu_span *span = plan->table->entries[i].span;
        size_t nbytes = cornu_span_nbytes(span);
        const size_t slots = cornu_optimizer_of_span(optimizer, span)->slots.count;
        fits = fits && cornu_size_multiply(nbytes, 1 + slots, &nbytes) &&
               cornu_size_add(*total, nbytes, total);
    }
    return fits;
}

static size_t part_count(const cornu_optimizer *optimizer) {
    return optimizer->parts ? optimizer->parts->count : 0;
}

static progress progress_of(const cornu_optimizer *optimizer) {
    return (progress){cornu_optimizer_iterations(optimizer), optimizer->bind_count,
                      optimizer->product};
}

/* Another model may have trained with the optimizer in a hook: then its steps count. */
static void go_back(cornu_optimizer *optimizer, const progress *to) {
    if (optimizer->bind_count != to->bind_count) return;
    cornu_optimizer_set_iterations(optimizer, to->iterations, NULL);
    optimizer->product = to->product;
}

cornu_status cornu_snapshot_new(const cornu_plan *plan, const cornu_optimizer *optimizer,
                                cornu_task *task, cornu_snapshot **result, cornu_error *error) {
    size_t total = 0;
    bool fits = total_nbytes(plan, optimizer, &total);
    const size_t optimizers = 1 + part_count(optimizer);
    cornu_snapshot *snapshot =
        cornu_memory_allocate(sizeof *snapshot + optimizers * sizeof snapshot->progress[0]);
    unsigned char *memory = snapshot && fits ? cornu_memory_allocate(total) : NULL;
    if (!memory) {
        cornu_memory_free(snapshot);
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory to keep the weights (%zu bytes) in case of bad data.",
                               total);
    }
    snapshot->memory = memory;
    snapshot->progress[0] = progress_of(optimizer);
    for (size_t i = 1; i < optimizers; i++)
        snapshot->progress[i] = progress_of(optimizer->parts->optimizers[i - 1]);
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
    go_back(optimizer, &snapshot->progress[0]);
    for (size_t i = 0; i < part_count(optimizer); i++)
        go_back(optimizer->parts->optimizers[i], &snapshot->progress[i + 1]);
}

void cornu_snapshot_free(cornu_snapshot *snapshot) {
    if (!snapshot) return;
    cornu_memory_free(snapshot->memory);
    cornu_memory_free(snapshot);
}
