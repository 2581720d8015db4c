/* Work cut into tiles: how every layer runs its kernels.
 *
 * No bit depends on how work is cut, nor on how many threads share it. Between
 * tiles the calling thread polls; once the poll asks to stop, everything returns CORNU_INTERRUPTED
 * until `stopped` is taken back. In a child that a poll forked, work that was under way on several
 * threads is lost: CORNU_ERROR_FORKED. */
#ifndef CORNU_NET_TASK_H
#define CORNU_NET_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/float_environment.h"
#include "base/pool.h"
#include "cornu.h"
#include "kernels/kernels.h"

/* How often a poll is made: a fifth of the tenth of a second in which Ctrl-C must be answered. */
#define CORNU_POLL_NS 20000000u

typedef struct cornu_task {
    const cornu_kernels *kernels;
    unsigned char *scratch; /* thread_limit pieces of kernels->scratch_nbytes, each rounded up to a
                               cache line */
    size_t scratch_stride;
    size_t thread_limit;
    cornu_poll poll;
    uint64_t next_poll_ns;
    /* Operations still to be done before the clock is read again: at some 25 ns it would cost a
     * small step more than its arithmetic. */
    double patience;
    bool stopped;       /* the poll asked to stop */
    bool in_session;    /* of the pool; opened with the first work for several threads */
    bool wants_session; /* more such work will follow soon */
    uint64_t session;
    /* The caller's, in force while its poll runs; there must be one where there is a poll. */
    cornu_float_environment *environment;
} cornu_task;

/* Rows of a tile of about so many elements: at least 1. */
static inline size_t cornu_tile_rows(size_t elements, size_t columns) {
    if (columns >= elements) return 1;
    return elements / (columns ? columns : 1);
}

/* Operations between two looks at the clock; what a poll counts as, beside what was done since the
 * last one. */
#define CORNU_TASK_PATIENCE 2e5
#define CORNU_TASK_POLL_WORK 4e3
/* Operations from which on a thread that looks out for work is worth taking. */
#define CORNU_TASK_WORK_PER_THREAD 4e5
/* What elements count as: of an optimizer's step, of a loss (an exponential or a logarithm), of a
 * gather, from anywhere in memory. */
#define CORNU_TASK_UPDATE_WORK 10.0
#define CORNU_TASK_LOSS_WORK 20.0
#define CORNU_TASK_GATHER_WORK 40.0

cornu_status cornu_task_ask(cornu_task *task);
/* Polls when it is time, after so many operations that did not go through the functions below.
 * CORNU_OK or CORNU_INTERRUPTED. */
static inline cornu_status cornu_task_poll_after(cornu_task *task, double work) {
    task->patience -= CORNU_TASK_POLL_WORK + work;
    return task->patience > 0.0 && !task->stopped ? CORNU_OK : cornu_task_ask(task);
}
static inline cornu_status cornu_task_poll(cornu_task *task) {
    return cornu_task_poll_after(task, 0.0);
}
/* The same, to hand on. */
cornu_poll cornu_task_as_poll(cornu_task *task);

/* Around a call of the caller's own code: its floating-point environment is in force there. After
 * it the clock is read at the next occasion. What the code returned is handed on; CORNU_INTERRUPTED
 * stops the task, so that its poll is not asked again. */
void cornu_task_leave(const cornu_task *task);
cornu_status cornu_task_enter(cornu_task *task, cornu_status status);

/* Ends the pool's session, if one was opened. */
void cornu_task_close_session(cornu_task *task);

/* Runs tiles [0, tile_count), on several threads when `work` (floating-point operations, roughly)
 * pays for them. */
cornu_status cornu_task_run(cornu_task *task, cornu_pool_tile *run_tile, void *argument,
                            size_t tile_count, double work);

/* A step of an optimizer on one span, as soon as there is a piece of its gradient. */
typedef struct cornu_descent {
    cornu_update update;
    void *weights;
    void *slots[CORNU_MAX_SLOTS]; /* as weights lie */
} cornu_descent;

/* A product, in tiles. */
cornu_status cornu_task_gemm(cornu_task *task, const cornu_gemm *product);
/* The same where the product is the gradient of weights that lie as c does: each tile's are moved
 * while it is in the cache, and c is left with whatever. It has room for all of the product. */
cornu_status cornu_task_gemm_descending(cornu_task *task, const cornu_gemm *product,
                                        const cornu_descent *descent);
/* The step alone, of `count` weights that do not pay for threads. */
void cornu_task_descend(cornu_task *task, size_t count, const void *gradient,
                        const cornu_descent *descent);
/* An activation over rows x columns and its derivative; aliasing as in the kernel table. */
cornu_status cornu_task_activation(cornu_task *task, const cornu_activation *activation,
                                   size_t rows, size_t columns, const void *x, void *y);
cornu_status cornu_task_activation_derivative(cornu_task *task, const cornu_activation *activation,
                                              size_t rows, size_t columns, const void *x,
                                              const void *y, const void *dy, void *dx);

/* Sums over the rows, as in the kernel table. */
cornu_status cornu_task_column_sums(cornu_task *task, size_t rows, size_t columns, const void *x,
                                    void *sums, bool accumulate);

/* The same of centered_sums. */
cornu_status cornu_task_centered_sums(cornu_task *task, size_t rows, size_t columns, const void *x,
                                      const void *means, const void *factors, void *sums);

/* Address of element `index`. One cast away from const, for callers that write as well as for those
 * that read. */
static inline void *cornu_task_at(const cornu_task *task, const void *elements, size_t index) {
    return (void *)((uintptr_t)elements + index * task->kernels->element_nbytes);
}

#endif
