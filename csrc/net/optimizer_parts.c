#include "net/optimizer_parts.h"

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"

void cornu_parts_free(cornu_parts *parts) {
    if (!parts) return;
    for (size_t i = 0; i < parts->count; i++) cornu_optimizer_release(parts->optimizers[i]);
    for (size_t i = 0; i < parts->span_count; i++) cornu_span_release(parts->spans[i]);
    cornu_memory_free(parts->room);
    cornu_memory_free(parts->gradients);
    cornu_memory_free(parts->chosen);
    cornu_memory_free(parts->owners);
    cornu_memory_free(parts->spans);
    cornu_memory_free(parts->bound);
    cornu_memory_free(parts->optimizers);
    cornu_memory_free(parts);
}

static void *allocate(size_t count, size_t nbytes) {
    size_t total;
    return cornu_size_multiply(count + 1, nbytes, &total) ? cornu_memory_allocate_zeroed(total)
                                                          : NULL;
}

static cornu_parts *new_parts(size_t count, size_t span_count) {
    cornu_parts *parts = cornu_memory_allocate_zeroed(sizeof *parts);
    if (!parts) return NULL;
    parts->optimizers = allocate(count, sizeof *parts->optimizers);
    parts->bound = allocate(count, sizeof *parts->bound);
    parts->spans = allocate(span_count, sizeof(cornu_span *));
    parts->owners = allocate(span_count, sizeof *parts->owners);
    parts->chosen = allocate(span_count, sizeof(cornu_span *));
    parts->gradients = allocate(span_count, sizeof *parts->gradients);
    if (parts->optimizers && parts->bound && parts->spans && parts->owners && parts->chosen &&
        parts->gradients)
        return parts;
    cornu_parts_free(parts);
    return NULL;
}

static cornu_status check_parts(const cornu_optimizer *optimizer, size_t part_count,
                                cornu_optimizer *const *parts, size_t span_count,
                                const size_t *owners, cornu_error *error) {
    if (optimizer->options.kind != CORNU_MULTI_OPTIMIZER || optimizer->parts) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Weights can be divided once, among the parts of an optimizer that "
                               "has such.");
    }
    for (size_t i = 0; i < part_count; i++) {
        const cornu_optimizer_options *options = &parts[i]->options;
        if (options->kind == CORNU_MULTI_OPTIMIZER) {
            return cornu_error_set(error, CORNU_ERROR_VALUE, "Part %zu must have no parts itself.",
                                   i);
        }
        size_t before = 0;
        while (parts[before] != parts[i]) before++;
        if (before == i) continue;
        return cornu_error_set(error, CORNU_ERROR_VALUE, "Parts %zu and %zu must not be the same.",
                               before, i);
    }
    for (size_t i = 0; i < span_count; i++) {
        if (owners[i] < part_count) continue;
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "Weight %zu must belong to one of %zu parts. Received: %zu", i,
                               part_count, owners[i]);
    }
    return CORNU_OK;
}

cornu_status cornu_optimizer_divide(cornu_optimizer *optimizer, size_t part_count,
                                    cornu_optimizer *const *parts, size_t span_count,
                                    cornu_span *const *spans, const size_t *owners,
                                    cornu_error *error) {
    cornu_status status = check_parts(optimizer, part_count, parts, span_count, owners, error);
    if (status != CORNU_OK) return status;
    cornu_parts *made = new_parts(part_count, span_count);
    if (!made) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the list of an optimizer's weights.");
    }
    made->count = part_count;
    made->span_count = span_count;
    for (size_t i = 0; i < part_count; i++) {
        made->optimizers[i] = parts[i];
        parts[i]->options.loss_scale_factor = 0.0;
        cornu_optimizer_retain(parts[i]);
    }
    for (size_t i = 0; i < span_count; i++) {
        made->spans[i] = spans[i];
        cornu_span_retain(spans[i]);
        made->owners[i] = owners[i];
    }
    optimizer->parts = made;
    /* A step from before it had parts made no room for theirs. */
    optimizer->bound_id = 0;
    return CORNU_OK;
}

/* The number of a weight's optimizer, which mostly stands at the weight's own place; parts->count:
 * it has none. */
static size_t owner_of(const cornu_parts *parts, const cornu_span *span, size_t place) {
    if (place < parts->span_count && parts->spans[place] == span) return parts->owners[place];
    for (size_t i = 0; i < parts->span_count; i++) {
        if (parts->spans[i] == span) return parts->owners[i];
    }
    return parts->count;
}

const cornu_optimizer *cornu_optimizer_of_span(const cornu_optimizer *optimizer,
                                               const cornu_span *span) {
    const cornu_parts *parts = optimizer->parts;
    const size_t owner = parts ? owner_of(parts, span, 0) : 0;
    return parts && owner < parts->count ? parts->optimizers[owner] : optimizer;
}

/* The parts are asked for once: another thread may set them meanwhile. */
cornu_status cornu_hold_collect(cornu_hold *hold, const cornu_plan *plan,
                                const cornu_optimizer *optimizer, cornu_error *error) {
    const cornu_parts *parts = optimizer ? optimizer->parts : NULL;
    const size_t plan_count = plan ? plan->lock_count : 0, part_count = parts ? parts->count : 0;
    const cornu_status status = cornu_hold_init(hold, plan_count + 1 + part_count, error);
    if (status != CORNU_OK) return status;
    for (size_t i = 0; i < plan_count; i++) cornu_hold_add(hold, plan->locks[i]);
    if (optimizer) cornu_hold_add(hold, optimizer->lock);
    for (size_t i = 0; i < part_count; i++) cornu_hold_add(hold, parts->optimizers[i]->lock);
    return CORNU_OK;
}

/* Those weights of a table that are a part's. */
static size_t choose(const cornu_parts *parts, size_t part, const cornu_table *table,
                     const bool *frozen) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        cornu_span *span = table->entries[i].span;
        if ((frozen && frozen[i]) || owner_of(parts, span, i) != part) continue;
        parts->chosen[count++] = span;
    }
    return count;
}

static cornu_status bind_part(cornu_parts *parts, size_t part, size_t count, cornu_error *error) {
    cornu_optimizer *optimizer = parts->optimizers[part];
    const cornu_status status = cornu_optimizer_bind_spans(optimizer, count, parts->chosen, error);
    parts->bound[part] = optimizer->bound_id;
    return status;
}

bool cornu_parts_are_bound(const cornu_parts *parts) {
    for (size_t i = 0; i < parts->count; i++) {
        /* 0: none of its weights were there. */
        if (parts->bound[i] != 0 && parts->bound[i] != parts->optimizers[i]->bound_id) return false;
    }
    return true;
}

cornu_status cornu_parts_bind(cornu_parts *parts, const cornu_table *table, cornu_dtype dtype,
                              cornu_error *error) {
    size_t nbytes = 0;
    cornu_status status = CORNU_OK;
    for (size_t part = 0; part < parts->count && status == CORNU_OK; part++) {
        const size_t count = choose(parts, part, table, NULL);
        parts->bound[part] = 0;
        if (count > 0) status = bind_part(parts, part, count, error);
    }
    if (status != CORNU_OK) return status;
    void *room = NULL;
    if (cornu_size_multiply(table->flat_count, cornu_dtype_nbytes(dtype), &nbytes)) {
        if (nbytes <= parts->room_nbytes) return CORNU_OK;
        room = cornu_memory_allocate(nbytes);
    }
    if (!room) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for the gradients.");
    cornu_memory_free(parts->room);
    parts->room = room;
    parts->room_nbytes = nbytes;
    return CORNU_OK;
}

cornu_status cornu_parts_descend(cornu_parts *parts, const cornu_exclusion *exclusion,
                                 const cornu_plan *plan, cornu_task *task, const void *gradient) {
    const cornu_table *table = plan->table;
    cornu_status status = CORNU_OK;
    for (size_t part = 0; part < parts->count && status == CORNU_OK; part++) {
        cornu_optimizer *optimizer = parts->optimizers[part];
        const size_t count = choose(parts, part, table, plan->frozen);
        if (count == 0) continue;
        for (size_t i = 0, entry = 0; i < count; i++, entry++) {
            while (table->entries[entry].span != parts->chosen[i]) entry++;
            parts->gradients[i] = cornu_task_at(task, gradient, table->entries[entry].offset);
        }
        status = bind_part(parts, part, count, NULL);
        if (status == CORNU_OK)
            status =
                cornu_optimizer_step(optimizer, exclusion, parts->gradients, parts->room, task);
    }
    return status;
}
