/* What an optimizer keeps, from outside: read, written, and moved by gradients of the caller's. */
#include <string.h>

#include "base/float_environment.h"
#include "base/memory.h"
#include "base/status.h"
#include "net/hold.h"
#include "net/optimizer_parts.h"
#include "net/update.h"

/* An optimizer's lock and those of its parts, to be held by this thread. */
static cornu_status take(const cornu_optimizer *optimizer, bool exclusive, cornu_poll poll,
                         cornu_hold *hold, cornu_error *error) {
    const cornu_wait wait = {UINT64_MAX, poll};
    cornu_status status = cornu_hold_collect(hold, NULL, optimizer, error);
    if (status != CORNU_OK) return status;
    status = cornu_hold_take(hold, exclusive, &wait, error);
    if (status != CORNU_OK) cornu_hold_free(hold);
    return status;
}

static void drop(cornu_hold *hold) {
    cornu_hold_drop(hold);
    cornu_hold_free(hold);
}

/* There are no slots of counts and the like. */
static cornu_status check_float(const cornu_span *span, cornu_error *error) {
    const cornu_dtype dtype = cornu_span_dtype(span);
    if (cornu_kernels_for(dtype)) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "Weights of an optimizer must have a float type. Received: %s",
                           cornu_dtype_name(dtype));
}

static cornu_status check_spans(size_t span_count, cornu_span *const *spans, cornu_error *error) {
    if (span_count == 0)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There must be at least one weight.");
    for (size_t i = 0; i < span_count; i++) {
        if (cornu_span_dtype(spans[i]) == cornu_span_dtype(spans[0])) continue;
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "All weights of an optimizer must have one float type. Received: %s "
                               "and %s",
                               cornu_dtype_name(cornu_span_dtype(spans[0])),
                               cornu_dtype_name(cornu_span_dtype(spans[i])));
    }
    return check_float(spans[0], error);
}

/* Whether the optimizer is bound to just these weights in this order. */
static bool is_bound_to(const cornu_optimizer *optimizer, size_t span_count,
                        cornu_span *const *spans) {
    const cornu_plan *plan = optimizer->applied;
    if (!plan || plan->table->count != span_count || plan->table->id != optimizer->bound_id)
        return false;
    for (size_t i = 0; i < span_count; i++) {
        if (plan->table->entries[i].span != spans[i]) return false;
    }
    return true;
}

cornu_status cornu_optimizer_bind_spans(cornu_optimizer *optimizer, size_t span_count,
                                        cornu_span *const *spans, cornu_error *error) {
    if (is_bound_to(optimizer, span_count, spans)) return CORNU_OK;
    cornu_plan *plan;
    cornu_status status = cornu_plan_of_spans(span_count, spans, &plan, error);
    if (status != CORNU_OK) return status;
    status = cornu_optimizer_bind(optimizer, plan->table, plan->dtype, error);
    if (status == CORNU_OK) {
        cornu_plan_release(optimizer->applied);
        optimizer->applied = plan;
    } else {
        cornu_plan_release(plan);
    }
    return status;
}

cornu_status cornu_optimizer_build(cornu_optimizer *optimizer, size_t span_count,
                                   cornu_span *const *spans, cornu_poll poll, cornu_error *error) {
    cornu_hold held;
    cornu_status status = check_spans(span_count, spans, error);
    if (status == CORNU_OK) status = take(optimizer, true, poll, &held, error);
    if (status != CORNU_OK) return status;
    status = cornu_optimizer_bind_spans(optimizer, span_count, spans, error);
    drop(&held);
    return status;
}

size_t cornu_optimizer_state_count(const cornu_optimizer *optimizer) {
    return optimizer->slots.count;
}

cornu_status cornu_optimizer_read(const cornu_optimizer *optimizer, const cornu_span *span,
                                  size_t index, void *values, cornu_poll poll, cornu_error *error) {
    cornu_hold held;
    cornu_status status = check_float(span, error);
    if (status == CORNU_OK) status = take(optimizer, false, poll, &held, error);
    if (status != CORNU_OK) return status;
    const void *kept = cornu_slots_at(&optimizer->slots, span, index);
    if (!kept && cornu_vector_follows(&optimizer->options, index)) kept = cornu_span_data(span);
    if (kept) {
        memcpy(values, kept, cornu_span_nbytes(span));
    } else {
        cornu_kernels_for(cornu_span_dtype(span))
            ->fill(cornu_span_count(span), cornu_optimizer_slot_start(&optimizer->options, index),
                   values);
    }
    drop(&held);
    return CORNU_OK;
}

cornu_status cornu_optimizer_write(cornu_optimizer *optimizer, const cornu_span *span, size_t index,
                                   const void *values, cornu_poll poll, cornu_error *error) {
    cornu_hold held;
    cornu_status status = take(optimizer, true, poll, &held, error);
    if (status != CORNU_OK) return status;
    void *kept = cornu_slots_at(&optimizer->slots, span, index);
    if (kept) {
        memcpy(kept, values, cornu_span_nbytes(span));
    } else {
        status = cornu_error_set(error, CORNU_ERROR_STATE,
                                 "The optimizer keeps nothing of this weight yet: build it for the "
                                 "weights first.");
    }
    drop(&held);
    return status;
}

cornu_status cornu_optimizer_product(cornu_optimizer *optimizer, const double *set, double *product,
                                     cornu_poll poll, cornu_error *error) {
    cornu_hold held;
    cornu_status status = take(optimizer, set != NULL, poll, &held, error);
    if (status != CORNU_OK) return status;
    if (set) optimizer->product = *set;
    *product = optimizer->product;
    drop(&held);
    return CORNU_OK;
}

/* Lays gradients side by side, as a model's are. */
static void flatten(const cornu_plan *plan, const void *const *gradients, unsigned char *flat) {
    const cornu_table *table = plan->table;
    const size_t element = cornu_dtype_nbytes(plan->dtype);
    memset(flat, 0, table->flat_count * element);
    for (size_t i = 0; i < table->count; i++) {
        memcpy(flat + table->entries[i].offset * element, gradients[i],
               cornu_span_nbytes(table->entries[i].span));
    }
}

cornu_status cornu_optimizer_step(cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                                  const void *const *gradients, void *room, cornu_task *task) {
    const cornu_plan *plan = optimizer->applied;
    cornu_status status = CORNU_OK;
    flatten(plan, gradients, room);
    if (!cornu_optimizer_is_direct(&optimizer->options))
        status = cornu_update_prepare(optimizer, plan, task, room);
    return status == CORNU_OK ? cornu_update_take(optimizer, exclusion, plan, task, room) : status;
}

/* Its table has each weight once, and a gradient is found there by its weight's place. */
static cornu_status check_each_once(const cornu_plan *plan, size_t span_count, cornu_error *error) {
    if (plan->table->count == span_count) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "Each weight can have one gradient. Received: %zu gradients for %zu "
                           "different weights",
                           span_count, plan->table->count);
}

static cornu_status apply(cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                          const void *const *gradients, cornu_poll poll, cornu_error *error) {
    const cornu_plan *plan = optimizer->applied;
    const cornu_kernels *kernels = cornu_kernels_for(plan->dtype);
    void *gradient = cornu_memory_allocate(plan->table->flat_count * kernels->element_nbytes);
    /* Only a step with products needs it. */
    const bool multiplies = optimizer->options.kind == CORNU_MUON || optimizer->parts;
    void *scratch = multiplies ? cornu_memory_allocate(kernels->scratch_nbytes) : NULL;
    if (!gradient || (multiplies && !scratch)) {
        cornu_memory_free(scratch);
        cornu_memory_free(gradient);
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for the gradients.");
    }
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    cornu_task task = {.kernels = kernels,
                       .scratch = scratch,
                       .thread_limit = 1,
                       .poll = poll,
                       .environment = &environment};
    const cornu_status status =
        cornu_optimizer_step(optimizer, exclusion, gradients, gradient, &task);
    cornu_float_environment_leave(&environment);
    cornu_memory_free(scratch);
    cornu_memory_free(gradient);
    return status;
}

cornu_status cornu_optimizer_apply(cornu_optimizer *optimizer, size_t span_count,
                                   cornu_span *const *spans, const void *const *gradients,
                                   const cornu_excluded *excluded, cornu_poll poll,
                                   cornu_error *error) {
    cornu_hold held;
    cornu_exclusion *exclusion = NULL;
    cornu_status status = check_spans(span_count, spans, error);
    if (status == CORNU_OK) status = cornu_exclusion_new(excluded, &exclusion, error);
    if (status == CORNU_OK) status = take(optimizer, true, poll, &held, error);
    if (status == CORNU_OK) {
        status = cornu_optimizer_bind_spans(optimizer, span_count, spans, error);
        if (status == CORNU_OK) status = check_each_once(optimizer->applied, span_count, error);
        if (status == CORNU_OK) status = apply(optimizer, exclusion, gradients, poll, error);
        drop(&held);
    }
    cornu_exclusion_release(exclusion);
    return status;
}
