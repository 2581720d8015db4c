#include "net/update.h"

#include <string.h>

#include "net/clip.h"
#include "net/whole_update.h"

#define TILE_ELEMENTS 16384

/* A pass over the ranges of a plan, with one of the optimizer's vectors and the gradient. */
typedef struct vector_pass {
    const cornu_task *task;
    void (*run)(const struct vector_pass *pass, size_t count, void *weights, void *vector,
                void *gradient);
    double number;
    void *vector, *gradient; /* flat */
    const cornu_range *range;
} vector_pass;

static void pass_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const vector_pass *pass = argument;
    const size_t begin = tile * TILE_ELEMENTS, left = pass->range->count - begin;
    const size_t flat = pass->range->offset + begin;
    pass->run(pass, left < TILE_ELEMENTS ? left : TILE_ELEMENTS,
              cornu_task_at(pass->task, pass->range->weights, begin),
              cornu_task_at(pass->task, pass->vector, flat),
              cornu_task_at(pass->task, pass->gradient, flat));
}

static cornu_status run_pass(const cornu_plan *plan, cornu_task *task, vector_pass pass) {
    cornu_status status = CORNU_OK;
    pass.task = task;
    for (size_t i = 0; i < plan->range_count && status == CORNU_OK; i++) {
        pass.range = &plan->ranges[i];
        const size_t tile_count = (pass.range->count + TILE_ELEMENTS - 1) / TILE_ELEMENTS;
        status =
            cornu_task_run(task, pass_tile, &pass, tile_count, 2.0 * (double)pass.range->count);
        if (status == CORNU_OK) status = cornu_task_poll(task);
    }
    return status;
}

static void unscale(const vector_pass *pass, size_t count, void *weights, void *vector,
                    void *gradient) {
    (void)weights;
    (void)vector;
    pass->task->kernels->divide_all(count, pass->number, gradient);
}

static void take_mean(const vector_pass *pass, size_t count, void *weights, void *vector,
                      void *gradient) {
    (void)weights;
    pass->task->kernels->add(count, vector, gradient);
    pass->task->kernels->divide_all(count, pass->number, gradient);
}

static void add_up(const vector_pass *pass, size_t count, void *weights, void *vector,
                   void *gradient) {
    (void)weights;
    pass->task->kernels->add(count, gradient, vector);
}

static void clear(const vector_pass *pass, size_t count, void *weights, void *vector,
                  void *gradient) {
    (void)weights;
    (void)gradient;
    pass->task->kernels->fill(count, 0.0, vector);
}

static void follow(const vector_pass *pass, size_t count, void *weights, void *vector,
                   void *gradient) {
    (void)gradient;
    pass->task->kernels->follow(count, pass->number, weights, vector);
}

static void overwrite(const vector_pass *pass, size_t count, void *weights, void *vector,
                      void *gradient) {
    (void)gradient;
    memcpy(weights, vector, count * pass->task->kernels->element_nbytes);
}

/* Whether this step makes an update: each one, or each so many. */
static bool is_due(const cornu_optimizer *optimizer) {
    const uint64_t every = optimizer->options.gradient_accumulation_steps;
    return every == 0 || (cornu_optimizer_iterations(optimizer) + 1) % every == 0;
}

static void *vector_at(const cornu_optimizer *optimizer, size_t index) {
    return cornu_slot_at(&optimizer->slots, index, 0);
}

/* A pass with the sum of gradients. */
static cornu_status run_sum(const cornu_optimizer *optimizer, const cornu_plan *plan,
                            cornu_task *task, vector_pass pass) {
    pass.vector = vector_at(optimizer, cornu_sum_index(&optimizer->options));
    return run_pass(plan, task, pass);
}

cornu_status cornu_update_prepare(const cornu_optimizer *optimizer, const cornu_plan *plan,
                                  cornu_task *task, void *gradient) {
    const cornu_optimizer_options *options = &optimizer->options;
    const double scale = options->loss_scale_factor;
    cornu_status status = CORNU_OK;
    if (scale != 0.0) {
        status = run_pass(plan, task,
                          (vector_pass){.run = unscale, .number = scale, .gradient = gradient});
    }
    if (status != CORNU_OK || !is_due(optimizer)) return status;
    if (options->gradient_accumulation_steps > 0) {
        status = run_sum(optimizer, plan, task,
                         (vector_pass){.run = take_mean,
                                       .number = (double)options->gradient_accumulation_steps,
                                       .gradient = gradient});
    }
    return status == CORNU_OK ? cornu_clip_gradient(plan, task, options, gradient) : status;
}

static cornu_status move_averages(const cornu_optimizer *optimizer, const cornu_plan *plan,
                                  cornu_task *task) {
    const cornu_optimizer_options *options = &optimizer->options;
    const uint64_t updates = cornu_optimizer_updates(optimizer);
    vector_pass pass = {.run = follow,
                        .number = updates > 0 ? options->ema_momentum : 0.0,
                        .vector = vector_at(optimizer, cornu_average_index(options))};
    cornu_status status = run_pass(plan, task, pass);
    const uint64_t every = options->ema_overwrite_frequency;
    if (status != CORNU_OK || every == 0 || (updates + 1) % every != 0) return status;
    pass.run = overwrite;
    return run_pass(plan, task, pass);
}

/* The sum begins anew with each update. */
static cornu_status move_weights(const cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                                 const cornu_plan *plan, cornu_task *task,
                                 const cornu_update *update, void *gradient) {
    const cornu_optimizer_options *options = &optimizer->options;
    cornu_status status =
        cornu_optimizer_is_whole(options)
            ? cornu_whole_descend(optimizer, exclusion, plan, task, update, gradient)
            : cornu_optimizer_descend(optimizer, exclusion, plan, task, update, gradient);
    if (status != CORNU_OK || options->gradient_accumulation_steps == 0) return status;
    return run_sum(optimizer, plan, task, (vector_pass){.run = clear, .gradient = gradient});
}

cornu_status cornu_update_take(cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                               const cornu_plan *plan, cornu_task *task, void *gradient) {
    /* From the first range on the step must be finished, so nobody is asked any more. */
    const cornu_poll poll = task->poll;
    task->poll = CORNU_NO_POLL;
    /* As late as can be: rate and count may be set while a step is computed. */
    cornu_update update = cornu_optimizer_begin(optimizer);
    cornu_status status;
    if (is_due(optimizer)) {
        status = move_weights(optimizer, exclusion, plan, task, &update, gradient);
    } else {
        update.product = optimizer->product;
        status = run_sum(optimizer, plan, task, (vector_pass){.run = add_up, .gradient = gradient});
    }
    if (status == CORNU_OK && optimizer->options.use_ema)
        status = move_averages(optimizer, plan, task);
    task->poll = poll;
    if (status == CORNU_OK) cornu_optimizer_end(optimizer, &update);
    return status;
}
