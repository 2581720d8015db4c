#include "net/optimizer.h"

#include <inttypes.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/optimizer_parts.h"

/* Elements of one tile of an update. */
#define TILE_ELEMENTS 16384

static cornu_status check_learning_rate(double learning_rate, cornu_error *error) {
    if (learning_rate >= 0.0 && learning_rate <= 1e300) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`learning_rate` must be a finite number from 0 on. Received: %g",
                           learning_rate);
}

cornu_status cornu_optimizer_new(const cornu_optimizer_options *options, double learning_rate,
                                 cornu_optimizer **optimizer, cornu_error *error) {
    cornu_status status = check_learning_rate(learning_rate, error);
    if (status == CORNU_OK) status = cornu_optimizer_check(options, error);
    if (status != CORNU_OK) return status;
    cornu_optimizer *made = cornu_memory_allocate_zeroed(sizeof *made);
    if (!made || cornu_lock_new(&made->lock) != CORNU_OK) {
        cornu_memory_free(made);
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for an optimizer.");
    }
    atomic_init(&made->references, 1);
    atomic_init(&made->learning_rate, learning_rate);
    atomic_init(&made->iterations, 0);
    atomic_init(&made->schedule, NULL);
    made->options = *options;
    if (options->foreign.object) options->foreign.retain(options->foreign.object);
    made->product = 1.0;
    made->slots.moving_count = cornu_optimizer_slot_count(options);
    made->slots.count = cornu_optimizer_vector_count(options);
    *optimizer = made;
    return CORNU_OK;
}

void cornu_optimizer_retain(cornu_optimizer *optimizer) {
    atomic_fetch_add_explicit(&optimizer->references, 1, memory_order_relaxed);
}

void cornu_optimizer_release(cornu_optimizer *optimizer) {
    if (!optimizer ||
        atomic_fetch_sub_explicit(&optimizer->references, 1, memory_order_acq_rel) != 1)
        return;
    cornu_optimizer_free_schedules(optimizer);
    cornu_parts_free(optimizer->parts);
    cornu_plan_release(optimizer->applied);
    cornu_table_free(optimizer->slots.table);
    cornu_memory_free(optimizer->slots.memory);
    cornu_lock_release(optimizer->lock);
    const cornu_foreign_step *foreign = &optimizer->options.foreign;
    if (foreign->object) foreign->release(foreign->object);
    cornu_memory_free(optimizer);
}

double cornu_optimizer_learning_rate(const cornu_optimizer *optimizer) {
    return atomic_load_explicit(&optimizer->learning_rate, memory_order_relaxed);
}

cornu_status cornu_optimizer_set_learning_rate(cornu_optimizer *optimizer, double learning_rate,
                                               cornu_error *error) {
    cornu_status status = check_learning_rate(learning_rate, error);
    if (status == CORNU_OK)
        atomic_store_explicit(&optimizer->learning_rate, learning_rate, memory_order_relaxed);
    return status;
}

uint64_t cornu_optimizer_iterations(const cornu_optimizer *optimizer) {
    return atomic_load_explicit(&optimizer->iterations, memory_order_relaxed);
}

cornu_status cornu_optimizer_set_iterations(cornu_optimizer *optimizer, uint64_t iterations,
                                            cornu_error *error) {
    if (iterations > CORNU_MAX_ITERATIONS) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`iterations` must be at most 2^63 - 1. Received: %" PRIu64,
                               iterations);
    }
    atomic_store_explicit(&optimizer->iterations, iterations, memory_order_relaxed);
    return CORNU_OK;
}

uint64_t cornu_optimizer_updates(const cornu_optimizer *optimizer) {
    const uint64_t taken = cornu_optimizer_iterations(optimizer);
    const uint64_t every = optimizer->options.gradient_accumulation_steps;
    return every ? taken / every : taken;
}

/* From CORNU_MAX_ITERATIONS on the count stands still. */
static uint64_t next_update(const cornu_optimizer *optimizer) {
    const uint64_t taken = cornu_optimizer_updates(optimizer);
    return taken < CORNU_MAX_ITERATIONS ? taken + 1 : taken;
}

static double decayed_rate(const cornu_optimizer *optimizer) {
    const double rate = cornu_optimizer_scheduled_rate(optimizer), decay = optimizer->options.decay;
    if (decay == 0.0) return rate;
    return rate / (1.0 + decay * (double)cornu_optimizer_iterations(optimizer));
}

cornu_update cornu_optimizer_begin(const cornu_optimizer *optimizer) {
    const cornu_optimizer_options *options = &optimizer->options;
    const uint64_t iteration = next_update(optimizer);
    double product = optimizer->product;
    if (options->kind == CORNU_NADAM) product *= cornu_nadam_share(options, iteration);
    return (cornu_update){.options = options,
                          .learning_rate = decayed_rate(optimizer),
                          .iteration = iteration,
                          .weight_decay = options->weight_decay,
                          .product = product};
}

cornu_descent cornu_optimizer_descent(const cornu_optimizer *optimizer,
                                      const cornu_exclusion *exclusion,
                                      const struct cornu_table_entry *entry,
                                      const cornu_update *update) {
    const cornu_slots *slots = &optimizer->slots;
    cornu_descent descent = {.update = *update, .weights = cornu_span_data(entry->span)};
    if (update->weight_decay != 0.0 && cornu_exclusion_has(exclusion, entry->span))
        descent.update.weight_decay = 0.0;
    for (size_t i = 0; i < slots->moving_count; i++)
        descent.slots[i] = cornu_slot_at(slots, i, entry->offset);
    return descent;
}

typedef struct update_tiles {
    const cornu_slots *slots;
    const cornu_kernels *kernels;
    const cornu_range *range;
    const cornu_update *update;
    const void *gradient;
} update_tiles;

static void update_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const update_tiles *tiles = argument;
    const cornu_slots *slots = tiles->slots;
    size_t nbytes = cornu_dtype_nbytes(slots->dtype);
    size_t begin = tile * TILE_ELEMENTS;
    size_t count =
        tiles->range->count - begin < TILE_ELEMENTS ? tiles->range->count - begin : TILE_ELEMENTS;
    size_t flat = tiles->range->offset + begin;
    void *at[CORNU_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < slots->moving_count; i++) at[i] = cornu_slot_at(slots, i, flat);
    tiles->kernels->update(tiles->update, 1, count, (char *)tiles->range->weights + begin * nbytes,
                           count, (const char *)tiles->gradient + flat * nbytes, count, at);
}

static cornu_status sweep(update_tiles *tiles, cornu_task *task, const cornu_range *range) {
    tiles->range = range;
    const size_t tile_count = (range->count + TILE_ELEMENTS - 1) / TILE_ELEMENTS;
    return cornu_task_run(task, update_tile, tiles, tile_count,
                          CORNU_TASK_UPDATE_WORK * (double)range->count);
}

/* Weights that lie side by side may differ in what is done to them. */
static cornu_status sweep_entries(const cornu_optimizer *optimizer,
                                  const cornu_exclusion *exclusion, const cornu_plan *plan,
                                  cornu_task *task, update_tiles *tiles) {
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->table->count && status == CORNU_OK; i++) {
        if (plan->frozen[i]) continue;
        const struct cornu_table_entry *entry = &plan->table->entries[i];
        const cornu_descent descent =
            cornu_optimizer_descent(optimizer, exclusion, entry, tiles->update);
        const cornu_range range = {descent.weights, entry->offset, cornu_span_count(entry->span)};
        update_tiles own = *tiles;
        own.update = &descent.update;
        status = sweep(&own, task, &range);
    }
    return status;
}

cornu_status cornu_optimizer_descend(const cornu_optimizer *optimizer,
                                     const cornu_exclusion *exclusion, const cornu_plan *plan,
                                     cornu_task *task, const cornu_update *update,
                                     const void *gradient) {
    update_tiles tiles = {.slots = &optimizer->slots,
                          .kernels = task->kernels,
                          .update = update,
                          .gradient = gradient};
    if (update->weight_decay != 0.0 && exclusion)
        return sweep_entries(optimizer, exclusion, plan, task, &tiles);
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->range_count && status == CORNU_OK; i++)
        status = sweep(&tiles, task, &plan->ranges[i]);
    return status;
}

void cornu_optimizer_end(cornu_optimizer *optimizer, const cornu_update *update) {
    const uint64_t taken = cornu_optimizer_iterations(optimizer);
    if (taken < CORNU_MAX_ITERATIONS) cornu_optimizer_set_iterations(optimizer, taken + 1, NULL);
    optimizer->product = update->product;
}
