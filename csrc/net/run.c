#include "net/run.h"

#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/optimizer_parts.h"
#include "net/shape.h"

/* Of what is predicted at a time: the widest layer's numbers, and rows. */
#define CHUNK_NBYTES ((size_t)1 << 20)
#define CHUNK_ROWS 384

bool cornu_run_trains(const cornu_run *run) {
    return run->options.mode == CORNU_RUN_FIT || run->options.mode == CORNU_RUN_TRAIN;
}

bool cornu_run_checks(const cornu_run *run, const cornu_feed *feed) {
    const bool takes_all = feed == &run->feed && run->options.takes_nonfinite;
    return run->options.mode != CORNU_RUN_PREDICT && !feed->checked && !takes_all;
}

static bool takes_whole(cornu_run_mode mode) {
    return mode == CORNU_RUN_TRAIN || mode == CORNU_RUN_GRADIENT || mode == CORNU_RUN_TEST;
}

static cornu_status check_options(const cornu_run *run, cornu_error *error) {
    const cornu_run_options *options = &run->options;
    bool validation = options->validation_x != NULL;
    if ((!takes_whole(options->mode) && options->batch_size == 0) ||
        (validation && options->validation_batch_size == 0)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`batch_size` must be a positive integer. Received: 0");
    }
    if (options->listen & CORNU_EVENT_TICK &&
        !(options->tick_seconds >= 0.0 && options->tick_seconds <= 1e9)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`tick_seconds` must be a number from 0 to 10^9. Received: %g",
                               options->tick_seconds);
    }
    if (validation && options->validation_frequency == 0) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`validation_freq` must be a positive integer. Received: 0");
    }
    if ((options->recorded && (options->mode != CORNU_RUN_TRAIN || options->takes_nonfinite)) ||
        (options->undone && !options->recorded)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`recorded` is for one step on all rows, which are finite, and "
                               "`undone` for a recorded one.");
    }
    if (options->mode == CORNU_RUN_PREDICT) return CORNU_OK;
    if (run->plan->has_own && !options->own.call) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Model \"%s\" has regularizers or constraints of the caller's, and "
                               "there is nobody to ask for them.",
                               run->model->name);
    }
    if (!run->objective || (cornu_run_trains(run) && !run->objective->optimizer)) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Model \"%s\" must be compiled before it is trained or evaluated.",
                               run->model->name);
    }
    return cornu_objective_check(run->objective, run->plan, error);
}

static cornu_status collect_locks(cornu_run *run, cornu_error *error) {
    const cornu_optimizer *optimizer = cornu_run_trains(run) ? run->objective->optimizer : NULL;
    return cornu_hold_collect(&run->hold, run->plan, optimizer, error);
}

static cornu_status allocate_results(cornu_run *run, cornu_error *error) {
    if (!run->objective) return CORNU_OK;
    size_t count = run->objective->mean_count;
    run->means = cornu_memory_allocate_zeroed(2 * count * sizeof *run->means);
    const size_t results = run->objective->result_count;
    run->results = cornu_memory_allocate_zeroed(2 * results * sizeof *run->results);
    if (!run->means || !run->results)
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a run.");
    run->means_before = run->means + count;
    run->validation_results = run->results + results;
    const cornu_run *after = run->options.after;
    if (!after) return CORNU_OK;
    if (after->objective != run->objective) {
        return cornu_error_set(
            error, CORNU_ERROR_STATE,
            "Model \"%s\" was compiled since the batch before: its metrics can't "
            "go on.",
            run->model->name);
    }
    memcpy(run->means, after->means, count * sizeof *run->means);
    return CORNU_OK;
}

/* The largest batch of a feed. */
static size_t capacity_of(const cornu_feed *feed) {
    return feed->rows < feed->batch_size ? feed->rows : feed->batch_size;
}

/* What the output does not tell. */
static size_t target_count_of(const cornu_run *run, const cornu_feed *feed) {
    return cornu_objective_takes_any_target(run->objective) ? feed->y.row_count : 0;
}

static cornu_status take_workspaces(cornu_run *run, cornu_error *error) {
    const cornu_run_options *options = &run->options;
    bool backward = cornu_run_trains(run) || options->mode == CORNU_RUN_GRADIENT;
    bool training = backward || (options->mode == CORNU_RUN_PREDICT && options->training);
    cornu_workspace_use use = {.training = training,
                               .backward = backward,
                               .input_masked = options->mask != NULL,
                               .recorded = options->recorded};
    if (run->objective) {
        use.targets = true;
        use.joined = cornu_objective_is_joined(run->objective, run->plan);
        use.sparse = cornu_objective_is_sparse(run->objective);
        use.ignores = cornu_objective_ignores(run->objective);
        use.pairs = run->objective->loss.kind == CORNU_CIRCLE;
        use.target_count = target_count_of(run, &run->feed);
        use.weights_per_row = run->feed.weights_per_row;
    }
    cornu_status status = cornu_model_take_workspace(
        run->model, run->plan, &use, capacity_of(&run->feed), &run->feed.workspace, error);
    if (status != CORNU_OK || !run->has_validation) return status;
    use.training = use.backward = false;
    use.target_count = target_count_of(run, &run->validation);
    use.weights_per_row = run->validation.weights_per_row;
    return cornu_model_take_workspace(run->model, run->plan, &use, capacity_of(&run->validation),
                                      &run->validation.workspace, error);
}

static void set_task(cornu_run *run) {
    run->task = (cornu_task){.kernels = cornu_kernels_for(run->plan->dtype),
                             .poll = run->options.poll,
                             .wants_session = true};
}

/* Rows predicted at a time. What a row gives does not depend on it, so with nobody there to notice
 * there may be more in one than were asked for: as many as stay in the second-level cache. */
static size_t rows_at_once(const cornu_run *run) {
    const cornu_run_options *options = &run->options;
    if (options->mode != CORNU_RUN_PREDICT || options->training || !options->unattended)
        return options->batch_size;
    size_t widest = 1;
    for (size_t i = 0; i < run->plan->count; i++) {
        const cornu_link *link = &run->plan->links[i];
        if (link->input_count > widest) widest = link->input_count;
        if (link->output_count > widest) widest = link->output_count;
    }
    size_t rows = CHUNK_NBYTES / cornu_dtype_nbytes(run->plan->dtype) / widest;
    if (rows > CHUNK_ROWS) rows = CHUNK_ROWS;
    return rows > options->batch_size ? rows : options->batch_size;
}

static cornu_status describe_feeds(cornu_run *run, cornu_error *error) {
    const cornu_run_options *options = &run->options;
    cornu_status status = cornu_feed_init(run, &run->feed, false, error);
    run->feed.batch_size = takes_whole(options->mode) ? run->feed.rows : rows_at_once(run);
    run->has_validation = options->mode == CORNU_RUN_FIT && options->validation_x;
    if (status != CORNU_OK || !run->has_validation) return status;
    run->validation.batch_size = options->validation_batch_size;
    return cornu_feed_init(run, &run->validation, true, error);
}

/* The addresses between which an array's elements lie. */
static void find_extent(const cornu_array *array, uintptr_t *begin, uintptr_t *end) {
    *begin = (uintptr_t)array->data;
    *end = *begin;
    for (size_t axis = 0; axis < array->rank; axis++) {
        if (array->shape[axis] == 0) return;
    }
    *end += cornu_dtype_nbytes(array->dtype);
    for (size_t axis = 0; axis < array->rank; axis++) {
        ptrdiff_t reach = (ptrdiff_t)(array->shape[axis] - 1) * array->strides[axis];
        *(reach < 0 ? begin : end) += (uintptr_t)reach;
    }
}

/* What is read to predict must not be written meanwhile. */
static cornu_status check_overlap(const cornu_run *run, cornu_error *error) {
    const uintptr_t output = (uintptr_t)run->options.output;
    const uintptr_t output_end = output + run->options.output_nbytes;
    uintptr_t begin, end;
    find_extent(&run->feed.x.array, &begin, &end);
    if (begin < output_end && output < end) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`output` must not overlap `x`, which is read while it is written.");
    }
    for (size_t i = 0; i < run->plan->table->count; i++) {
        const cornu_span *span = run->plan->table->entries[i].span;
        begin = (uintptr_t)cornu_span_data(span);
        if (begin < output_end && output < begin + cornu_span_nbytes(span)) {
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "`output` must not overlap the weights of model \"%s\".",
                                   run->model->name);
        }
    }
    return CORNU_OK;
}

/* A prediction writes all of `output` and not a byte more, in its dtype: the model may have been
 * given other layers since the caller looked. */
static cornu_status check_output(const cornu_run *run, cornu_error *error) {
    if (run->options.mode != CORNU_RUN_PREDICT) return CORNU_OK;
    const cornu_dtype dtype = run->plan->dtype;
    if (run->options.output_dtype != dtype) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`output` must be of the model's dtype, %s. Received: dtype=%s",
                               cornu_dtype_name(dtype),
                               cornu_dtype_name(run->options.output_dtype));
    }
    const size_t alignment = dtype == CORNU_FLOAT64 ? _Alignof(double) : _Alignof(float);
    if ((uintptr_t)run->options.output % alignment != 0) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`output` must be aligned to its dtype, %s.",
                               cornu_dtype_name(dtype));
    }
    size_t nbytes;
    bool fits = cornu_shape_count(cornu_plan_output(run->plan), &nbytes) &&
                cornu_size_multiply(nbytes, cornu_dtype_nbytes(dtype), &nbytes) &&
                cornu_size_multiply(nbytes, run->feed.rows, &nbytes) &&
                nbytes == run->options.output_nbytes && (run->options.output || nbytes == 0);
    if (fits) return check_overlap(run, error);
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`output` must be as large as the prediction. Received: %zu bytes",
                           run->options.output_nbytes);
}

/* A run of fit that goes nowhere has no rows. */
static cornu_status check_batch_rows(const cornu_run *run, cornu_error *error) {
    const cornu_feed *feed = &run->feed;
    const bool training =
        run->options.mode == CORNU_RUN_PREDICT
            ? run->options.training
            : run->options.mode != CORNU_RUN_TEST && run->options.mode != CORNU_RUN_EVALUATE;
    if (!training) return CORNU_OK;
    return cornu_plan_check_batch_rows(run->plan, feed->rows, capacity_of(feed), error);
}

static cornu_status check_mask(const cornu_run *run, cornu_error *error) {
    const cornu_shape *row = &run->plan->input;
    size_t nbytes = 0;
    const bool fits = run->options.mode == CORNU_RUN_PREDICT && row->rank > 0 &&
                      cornu_size_multiply(cornu_shape_rows(row), run->feed.rows, &nbytes) &&
                      nbytes == run->options.mask_nbytes;
    if (!run->options.mask) return CORNU_OK;
    if (fits) return cornu_plan_check_input_mask(run->plan, error);
    char text[CORNU_SHAPE_TEXT];
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`mask` must have the shape of `x` but for its last axis, and is for a "
                           "prediction only. Received: %zu bytes for input shape %s",
                           run->options.mask_nbytes, cornu_shape_text(row, true, text));
}

/* Everything that can fail is done here, before the first event. */
static cornu_status prepare(cornu_run *run, cornu_error *error) {
    const cornu_run_options *options = &run->options;
    cornu_status status = describe_feeds(run, error);
    if (status == CORNU_OK) status = check_batch_rows(run, error);
    if (status == CORNU_OK) status = check_output(run, error);
    if (status == CORNU_OK) status = check_mask(run, error);
    if (status == CORNU_OK) status = collect_locks(run, error);
    if (status == CORNU_OK) status = allocate_results(run, error);
    if (status == CORNU_OK) status = take_workspaces(run, error);
    if (status == CORNU_OK) set_task(run);
    if (status == CORNU_OK && options->mode == CORNU_RUN_FIT && options->shuffle) {
        status = cornu_order_new(run->feed.rows, &run->order, error);
    }
    return status;
}

cornu_status cornu_run_new(cornu_model *model, const cornu_run_options *options, cornu_run **result,
                           cornu_error *error) {
    cornu_run *run = cornu_memory_allocate_zeroed(sizeof *run);
    if (!run) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a run.");
    cornu_model_retain(model);
    run->model = model;
    run->options = *options;
    run->epoch = options->initial_epoch;
    run->marked = options->mode == CORNU_RUN_FIT;
    cornu_status status =
        cornu_model_snap(model, run->marked ? run : NULL, &run->plan, &run->objective, error);
    if (status != CORNU_OK) run->marked = false;
    if (status == CORNU_OK && options->mode == CORNU_RUN_PREDICT) {
        cornu_objective_release(run->objective);
        run->objective = NULL;
    }
    if (status == CORNU_OK && cornu_run_trains(run)) run->exclusion = cornu_model_exclusion(model);
    if (status == CORNU_OK) status = check_options(run, error);
    if (status == CORNU_OK) status = prepare(run, error);
    if (status != CORNU_OK) {
        cornu_run_release(run);
        return status;
    }
    *result = run;
    return CORNU_OK;
}

void cornu_run_release(cornu_run *run) {
    if (!run) return;
    if (run->marked) cornu_model_end_training(run->model, run);
    cornu_model_give_workspace(run->model, run->plan, run->feed.workspace);
    cornu_model_give_workspace(run->model, run->plan, run->validation.workspace);
    cornu_order_free(&run->order);
    cornu_snapshot_free(run->snapshot);
    cornu_memory_free(run->resumed);
    cornu_memory_free(run->means);
    cornu_memory_free(run->results);
    cornu_hold_free(&run->hold);
    cornu_plan_release(run->plan);
    cornu_objective_release(run->objective);
    cornu_exclusion_release(run->exclusion);
    cornu_model_release(run->model);
    cornu_memory_free(run);
}

void cornu_run_stop(cornu_run *run) {
    run->stop = true;
}

bool cornu_run_bad_loss(const cornu_run *run, cornu_bad_loss *bad) {
    *bad = run->bad;
    return bad->origin != CORNU_ORIGIN_NONE;
}

static size_t steps_of(const cornu_feed *feed) {
    return feed->batch_size ? feed->rows / feed->batch_size + (feed->rows % feed->batch_size != 0)
                            : 0;
}

void cornu_run_progress_get(const cornu_run *run, cornu_run_progress *progress) {
    *progress = (cornu_run_progress){.epoch = run->epoch,
                                     .step = run->feed.step,
                                     .row = run->feed.row,
                                     .step_count = steps_of(&run->feed),
                                     .row_count = run->feed.rows,
                                     .validation_step = run->validation.step,
                                     .validation_step_count = steps_of(&run->validation)};
}

static bool copy_results(const cornu_run *run, bool there, const double *results, double *values) {
    if (there) memcpy(values, results, run->objective->result_count * sizeof *values);
    return there;
}

bool cornu_run_results(const cornu_run *run, double *values) {
    return copy_results(run, run->has_results, run->results, values);
}

bool cornu_run_validation_results(const cornu_run *run, double *values) {
    return copy_results(run, run->has_validation_results, run->validation_results, values);
}

size_t cornu_run_result_count(const cornu_run *run) {
    return run->objective ? run->objective->result_count : 0;
}

/* NULL past the last, and in other modes. */
static const struct cornu_table_entry *gradient_entry(const cornu_run *run, size_t index) {
    if (run->options.mode != CORNU_RUN_GRADIENT) return NULL;
    const cornu_table *table = run->plan->table;
    for (size_t i = 0; i < table->count; i++) {
        if (!run->plan->frozen[i] && index-- == 0) return &table->entries[i];
    }
    return NULL;
}

const void *cornu_run_gradient(const cornu_run *run, size_t index) {
    const struct cornu_table_entry *entry = gradient_entry(run, index);
    return entry ? cornu_task_at(&run->task, run->feed.workspace->gradient, entry->offset) : NULL;
}

cornu_span *cornu_run_gradient_span(const cornu_run *run, size_t index) {
    const struct cornu_table_entry *entry = gradient_entry(run, index);
    return entry ? entry->span : NULL;
}
