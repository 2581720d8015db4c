/* Where a fit is, as bytes, and a fit that goes on from there. */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/resume.h"

/* The beginning of the bytes; the metrics' sums and the state that layers move follow. */
typedef struct place {
    uint64_t mark;
    uint64_t epoch, step, row;         /* to go on with */
    uint64_t row_count, batch_size;    /* which must be the same again, */
    uint64_t mean_count, state_nbytes; /* and these */
    uint64_t shuffle_seed;
} place;

/* Of this layout, on machines of this byte order. */
#define MARK UINT64_C(0x31756e726f63)

static size_t means_nbytes(const cornu_run *run) {
    return run->objective->mean_count * sizeof(cornu_mean);
}

uint64_t cornu_run_shuffle_seed(const cornu_run *run) {
    return run->options.shuffle_seed;
}

size_t cornu_run_state_nbytes(const cornu_run *run) {
    if (run->options.mode != CORNU_RUN_FIT) return 0;
    return sizeof(place) + means_nbytes(run) + run->plan->state_nbytes;
}

static place place_of(const cornu_run *run) {
    const bool is_over = run->phase == CORNU_PHASE_NEXT_EPOCH;
    return (place){.mark = MARK,
                   .epoch = run->epoch + is_over,
                   .step = is_over ? 0 : run->feed.step,
                   .row = is_over ? 0 : run->feed.row,
                   .row_count = run->feed.rows,
                   .batch_size = run->feed.batch_size,
                   .mean_count = run->objective->mean_count,
                   .state_nbytes = run->plan->state_nbytes,
                   .shuffle_seed = run->options.shuffle_seed};
}

void cornu_run_state(const cornu_run *run, void *bytes) {
    unsigned char *at = bytes;
    const place here = place_of(run);
    memcpy(at, &here, sizeof here);
    at += sizeof here;
    memcpy(at, run->means, means_nbytes(run));
    at += means_nbytes(run);
    for (size_t i = 0; i < run->plan->state_count; i++) {
        const size_t nbytes = cornu_span_nbytes(run->plan->state[i]);
        memcpy(at, cornu_span_data(run->plan->state[i]), nbytes);
        at += nbytes;
    }
}

cornu_status cornu_run_resume(cornu_run *run, size_t nbytes, const void *bytes,
                              cornu_error *error) {
    place there = {0};
    const bool can = run->options.mode == CORNU_RUN_FIT && run->phase == CORNU_PHASE_EPOCH &&
                     run->epoch == run->options.initial_epoch && !run->over;
    if (!can) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Only a fit that has not begun can go on from another's state.");
    }
    const bool fits = nbytes == cornu_run_state_nbytes(run);
    if (fits) memcpy(&there, bytes, sizeof there);
    const place here = place_of(run);
    if (!fits || there.mark != MARK || there.row_count != here.row_count ||
        there.batch_size != here.batch_size || there.mean_count != here.mean_count ||
        there.state_nbytes != here.state_nbytes || there.row > there.row_count) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The state must be of a fit of the same model and metrics, with as "
                               "many rows and the same batch size.");
    }
    unsigned char *copy = cornu_memory_allocate(nbytes);
    if (!copy) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a fit's state.");
    memcpy(copy, bytes, nbytes);
    cornu_memory_free(run->resumed);
    run->resumed = copy;
    run->epoch = run->options.initial_epoch = (size_t)there.epoch;
    run->options.shuffle_seed = there.shuffle_seed;
    return CORNU_OK;
}

void cornu_run_restore_layers(const cornu_run *run) {
    const unsigned char *at = (unsigned char *)run->resumed + sizeof(place) + means_nbytes(run);
    for (size_t i = 0; i < run->plan->state_count; i++) {
        const size_t nbytes = cornu_span_nbytes(run->plan->state[i]);
        memcpy(cornu_span_data(run->plan->state[i]), at, nbytes);
        at += nbytes;
    }
}

void cornu_run_restore_place(cornu_run *run) {
    place there;
    memcpy(&there, run->resumed, sizeof there);
    run->feed.step = (size_t)there.step;
    run->feed.row = (size_t)there.row;
    if (there.row > 0)
        memcpy(run->means, (unsigned char *)run->resumed + sizeof there, means_nbytes(run));
    cornu_memory_free(run->resumed);
    run->resumed = NULL;
}
