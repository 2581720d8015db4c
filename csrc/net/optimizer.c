#include "net/optimizer.h"

#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"

/* Elements of one tile of an update. */
#define TILE_ELEMENTS 16384

static bool is_fraction(double value) {
    return value >= 0.0 && value < 1.0;
}

static cornu_status check_options(const cornu_optimizer_options *options, double learning_rate,
                                  cornu_error *error) {
    if (!(learning_rate >= 0.0 && learning_rate <= 1e300)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`learning_rate` must be a finite number from 0 on. Received: %g",
                               learning_rate);
    }
    if (options->kind == CORNU_SGD && !(options->momentum >= 0.0 && options->momentum <= 1.0)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`momentum` must be a number from 0 to 1. Received: %g",
                               options->momentum);
    }
    if (options->kind == CORNU_ADAM &&
        !(is_fraction(options->beta_1) && is_fraction(options->beta_2))) {
        return cornu_error_set(
            error, CORNU_ERROR_VALUE,
            "`beta_1` and `beta_2` must be numbers from 0 to below 1. Received: %g and %g",
            options->beta_1, options->beta_2);
    }
    if (options->kind == CORNU_ADAM && !(options->epsilon >= 0.0)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`epsilon` must be a number from 0 on. Received: %g",
                               options->epsilon);
    }
    return CORNU_OK;
}

cornu_status cornu_optimizer_new(const cornu_optimizer_options *options, double learning_rate,
                                 cornu_optimizer **optimizer, cornu_error *error) {
    cornu_status status = check_options(options, learning_rate, error);
    if (status != CORNU_OK) return status;
    cornu_optimizer *made = cornu_memory_allocate_zeroed(sizeof *made);
    if (!made || cornu_lock_new(&made->lock) != CORNU_OK) {
        cornu_memory_free(made);
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for an optimizer.");
    }
    atomic_init(&made->references, 1);
    atomic_init(&made->learning_rate, learning_rate);
    atomic_init(&made->iterations, 0);
    made->options = *options;
    made->slot_count = cornu_optimizer_slot_count(options);
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
    cornu_table_release(optimizer->table);
    cornu_lock_release(optimizer->lock);
    cornu_memory_free(optimizer->slots);
    cornu_memory_free(optimizer);
}

double cornu_optimizer_learning_rate(const cornu_optimizer *optimizer) {
    return atomic_load_explicit(&optimizer->learning_rate, memory_order_relaxed);
}

void cornu_optimizer_set_learning_rate(cornu_optimizer *optimizer, double learning_rate) {
    atomic_store_explicit(&optimizer->learning_rate, learning_rate, memory_order_relaxed);
}

uint64_t cornu_optimizer_iterations(const cornu_optimizer *optimizer) {
    return atomic_load_explicit(&optimizer->iterations, memory_order_relaxed);
}

void cornu_optimizer_set_iterations(cornu_optimizer *optimizer, uint64_t iterations) {
    atomic_store_explicit(&optimizer->iterations, iterations, memory_order_relaxed);
}

/* Spans that both tables hold. */
static size_t common_count(const cornu_table *a, const cornu_table *b) {
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        count += cornu_table_find(b, a->entries[i].span) < b->count;
    return count;
}

static void carry_slots(const cornu_optimizer *from, const cornu_table *to, size_t element_nbytes,
                        unsigned char *slots) {
    for (size_t i = 0; i < to->count; i++) {
        size_t old = cornu_table_find(from->table, to->entries[i].span);
        if (old == from->table->count) continue;
        size_t nbytes = cornu_span_nbytes(to->entries[i].span);
        for (size_t slot = 0; slot < from->slot_count; slot++) {
            const unsigned char *source =
                from->slots + (slot * from->table->flat_count + from->table->entries[old].offset) *
                                  element_nbytes;
            memcpy(slots + (slot * to->flat_count + to->entries[i].offset) * element_nbytes, source,
                   nbytes);
        }
    }
}

cornu_status cornu_optimizer_bind(cornu_optimizer *optimizer, cornu_table *table, cornu_dtype dtype,
                                  cornu_error *error) {
    if (optimizer->table == table) return CORNU_OK;
    bool bound = optimizer->table != NULL;
    if (bound && cornu_optimizer_iterations(optimizer) > 0 && optimizer->table->count > 0 &&
        table->count > 0 && common_count(table, optimizer->table) == 0) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "This optimizer has trained another model, and its state belongs to "
                               "that one's weights. "
                               "Make a new optimizer for this model.");
    }
    size_t element_nbytes = cornu_dtype_nbytes(dtype), nbytes;
    if (!cornu_size_multiply(table->flat_count, optimizer->slot_count * element_nbytes, &nbytes)) {
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "The optimizer's state is more than memory can hold.");
    }
    unsigned char *slots = cornu_memory_allocate_zeroed(nbytes);
    if (!slots)
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for %zu bytes of optimizer state.", nbytes);
    if (bound) carry_slots(optimizer, table, element_nbytes, slots);
    cornu_memory_free(optimizer->slots);
    cornu_table_release(optimizer->table);
    cornu_table_retain(table);
    optimizer->slots = slots;
    optimizer->table = table;
    optimizer->dtype = dtype;
    return CORNU_OK;
}

size_t cornu_optimizer_slots_nbytes(const cornu_optimizer *optimizer) {
    if (!optimizer->table) return 0;
    return optimizer->slot_count * optimizer->table->flat_count *
           cornu_dtype_nbytes(optimizer->dtype);
}

typedef struct update_tiles {
    const cornu_optimizer *optimizer;
    const cornu_kernels *kernels;
    const cornu_range *range;
    cornu_update update;
    const void *gradient;
} update_tiles;

static void update_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const update_tiles *tiles = argument;
    const cornu_optimizer *optimizer = tiles->optimizer;
    size_t nbytes = cornu_dtype_nbytes(optimizer->dtype);
    size_t begin = tile * TILE_ELEMENTS;
    size_t count =
        tiles->range->count - begin < TILE_ELEMENTS ? tiles->range->count - begin : TILE_ELEMENTS;
    size_t flat = tiles->range->offset + begin;
    void *slots[CORNU_MAX_SLOTS] = {NULL};
    for (size_t slot = 0; slot < optimizer->slot_count; slot++) {
        slots[slot] = optimizer->slots + (slot * optimizer->table->flat_count + flat) * nbytes;
    }
    tiles->kernels->update(&tiles->update, count, (char *)tiles->range->weights + begin * nbytes,
                           (const char *)tiles->gradient + flat * nbytes, slots);
}

cornu_status cornu_optimizer_step(cornu_optimizer *optimizer, const cornu_plan *plan,
                                  cornu_task *task, const void *gradient) {
    update_tiles tiles = {.optimizer = optimizer,
                          .kernels = task->kernels,
                          .update = {.options = &optimizer->options,
                                     .learning_rate = cornu_optimizer_learning_rate(optimizer),
                                     .iteration = cornu_optimizer_iterations(optimizer) + 1},
                          .gradient = gradient};
    /* From the first range on the step must be finished, so nobody is asked any more. */
    cornu_task quiet = *task;
    quiet.poll = NULL;
    for (size_t i = 0; i < plan->range_count; i++) {
        tiles.range = &plan->ranges[i];
        size_t tile_count = (tiles.range->count + TILE_ELEMENTS - 1) / TILE_ELEMENTS;
        cornu_status status = cornu_task_run(&quiet, update_tile, &tiles, tile_count,
                                             10.0 * (double)tiles.range->count);
        if (status != CORNU_OK) return status;
    }
    cornu_optimizer_set_iterations(optimizer, tiles.update.iteration);
    return CORNU_OK;
}
