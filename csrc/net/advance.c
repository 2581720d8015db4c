/* The epoch loop: from phase to phase until an event is due. */
#include <string.h>

#include "base/clock.h"
#include "base/float_environment.h"
#include "base/status.h"
#include "net/resume.h"
#include "net/run.h"

/* ---- Locks ---- */

static bool runs_exclusively(const cornu_run *run) {
    /* A gradient moves the state of random layers, if only for a while; so does a prediction in
     * training mode. */
    return cornu_run_trains(run) || run->options.mode == CORNU_RUN_GRADIENT ||
           run->options.training || (run->objective && run->objective->has_state);
}

static cornu_status take_locks(cornu_run *run, cornu_error *error) {
    const cornu_wait wait = {UINT64_MAX, cornu_task_as_poll(&run->task)};
    return cornu_hold_take(&run->hold, runs_exclusively(run), &wait, error);
}

/* At a step's border those who wait are let in; the locks' queues put this run behind them. */
static cornu_status give_way(cornu_run *run, bool *held, cornu_error *error) {
    if (!cornu_hold_is_contended(&run->hold)) return CORNU_OK;
    cornu_hold_drop(&run->hold);
    cornu_status status = take_locks(run, error);
    *held = status == CORNU_OK;
    return status;
}

/* ---- Phases. Each does its work and names the next; *event is set where someone listens. ---- */

static void tell(const cornu_run *run, cornu_event what, cornu_event *event) {
    if (run->options.listen & (unsigned)what) *event = what;
}

static void update_results(cornu_run *run) {
    if (!run->objective) return;
    cornu_objective_results(run->objective, run->means, run->results);
    run->has_results = true;
}

static void reset_means(cornu_run *run) {
    memset(run->means, 0, run->objective->mean_count * sizeof *run->means);
}

/* A fit may have to go back to where it began, unless its one batch is checked whole before it
 * changes anything. */
static bool wants_snapshot(const cornu_run *run) {
    return run->options.mode == CORNU_RUN_FIT && run->epoch == run->options.initial_epoch &&
           (run->feed.rows > run->feed.batch_size || run->has_validation);
}

/* What bad data will not have changed. */
static cornu_status keep_beginning(cornu_run *run, cornu_error *error) {
    cornu_optimizer *optimizer = run->objective->optimizer;
    cornu_status status =
        cornu_optimizer_bind(optimizer, run->plan->table, run->plan->dtype, error);
    if (status != CORNU_OK) return status;
    cornu_model_recall(run->model, run->objective, run->means_before);
    cornu_snapshot_free(run->snapshot);
    run->snapshot = NULL;
    return cornu_snapshot_new(run->plan, optimizer, &run->task, &run->snapshot, error);
}

/* Needs the locks. */
static void roll_back(cornu_run *run) {
    if (!run->snapshot) return;
    cornu_snapshot_restore(run->snapshot, run->plan, run->objective->optimizer);
    cornu_model_publish(run->model, run->objective, run->means_before);
}

static cornu_status begin_epoch(cornu_run *run, cornu_event *event, cornu_error *error) {
    const cornu_run_options *options = &run->options;
    bool fit = options->mode == CORNU_RUN_FIT;
    if (run->resumed) cornu_run_restore_layers(run);
    run->phase = CORNU_PHASE_BATCH;
    if (fit && run->epoch >= options->epochs) {
        run->phase = CORNU_PHASE_DONE;
        return CORNU_OK;
    }
    cornu_status status = wants_snapshot(run) ? keep_beginning(run, error) : CORNU_OK;
    if (status == CORNU_OK && (run->order.order32 || run->order.order64)) {
        const size_t block = options->shuffle_batches ? run->feed.batch_size : 1;
        status =
            cornu_order_shuffle(&run->order, block, options->shuffle_seed, run->epoch, &run->task);
    }
    if (status != CORNU_OK) return status;
    run->feed.row = run->feed.step = 0;
    run->validation.row = run->validation.step = 0;
    run->has_results = run->has_validation_results = false;
    if (run->objective && !run->options.after) reset_means(run);
    if (run->resumed) cornu_run_restore_place(run);
    if (fit) tell(run, CORNU_EVENT_EPOCH_BEGIN, event);
    if (run->feed.row == run->feed.rows) run->phase = CORNU_PHASE_TRAINED;
    return CORNU_OK;
}

static void begin_batch(const cornu_run *run, cornu_event *event) {
    const bool fit = run->options.mode == CORNU_RUN_FIT;
    tell(run, CORNU_EVENT_BATCH_BEGIN, event);
    /* Asked at each step, since a schedule may be set at any time. */
    if (fit && cornu_optimizer_asks(run->objective->optimizer)) *event = CORNU_EVENT_BATCH_BEGIN;
}

static cornu_status do_step(cornu_run *run, cornu_event *event, cornu_error *error) {
    /* Not sooner: before the step another run could be given the locks, and what it trains would be
     * taken back with the step. */
    cornu_status status = run->options.undone ? keep_beginning(run, error) : CORNU_OK;
    if (status == CORNU_OK) status = cornu_run_step(run, &run->feed, error);
    if (status == CORNU_BAD_LOSS) {
        *event = CORNU_EVENT_BAD_LOSS;
        return CORNU_OK;
    }
    if (status != CORNU_OK) return status;
    if (run->options.undone) roll_back(run);
    run->phase = run->feed.row < run->feed.rows ? CORNU_PHASE_BATCH : CORNU_PHASE_TRAINED;
    if (run->options.listen & CORNU_EVENT_TICK) {
        uint64_t now = cornu_clock_ns();
        if (now >= run->next_tick_ns) {
            run->next_tick_ns = now + (uint64_t)(run->options.tick_seconds * 1e9);
            *event = CORNU_EVENT_TICK;
        }
    }
    tell(run, CORNU_EVENT_BATCH_END, event);
    if (*event) update_results(run);
    return CORNU_OK;
}

static void end_training_pass(cornu_run *run, cornu_event *event) {
    update_results(run);
    run->feed.checked = true;
    if (run->options.mode != CORNU_RUN_FIT) {
        run->phase = CORNU_PHASE_DONE;
        return;
    }
    bool due = run->has_validation && (run->epoch + 1) % run->options.validation_frequency == 0;
    run->phase = due ? CORNU_PHASE_VALIDATION_BATCH : CORNU_PHASE_EPOCH_END;
    if (!due) return;
    cornu_model_publish(run->model, run->objective, run->means);
    reset_means(run);
    tell(run, CORNU_EVENT_VALIDATION_BEGIN, event);
}

static cornu_status do_validation_step(cornu_run *run, cornu_event *event, cornu_error *error) {
    cornu_status status = cornu_run_step(run, &run->validation, error);
    if (status != CORNU_OK) return status;
    bool more = run->validation.row < run->validation.rows;
    run->phase = more ? CORNU_PHASE_VALIDATION_BATCH : CORNU_PHASE_VALIDATED;
    if (!more) run->validation.checked = true;
    if (run->options.listen & CORNU_EVENT_VALIDATION_BATCH_END || !more) {
        cornu_objective_results(run->objective, run->means, run->validation_results);
        run->has_validation_results = true;
    }
    tell(run, CORNU_EVENT_VALIDATION_BATCH_END, event);
    return CORNU_OK;
}

static void end_epoch(cornu_run *run, cornu_event *event) {
    if (!run->has_validation || run->validation.checked) {
        cornu_snapshot_free(run->snapshot);
        run->snapshot = NULL;
    }
    cornu_model_publish(run->model, run->objective, run->means);
    run->phase = CORNU_PHASE_NEXT_EPOCH;
    *event = CORNU_EVENT_EPOCH_END;
}

static void finish(cornu_run *run, cornu_event *event) {
    bool shows = run->objective && run->options.mode != CORNU_RUN_FIT &&
                 run->options.mode != CORNU_RUN_GRADIENT && !run->options.undone;
    if (shows && !run->over) cornu_model_publish(run->model, run->objective, run->means);
    if (run->marked) cornu_model_end_training(run->model, run);
    run->marked = false;
    run->over = true;
    /* Only its sums are asked for from here on, by the run of the next batch. */
    const bool is_batch =
        run->options.mode == CORNU_RUN_TRAIN || run->options.mode == CORNU_RUN_TEST;
    if (is_batch && !run->options.recorded) {
        cornu_model_give_workspace(run->model, run->plan, run->feed.workspace);
        run->feed.workspace = NULL;
    }
    *event = CORNU_EVENT_DONE;
}

static cornu_status do_phase(cornu_run *run, cornu_event *event, cornu_error *error) {
    switch (run->phase) {
        case CORNU_PHASE_EPOCH:
            return begin_epoch(run, event, error);
        case CORNU_PHASE_BATCH:
            /* As in Keras, a stop is heard after a batch, so an epoch that has begun has at least
             * one. */
            run->phase = run->stop && run->feed.step > 0 ? CORNU_PHASE_TRAINED : CORNU_PHASE_STEP;
            if (run->phase == CORNU_PHASE_STEP) begin_batch(run, event);
            return CORNU_OK;
        case CORNU_PHASE_STEP:
            return do_step(run, event, error);
        case CORNU_PHASE_TRAINED:
            end_training_pass(run, event);
            return CORNU_OK;
        case CORNU_PHASE_VALIDATION_BATCH:
            run->phase = CORNU_PHASE_VALIDATION_STEP;
            tell(run, CORNU_EVENT_VALIDATION_BATCH_BEGIN, event);
            return CORNU_OK;
        case CORNU_PHASE_VALIDATION_STEP:
            return do_validation_step(run, event, error);
        case CORNU_PHASE_VALIDATED:
            run->phase = CORNU_PHASE_EPOCH_END;
            tell(run, CORNU_EVENT_VALIDATION_END, event);
            return CORNU_OK;
        case CORNU_PHASE_EPOCH_END:
            end_epoch(run, event);
            return CORNU_OK;
        case CORNU_PHASE_NEXT_EPOCH:
            run->epoch++;
            run->phase = run->stop ? CORNU_PHASE_DONE : CORNU_PHASE_EPOCH;
            return CORNU_OK;
        case CORNU_PHASE_DONE:
            finish(run, event);
            return CORNU_OK;
    }
    return CORNU_OK;
}

/* ---- Advance ---- */

static cornu_status work(cornu_run *run, cornu_event *event, cornu_error *error) {
    bool held = false;
    cornu_status status = take_locks(run, error);
    held = status == CORNU_OK;
    while (status == CORNU_OK && !*event) {
        status = do_phase(run, event, error);
        if (status == CORNU_OK && !*event) status = cornu_task_poll(&run->task);
        if (status == CORNU_OK && !*event) status = give_way(run, &held, error);
    }
    if (status == CORNU_ERROR_DATA && held) roll_back(run);
    if (held) cornu_hold_drop(&run->hold);
    return status;
}

cornu_status cornu_run_advance(cornu_run *run, cornu_event *event, cornu_error *error) {
    if (run->over && run->phase != CORNU_PHASE_DONE) {
        return cornu_error_set(error, CORNU_ERROR_STATE, "This run ended with an error.");
    }
    cornu_event happened = 0;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    run->task.environment = &environment;
    if (run->marked) cornu_model_take_training(run->model);
    run->task.stopped = false;
    cornu_status status = work(run, &happened, error);
    cornu_task_close_session(&run->task);
    cornu_float_environment_leave(&environment);
    if (status == CORNU_OK) {
        *event = happened;
        return CORNU_OK;
    }
    if (run->marked) cornu_model_end_training(run->model, run);
    run->marked = false;
    run->over = true;
    run->phase = CORNU_PHASE_EPOCH;
    return status;
}
