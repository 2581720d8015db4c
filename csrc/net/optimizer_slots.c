/* What an optimizer keeps for each weight, and which weights it is for. */
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/optimizer_parts.h"
#include "net/whole_update.h"

/* Whether two tables hold no span in common. */
static bool are_disjoint(const cornu_table *a, const cornu_table *b) {
    for (size_t i = 0; i < a->count; i++) {
        if (cornu_table_find(b, a->entries[i].span) < b->count) return false;
    }
    return true;
}

void *cornu_slot_at(const cornu_slots *slots, size_t index, size_t offset) {
    return slots->memory +
           (index * slots->table->flat_count + offset) * cornu_dtype_nbytes(slots->dtype);
}

void *cornu_slots_at(const cornu_slots *slots, const cornu_span *span, size_t index) {
    if (!slots->table) return NULL;
    size_t entry = cornu_table_find(slots->table, span);
    if (entry == slots->table->count) return NULL;
    return cornu_slot_at(slots, index, slots->table->entries[entry].offset);
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

/* Some vectors of a weight, as its average, begin as it is. */
static void begin_as_weights(const cornu_optimizer *optimizer, const cornu_slots *slots) {
    for (size_t slot = 0; slot < slots->count; slot++) {
        if (!cornu_vector_follows(&optimizer->options, slot)) continue;
        for (size_t i = 0; i < slots->table->count; i++) {
            const cornu_span *span = slots->table->entries[i].span;
            if (cornu_slots_at(&optimizer->slots, span, 0)) continue;
            memcpy(cornu_slots_at(slots, span, slot), cornu_span_data(span),
                   cornu_span_nbytes(span));
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
        if (start != 0.0)
            kernels->fill(slots->table->flat_count, start, cornu_slot_at(slots, i, 0));
    }
}

/* Room for the slots of a table (NULL: there was no memory for it). */
static cornu_status allocate_slots(const cornu_optimizer_options *options, cornu_slots *slots,
                                   cornu_error *error) {
    size_t nbytes = 0, room = 0;
    const size_t element_nbytes = cornu_dtype_nbytes(slots->dtype);
    if (slots->table && (!cornu_whole_room(options, slots->table, &room) ||
                         !cornu_size_multiply(slots->table->flat_count, slots->count, &nbytes) ||
                         !cornu_size_add(nbytes, room, &nbytes) ||
                         !cornu_size_multiply(nbytes, element_nbytes, &nbytes))) {
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
    if (optimizer->bound_id == table->id &&
        (!optimizer->parts || cornu_parts_are_bound(optimizer->parts)))
        return CORNU_OK;
    cornu_status status = cornu_optimizer_check_dtype(&optimizer->options, dtype, error);
    if (status == CORNU_OK && optimizer->parts)
        status = cornu_parts_bind(optimizer->parts, table, dtype, error);
    if (status != CORNU_OK) return status;
    const cornu_slots *old = &optimizer->slots;
    if (old->table && cornu_optimizer_iterations(optimizer) > 0 && old->table->count > 0 &&
        table->count > 0 && are_disjoint(table, old->table)) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "This optimizer has trained another model, and its state belongs to "
                               "that one's weights. "
                               "Make a new optimizer for this model.");
    }
    cornu_slots slots = {old->count, old->moving_count, extended_table(old, table, dtype), dtype,
                         NULL};
    status = allocate_slots(&optimizer->options, &slots, error);
    if (status != CORNU_OK) {
        cornu_table_free(slots.table);
        return status;
    }
    carry_slots(old, &slots);
    begin_as_weights(optimizer, &slots);
    bool brings_others = has_others(optimizer, table);
    cornu_memory_free(old->memory);
    cornu_table_free(old->table);
    optimizer->slots = slots;
    optimizer->bound_id = table->id;
    optimizer->bound_count = table->count;
    optimizer->bind_count += brings_others;
    return CORNU_OK;
}
