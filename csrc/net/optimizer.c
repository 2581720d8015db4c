#include "net/optimizer.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"

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
    atomic_init(&made->exclusion, NULL);
    atomic_init(&made->schedule, NULL);
    made->options = *options;
    made->product = 1.0;
    made->slots.count = cornu_optimizer_slot_count(options);
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
    cornu_optimizer_free_exclusions(optimizer);
    cornu_optimizer_free_schedules(optimizer);
    cornu_table_release(optimizer->slots.table);
    cornu_memory_free(optimizer->slots.memory);
    cornu_lock_release(optimizer->lock);
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

/* Whether two tables hold no span in common. */
static bool are_disjoint(const cornu_table *a, const cornu_table *b) {
    for (size_t i = 0; i < a->count; i++) {
        if (cornu_table_find(b, a->entries[i].span) < b->count) return false;
    }
    return true;
}

static void *slot_at(const cornu_slots *slots, size_t index, size_t offset) {
    return slots->memory +
           (index * slots->table->flat_count + offset) * cornu_dtype_nbytes(slots->dtype);
}

void *cornu_slots_at(const cornu_slots *slots, const cornu_span *span, size_t index) {
    if (!slots->table) return NULL;
    size_t entry = cornu_table_find(slots->table, span);
    if (entry == slots->table->count) return NULL;
    return slot_at(slots, index, slots->table->entries[entry].offset);
}

/* `table`'s entries, and behind them those of other weights of the type that somebody could still
 * train. NULL: no memory. */
static cornu_table *extended_table(const cornu_slots *slots, const cornu_table *table,
                                   cornu_dtype dtype) {
    const cornu_table *old = slots->dtype == dtype ? slots->table : NULL;
    size_t old_count = old ? old->count : 0;
    cornu_table *extended = cornu_table_new(table->count + old_count);
    if (!extended) return NULL;
    for (size_t i = 0; i < table->count; i++) cornu_table_add(extended, table->entries[i].span);
    for (size_t i = 0; i < old_count; i++) {
        cornu_span *span = old->entries[i].span;
        if (cornu_span_is_shared(span) && cornu_table_find(table, span) == table->count)
            cornu_table_add(extended, span);
    }
    return extended;
}

static void carry_slots(const cornu_slots *from, const cornu_slots *to) {
    for (size_t i = 0; i < to->table->count; i++) {
        const cornu_span *span = to->table->entries[i].span;
        for (size_t slot = 0; slot < to->count; slot++) {
            const void *had = cornu_slots_at(from, span, slot);
            if (had) memcpy(cornu_slots_at(to, span, slot), had, cornu_span_nbytes(span));
        }
    }
}

/* Whether a table has weights that the one bound so far has not. */
static bool has_others(const cornu_optimizer *optimizer, const cornu_table *table) {
    const cornu_table *old = optimizer->slots.table;
    for (size_t i = 0; i < table->count; i++) {
        if (!old || cornu_table_find(old, table->entries[i].span) >= optimizer->bound_count)
            return true;
    }
    return false;
}

/* From zeros. */
static void fill_slots(const cornu_optimizer_options *options, const cornu_slots *slots) {
    const cornu_kernels *kernels = cornu_kernels_for(slots->dtype);
    for (size_t i = 0; i < slots->count; i++) {
        const double start = cornu_optimizer_slot_start(options, i);
        if (start != 0.0) kernels->fill(slots->table->flat_count, start, slot_at(slots, i, 0));
    }
}

/* Room for the slots of a table (NULL: there was no memory for it). */
static cornu_status allocate_slots(const cornu_optimizer_options *options, cornu_slots *slots,
                                   cornu_error *error) {
    size_t nbytes = 0;
    size_t element_nbytes = slots->count * cornu_dtype_nbytes(slots->dtype);
    if (slots->table && !cornu_size_multiply(slots->table->flat_count, element_nbytes, &nbytes)) {
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "The state of the optimizer is more than memory can hold.");
    }
    if (slots->table) slots->memory = cornu_memory_allocate_zeroed(nbytes);
    if (slots->memory) {
        fill_slots(options, slots);
        return CORNU_OK;
    }
    if (nbytes == 0) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the list of an optimizer's weights.");
    }
    return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for %zu bytes of optimizer state.",
                           nbytes);
}

cornu_status cornu_optimizer_bind(cornu_optimizer *optimizer, const cornu_table *table,
                                  cornu_dtype dtype, cornu_error *error) {
    if (optimizer->bound_id == table->id) return CORNU_OK;
    cornu_status status = cornu_optimizer_check_dtype(&optimizer->options, dtype, error);
    if (status != CORNU_OK) return status;
    const cornu_slots *old = &optimizer->slots;
    if (old->table && cornu_optimizer_iterations(optimizer) > 0 && old->table->count > 0 &&
        table->count > 0 && are_disjoint(table, old->table)) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "This optimizer has trained another model, and its state belongs to "
                               "that one's weights. "
                               "Make a new optimizer for this model.");
    }
    cornu_slots slots = {old->count, extended_table(old, table, dtype), dtype, NULL};
    status = allocate_slots(&optimizer->options, &slots, error);
    if (status != CORNU_OK) {
        cornu_table_release(slots.table);
        return status;
    }
    carry_slots(old, &slots);
    bool brings_others = has_others(optimizer, table);
    cornu_memory_free(old->memory);
    cornu_table_release(old->table);
    optimizer->slots = slots;
    optimizer->bound_id = table->id;
    optimizer->bound_count = table->count;
    optimizer->bind_count += brings_others;
    return CORNU_OK;
}

/* From CORNU_MAX_ITERATIONS on the count stands still. */
static uint64_t next_iteration(const cornu_optimizer *optimizer) {
    uint64_t taken = cornu_optimizer_iterations(optimizer);
    return taken < CORNU_MAX_ITERATIONS ? taken + 1 : taken;
}

static double decayed_rate(const cornu_optimizer *optimizer) {
    const double rate = cornu_optimizer_scheduled_rate(optimizer), decay = optimizer->options.decay;
    if (decay == 0.0) return rate;
    return rate / (1.0 + decay * (double)cornu_optimizer_iterations(optimizer));
}

cornu_update cornu_optimizer_begin(const cornu_optimizer *optimizer) {
    const cornu_optimizer_options *options = &optimizer->options;
    const uint64_t iteration = next_iteration(optimizer);
    double product = optimizer->product;
    if (options->kind == CORNU_NADAM) product *= cornu_nadam_share(options, iteration);
    return (cornu_update){.options = options,
                          .learning_rate = decayed_rate(optimizer),
                          .iteration = iteration,
                          .weight_decay = options->weight_decay,
                          .product = product};
}

cornu_descent cornu_optimizer_descent(const cornu_optimizer *optimizer,
                                      const struct cornu_table_entry *entry,
                                      const cornu_update *update) {
    const cornu_slots *slots = &optimizer->slots;
    cornu_descent descent = {.update = *update, .weights = cornu_span_data(entry->span)};
    if (update->weight_decay != 0.0 && cornu_optimizer_excludes(optimizer, entry->span))
        descent.update.weight_decay = 0.0;
    for (size_t i = 0; i < slots->count; i++) descent.slots[i] = slot_at(slots, i, entry->offset);
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
    for (size_t i = 0; i < slots->count; i++) at[i] = slot_at(slots, i, flat);
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
static cornu_status sweep_entries(const cornu_optimizer *optimizer, const cornu_plan *plan,
                                  cornu_task *task, update_tiles *tiles) {
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->table->count && status == CORNU_OK; i++) {
        if (cornu_plan_is_frozen(plan, i)) continue;
        const struct cornu_table_entry *entry = &plan->table->entries[i];
        const cornu_descent descent = cornu_optimizer_descent(optimizer, entry, tiles->update);
        const cornu_range range = {descent.weights, entry->offset, cornu_span_count(entry->span)};
        update_tiles own = *tiles;
        own.update = &descent.update;
        status = sweep(&own, task, &range);
    }
    return status;
}

cornu_status cornu_optimizer_descend(const cornu_optimizer *optimizer, const cornu_plan *plan,
                                     cornu_task *task, const cornu_update *update,
                                     const void *gradient) {
    update_tiles tiles = {.slots = &optimizer->slots,
                          .kernels = task->kernels,
                          .update = update,
                          .gradient = gradient};
    /* From the first range on the step must be finished, so nobody is asked any more. */
    const cornu_poll poll = task->poll;
    cornu_status status = CORNU_OK;
    task->poll = CORNU_NO_POLL;
    if (update->weight_decay != 0.0 && atomic_load(&optimizer->exclusion)) {
        status = sweep_entries(optimizer, plan, task, &tiles);
    } else {
        for (size_t i = 0; i < plan->range_count && status == CORNU_OK; i++)
            status = sweep(&tiles, task, &plan->ranges[i]);
    }
    task->poll = poll;
    return status;
}

void cornu_optimizer_end(cornu_optimizer *optimizer, const cornu_update *update) {
    cornu_optimizer_set_iterations(optimizer, update->iteration, NULL);
    optimizer->product = update->product;
}
