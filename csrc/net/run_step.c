/* A run's step: one batch, from its rows to the weights. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/status.h"
#include "net/penalty.h"
#include "net/record.h"
#include "net/run.h"
#include "net/shape.h"
#include "net/update.h"

/* Weights from which on each gradient is spent as soon as it is there, while it is in the cache. */
#define LEAST_DESCENDING 8192

static cornu_rows next_rows(const cornu_run *run, const cornu_feed *feed) {
    size_t left = feed->rows - feed->row;
    cornu_rows rows = {.begin = feed->row,
                       .count = left < feed->batch_size ? left : feed->batch_size};
    rows.following = left - rows.count;
    if (feed == &run->feed) {
        rows.order32 = run->order.order32;
        rows.order64 = run->order.order64;
    }
    return rows;
}

static void *output_of(const cornu_run *run, size_t row) {
    if (run->options.mode != CORNU_RUN_PREDICT) return NULL;
    size_t count = run->plan->links[run->plan->count - 1].output_count;
    return cornu_task_at(&run->task, run->options.output, row * count);
}

static void take_mask(const cornu_run *run, const cornu_feed *feed, const cornu_rows *rows) {
    const size_t places = cornu_shape_rows(&run->plan->input);
    if (rows->count * places == 0) return;
    memcpy(feed->workspace->input_mask, run->options.mask + rows->begin * places,
           rows->count * places * sizeof(bool));
}

/* Whether the weights are not to be moved by a step of this loss. */
static bool is_spared(const cornu_run *run, double loss) {
    return run->options.takes_nonfinite && !isfinite(loss);
}

/* Forward to gradient: what may still be abandoned. After an error the run is over and its means
 * are not read again. Sets *spared where the weights are to be spared the step. */
static cornu_status compute(cornu_run *run, cornu_step *step, bool *spared) {
    const cornu_workspace_use *use = &step->workspace->use;
    bool gradient_only = run->options.mode == CORNU_RUN_GRADIENT;
    double loss = 0.0;
    cornu_loss_terms terms;
    step->terms = &terms;
    cornu_status status = cornu_step_forward(step);
    if (status == CORNU_OK && use->targets) {
        status = cornu_step_loss(step, run->objective, gradient_only ? NULL : run->means, &loss);
    }
    if (status == CORNU_OK && use->backward && !is_spared(run, loss))
        status = cornu_step_backward(step, run->objective);
    if (status == CORNU_OK && use->targets)
        status = cornu_step_penalize(step, gradient_only ? NULL : run->means, &loss);
    *spared = use->backward && is_spared(run, loss);
    if (status == CORNU_OK && use->recorded) cornu_record_gradient(step);
    if (status == CORNU_OK && gradient_only) run->means[0] = (cornu_mean){loss, 1.0};
    return status;
}

/* Whether gradients could be spent as soon as they are there. A few are spent in one go sooner. */
static bool may_descend(const cornu_run *run) {
    return run->plan->descends && run->feed.workspace->few_count == 0 && !run->options.recorded &&
           run->plan->table->flat_count >= LEAST_DESCENDING && cornu_run_trains(run) &&
           cornu_optimizer_is_direct(&run->objective->optimizer->options);
}

static bool watches_loss(const cornu_run *run) {
    return run->options.listen & CORNU_EVENT_BAD_LOSS && run->bad.origin == CORNU_ORIGIN_NONE;
}

static size_t row_of_x(const cornu_rows *rows, size_t row) {
    if (row == CORNU_NO_ROW) return row;
    const size_t place = rows->begin + row;
    if (rows->order32) return rows->order32[place];
    return rows->order64 ? (size_t)rows->order64[place] : place;
}

static cornu_status take_step(cornu_run *run, cornu_feed *feed, const cornu_rows *rows,
                              cornu_error *error) {
    const bool training = feed == &run->feed && cornu_run_trains(run);
    cornu_optimizer *optimizer = training ? run->objective->optimizer : NULL;
    const void *x = NULL;
    cornu_status status = cornu_feed_gather(run, feed, rows, &x, error);
    /* Bound at the first step, and again should another model have trained with the optimizer in
     * between. */
    if (status == CORNU_OK && training) {
        status = cornu_optimizer_bind(optimizer, run->plan->table, run->plan->dtype, error);
    }
    if (status != CORNU_OK) return status;
    if (run->options.mask) take_mask(run, feed, rows);
    const bool descends = training && feed->is_brief && may_descend(run);
    cornu_update update;
    /* Nearly each member by its name: the rest would be cleared by an instruction that takes longer
     * than all of this. */
    cornu_step step = {.plan = run->plan,
                       .workspace = feed->workspace,
                       .task = &run->task,
                       .rows = rows->count,
                       .x = x,
                       .target_row = feed->has_y ? &feed->y.row : NULL,
                       .weight_row = feed->has_weight ? &feed->weight.row : NULL,
                       .output = output_of(run, rows->begin),
                       .bad = training && watches_loss(run) ? &run->bad : NULL,
                       .own = &run->options.own,
                       .descending = descends ? optimizer : NULL,
                       .exclusion = run->exclusion,
                       .loss_scale = training ? optimizer->options.loss_scale_factor : 0.0,
                       .update = &update};
    const bool moves_state = feed->workspace->use.training;
    if (moves_state) cornu_step_save_state(&step);
    if (run->options.recorded) cornu_record_before(&step);
    bool spared = false;
    status = compute(run, &step, &spared);
    const bool moves = training && !spared;
    if (status == CORNU_OK && moves && !cornu_optimizer_is_direct(&optimizer->options)) {
        status = cornu_update_prepare(optimizer, run->plan, &run->task, feed->workspace->gradient);
    }
    if (status == CORNU_ERROR_FORKED) {
        cornu_error_set(error, status,
                        "The process was forked by a signal handler in the middle of a step, and "
                        "what other threads computed of it is lost here. The model is as it was "
                        "before the step.");
    }
    if (status == CORNU_BAD_LOSS) run->bad.row = row_of_x(rows, run->bad.row);
    bool abandon = status != CORNU_OK || spared || run->options.mode == CORNU_RUN_GRADIENT;
    if (moves_state && abandon) cornu_step_restore_state(&step);
    if (status != CORNU_OK || spared) return status;
    if (step.descending) {
        cornu_optimizer_end(optimizer, &update);
    } else if (training) {
        status = cornu_update_take(optimizer, run->exclusion, run->plan, &run->task,
                                   feed->workspace->gradient);
    }
    if (training && status == CORNU_OK && run->plan->constrains) {
        status = cornu_constrain_weights(run->plan, &run->task, &run->options.own,
                                         feed->workspace->rules_room);
    }
    if (run->options.recorded && status == CORNU_OK) cornu_record_after(&step);
    return status;
}

cornu_status cornu_run_step(cornu_run *run, cornu_feed *feed, cornu_error *error) {
    const cornu_rows rows = next_rows(run, feed);
    const cornu_workspace *workspace = feed->workspace;
    const bool is_paced = feed->uses_threads && rows.count == feed->batch_size;
    run->task.scratch = workspace->scratch;
    run->task.scratch_stride = workspace->scratch_stride;
    run->task.thread_limit = workspace->thread_limit;
    if (is_paced && cornu_pace_begin(&feed->pace)) run->task.thread_limit = 1;
    /* Only by its largest batches can a feed be seen to be brief. */
    const bool is_timed = may_descend(run) && (rows.count == feed->batch_size || feed->row == 0);
    const uint64_t begin = is_timed ? cornu_clock_ns() : 0;
    cornu_status status = take_step(run, feed, &rows, error);
    if (status != CORNU_OK) return status;
    if (is_timed) feed->is_brief = cornu_clock_ns() - begin < CORNU_POLL_NS;
    if (is_paced) cornu_pace_end(&feed->pace);
    feed->uses_threads |= run->task.in_session;
    feed->row += rows.count;
    feed->step++;
    return status;
}
