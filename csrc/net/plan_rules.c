/* What a plan says of regularizers and constraints, and of batches of one size. */
#include "base/size.h"
#include "base/status.h"
#include "net/penalty.h"
#include "net/plan.h"

static void add_rule(cornu_plan *plan, size_t index, size_t slot) {
    const cornu_link *link = &plan->links[index];
    const cornu_layer *layer = link->layer;
    const size_t entry = link->entries[slot];
    const cornu_rule rule = {.entry = entry,
                             .layer = index,
                             .weight = slot,
                             .regularizer = &layer->regularizers[slot],
                             .constraint = &layer->constraints[slot]};
    const bool regularizes = rule.regularizer->kind != CORNU_NO_REGULARIZER;
    const bool constrains = rule.constraint->kind != CORNU_NO_CONSTRAINT;
    if (entry == plan->table->count || (!regularizes && !constrains)) return;
    for (size_t i = 0; i < plan->rule_count; i++) {
        if (plan->rules[i].entry == entry) return;
    }
    plan->rules[plan->rule_count++] = rule;
    plan->regularizes_weights |= regularizes;
    plan->constrains |= constrains;
    plan->has_own |= rule.regularizer->kind == CORNU_OWN_REGULARIZER ||
                     rule.constraint->kind == CORNU_OWN_CONSTRAINT;
    /* Its part must be in a gradient before that is spent. */
    plan->descends &= !regularizes;
}

void cornu_plan_fill_rules(cornu_plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        const cornu_regularizer *output = &link->layer->output_regularizer;
        plan->regularizes_outputs |= output->kind != CORNU_NO_REGULARIZER;
        plan->has_own |= output->kind == CORNU_OWN_REGULARIZER;
        for (size_t slot = 0; slot < CORNU_LAYER_MAX_SPANS && link->trainable; slot++)
            add_rule(plan, i, slot);
    }
}

bool cornu_plan_rules_room(const cornu_plan *plan, size_t rows, size_t *count) {
    size_t some;
    *count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        if (!cornu_penalty_room(&link->layer->output_regularizer, &link->output, rows, true, &some))
            return false;
        if (some > *count) *count = some;
    }
    for (size_t i = 0; i < plan->rule_count; i++) {
        const cornu_span *span = plan->table->entries[plan->rules[i].entry].span;
        if (!cornu_penalty_room(plan->rules[i].regularizer, cornu_span_shape(span), 1, false,
                                &some))
            return false;
        const bool is_own = plan->rules[i].constraint->kind == CORNU_OWN_CONSTRAINT;
        if (is_own && cornu_span_count(span) > some) some = cornu_span_count(span);
        if (some > *count) *count = some;
    }
    return true;
}

cornu_status cornu_plan_check_batch_rows(const cornu_plan *plan, size_t rows, size_t batch_rows,
                                         cornu_error *error) {
    for (size_t i = 0; i < plan->count && rows > 0; i++) {
        const cornu_layer *layer = plan->links[i].layer;
        const size_t needed = layer->type->batch_rows ? layer->type->batch_rows(layer) : 0;
        if (needed == 0 || (batch_rows == needed && rows % needed == 0)) continue;
        char name[CORNU_NAME_NBYTES];
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "Layer \"%s\" (%s) has a `noise_shape` for batches of %zu rows. "
                               "Received: %zu rows in batches of %zu",
                               cornu_layer_name(layer, name), layer->type->name, needed, rows,
                               batch_rows);
    }
    return CORNU_OK;
}
