#include "net/plan.h"

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/shape.h"

/* The first link that holds the layer of links[index]. */
static size_t first_place(const cornu_link *links, size_t index) {
    size_t first = 0;
    while (links[first].layer != links[index].layer) first++;
    return first;
}

static cornu_status infer_link(const cornu_plan *plan, size_t index, cornu_layer *layer,
                               const cornu_shape *input, cornu_error *error) {
    cornu_link *link = &plan->links[index];
    link->layer = layer;
    link->input = *input;
    size_t place = first_place(plan->links, index);
    const cornu_link *first = place < index ? &plan->links[place] : NULL;
    /* Asked once for each layer: another thread may set it meanwhile. */
    link->layer_trainable = first ? first->layer_trainable : cornu_layer_trainable(layer);
    link->trainable = link->layer_trainable && plan->trainable;
    link->hands_mask_on = first ? first->hands_mask_on : cornu_layer_supports_masking(layer);
    cornu_status status = cornu_layer_output_shape_again(layer, first ? &first->input : NULL, input,
                                                         &link->output, error);
    if (status != CORNU_OK) return status;
    if (!cornu_shape_count(&link->input, &link->input_count) ||
        !cornu_shape_count(&link->output, &link->output_count)) {
        char text[CORNU_SHAPE_TEXT], name[CORNU_NAME_NBYTES];
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "The output of layer \"%s\", %s, is more than memory can hold.",
                               cornu_layer_name(layer, name),
                               cornu_shape_text(&link->output, true, text));
    }
    return CORNU_OK;
}

static cornu_status infer_links(cornu_plan *plan, cornu_layer *const *layers, cornu_error *error) {
    plan->dtype = layers[0]->dtype;
    for (size_t i = 0; i < plan->count; i++) {
        if (layers[i]->dtype != plan->dtype) {
            char first[CORNU_NAME_NBYTES], other[CORNU_NAME_NBYTES];
            return cornu_error_set(
                error, CORNU_ERROR_VALUE,
                "All layers of a model must have one float type. Layer \"%s\" "
                "has %s, layer \"%s\" has %s.",
                cornu_layer_name(layers[0], first), cornu_dtype_name(plan->dtype),
                cornu_layer_name(layers[i], other), cornu_dtype_name(layers[i]->dtype));
        }
        const cornu_shape *input = i == 0 ? &plan->input : &plan->links[i - 1].output;
        cornu_status status = infer_link(plan, i, layers[i], input, error);
        if (status != CORNU_OK) return status;
    }
    return CORNU_OK;
}

static cornu_status check_mask(const cornu_link *link, cornu_error *error) {
    const cornu_shape *input = &link->input, *output = &link->output;
    bool keeps = input->rank == output->rank;
    for (size_t axis = 0; keeps && axis + 1 < input->rank; axis++)
        keeps = input->sizes[axis] == output->sizes[axis];
    if (keeps) return CORNU_OK;
    return cornu_layer_shape_error(link->layer, input,
                                   "hands a mask on (`supports_masking`), so its output must keep "
                                   "all axes but the last",
                                   error);
}

/* From whether the input has a mask to whether what the last layer gives out has one. */
static cornu_status follow_mask(const cornu_plan *plan, bool *masked, cornu_error *error) {
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        const bool makes = link->layer->type->makes_mask;
        *masked = makes || (*masked && link->hands_mask_on);
        if (!*masked || makes) continue;
        const cornu_status status = check_mask(link, error);
        if (status != CORNU_OK) return status;
    }
    return CORNU_OK;
}

static cornu_status infer_masks(cornu_plan *plan, cornu_error *error) {
    for (size_t i = 0; i < plan->count; i++)
        plan->makes_masks |= plan->links[i].layer->type->makes_mask;
    return follow_mask(plan, &plan->masks_output, error);
}

cornu_status cornu_plan_check_input_mask(const cornu_plan *plan, cornu_error *error) {
    bool masked = true;
    return follow_mask(plan, &masked, error);
}

/* What a plan allocates besides itself; taken over by the plan when all of it is there. */
typedef struct new_spans {
    size_t span_count;
    cornu_span_request *
        requests; /* of layers not built yet: trained ones first, so that updates sweep one range */
    cornu_span **spans;
    size_t *link_of, *slot_of; /* whose each is */
} new_spans;

static void new_spans_free(new_spans *made) {
    cornu_memory_free(made->requests);
    cornu_memory_free(made->spans);
    cornu_memory_free(made->link_of);
    cornu_memory_free(made->slot_of);
}

static cornu_status no_memory(cornu_error *error) {
    return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for the plan of a model.");
}

/* Adds the requests of unbuilt layers that are (or are not) trained. */
static void collect_requests(const cornu_plan *plan, bool trained, new_spans *made) {
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        cornu_span_request requests[CORNU_LAYER_MAX_SPANS];
        if (link->layer->built || !link->layer->type->spans || first_place(plan->links, i) < i)
            continue;
        size_t count = link->layer->type->spans(link->layer, &link->input, requests);
        for (size_t slot = 0; slot < count; slot++) {
            if (requests[slot].trained != trained) continue;
            made->requests[made->span_count] = requests[slot];
            made->link_of[made->span_count] = i;
            made->slot_of[made->span_count] = slot;
            made->span_count++;
        }
    }
}

static cornu_status make_spans(const cornu_plan *plan, new_spans *made, cornu_error *error) {
    size_t most = plan->count * CORNU_LAYER_MAX_SPANS;
    made->requests = cornu_memory_allocate(most * sizeof *made->requests);
    made->spans = cornu_memory_allocate(most * sizeof(cornu_span *));
    made->link_of = cornu_memory_allocate(most * sizeof(size_t));
    made->slot_of = cornu_memory_allocate(most * sizeof(size_t));
    if (!made->requests || !made->spans || !made->link_of || !made->slot_of)
        return no_memory(error);
    collect_requests(plan, true, made);
    collect_requests(plan, false, made);
    return cornu_spans_new(made->span_count, made->requests, made->spans, error);
}

/* From here on nothing fails: layers get their spans. A layer without any is built too. */
static void build_layers(cornu_plan *plan, const new_spans *made) {
    for (size_t i = 0; i < plan->count; i++) {
        cornu_layer *layer = plan->links[i].layer;
        if (layer->built) continue;
        cornu_span *spans[CORNU_LAYER_MAX_SPANS];
        size_t count = 0;
        for (size_t p = 0; p < made->span_count; p++) {
            if (made->link_of[p] != i) continue;
            spans[made->slot_of[p]] = made->spans[p];
            count++;
        }
        cornu_layer_adopt_spans(layer, &plan->links[i].input, count, spans);
    }
}

static void fill_table(cornu_plan *plan) {
    cornu_table *table = plan->table;
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_layer *layer = plan->links[i].layer;
        plan->calls_out |= layer->type->calls_out;
        for (size_t slot = 0; slot < layer->span_count; slot++) {
            cornu_span *span = layer->spans[slot];
            if (cornu_span_is_trained(span) && cornu_table_find(table, span) == table->count)
                cornu_table_add(table, span);
        }
    }
}

/* Backward goes from the last link to the first, so the last one that holds a span writes its
 * gradient, the others add. */
static void fill_entries(cornu_plan *plan) {
    plan->first_trained = plan->count;
    plan->descends = !plan->calls_out;
    for (size_t i = plan->count; i-- > 0;) {
        cornu_link *link = &plan->links[i];
        for (size_t slot = 0; slot < link->layer->span_count; slot++) {
            link->entries[slot] = cornu_table_find(plan->table, link->layer->spans[slot]);
            if (link->entries[slot] == plan->table->count) continue;
            if (link->trainable) plan->first_trained = i;
            struct cornu_table_entry *entry = &plan->table->entries[link->entries[slot]];
            link->accumulate[slot] = entry->is_written;
            entry->is_written |= link->trainable;
            plan->descends &= link->layer->type->descends && !link->accumulate[slot];
        }
    }
}

static bool is_frozen(const cornu_plan *plan, size_t entry) {
    for (size_t i = 0; i < plan->count; i++) {
        for (size_t slot = 0; slot < plan->links[i].layer->span_count; slot++) {
            if (plan->links[i].entries[slot] == entry) return !plan->links[i].trainable;
        }
    }
    return true;
}

static void fill_frozen(cornu_plan *plan) {
    for (size_t i = 0; i < plan->table->count; i++) plan->frozen[i] = is_frozen(plan, i);
}

/* As if every layer with a matrix of weights were dense; an element of any other costs some
 * operations. */
static void fill_work(cornu_plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        const cornu_layer *layer = link->layer;
        const bool is_dense = layer->span_count > 0 && cornu_span_shape(layer->spans[0])->rank > 1;
        const double inputs = is_dense ? (double)link->input_count : 1.0;
        plan->row_work += (inputs + 10.0) * (double)link->output_count;
    }
}

static void fill_ranges(cornu_plan *plan) {
    const cornu_table *table = plan->table;
    size_t element = cornu_dtype_nbytes(plan->dtype);
    for (size_t i = 0; i < table->count; i++) {
        if (plan->frozen[i]) continue;
        void *weights = cornu_span_data(table->entries[i].span);
        size_t offset = table->entries[i].offset, count = cornu_span_count(table->entries[i].span);
        bool follows = i > 0 && !plan->frozen[i - 1];
        cornu_range *last = follows ? &plan->ranges[plan->range_count - 1] : NULL;
        if (last && (char *)last->weights + (offset - last->offset) * element == (char *)weights) {
            last->count = offset - last->offset + count;
            continue;
        }
        plan->ranges[plan->range_count++] = (cornu_range){weights, offset, count};
    }
}

static void fill_state(cornu_plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        if (first_place(plan->links, i) < i) continue;
        const cornu_layer *layer = plan->links[i].layer;
        for (size_t slot = 0; slot < layer->span_count; slot++) {
            const bool moves = slot == 0 && layer->type->moves_kernel;
            if (cornu_span_is_trained(layer->spans[slot]) && !moves) continue;
            plan->state[plan->state_count++] = layer->spans[slot];
            plan->state_nbytes += cornu_span_nbytes(layer->spans[slot]);
        }
    }
}

static void add_lock(cornu_plan *plan, cornu_lock *lock) {
    for (size_t i = 0; i < plan->lock_count; i++) {
        if (plan->locks[i] == lock) return;
    }
    plan->locks[plan->lock_count++] = lock;
    cornu_lock_retain(lock);
}

/* A layer keeps the lock of the model it came to first; models that share it take that one too. */
static void fill_locks(cornu_plan *plan, cornu_lock *lock) {
    add_lock(plan, lock);
    for (size_t i = 0; i < plan->count; i++) {
        cornu_lock *none = NULL;
        cornu_lock_retain(lock);
        if (!atomic_compare_exchange_strong(&plan->links[i].layer->lock, &none, lock))
            cornu_lock_release(lock);
        add_lock(plan, atomic_load(&plan->links[i].layer->lock));
    }
}

static cornu_status allocate_plan(size_t count, cornu_plan **result) {
    cornu_plan *plan = cornu_memory_allocate_zeroed(sizeof *plan);
    if (!plan) return CORNU_ERROR_MEMORY;
    atomic_init(&plan->references, 1);
    size_t most = count * CORNU_LAYER_MAX_SPANS;
    plan->links = cornu_memory_allocate_zeroed(count * sizeof *plan->links);
    plan->ranges = cornu_memory_allocate_zeroed(most * sizeof *plan->ranges);
    plan->rules = cornu_memory_allocate_zeroed(most * sizeof *plan->rules);
    plan->state = cornu_memory_allocate_zeroed(most * sizeof *plan->state);
    plan->locks = cornu_memory_allocate_zeroed((count + 2) * sizeof *plan->locks);
    plan->table = cornu_table_new(most);
    plan->frozen = cornu_memory_allocate_zeroed(most * sizeof *plan->frozen);
    if (!plan->links || !plan->frozen || !plan->ranges || !plan->rules || !plan->state ||
        !plan->locks || !plan->table) {
        cornu_plan_release(plan);
        return CORNU_ERROR_MEMORY;
    }
    *result = plan;
    return CORNU_OK;
}

cornu_status cornu_plan_new(size_t layer_count, cornu_layer *const *layers,
                            const cornu_shape *input, bool trainable, cornu_lock *lock,
                            cornu_plan **result, cornu_error *error) {
    cornu_plan *plan;
    if (layer_count == 0)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "A model must have at least one layer.");
    if (layer_count > CORNU_SIZE_MAX / sizeof(cornu_link) / CORNU_LAYER_MAX_SPANS ||
        allocate_plan(layer_count, &plan) != CORNU_OK) {
        return no_memory(error);
    }
    plan->input = *input;
    plan->trainable = trainable;
    plan->count = layer_count;
    new_spans made = {0};
    cornu_status status = infer_links(plan, layers, error);
    if (status == CORNU_OK) status = infer_masks(plan, error);
    if (status == CORNU_OK) status = make_spans(plan, &made, error);
    if (status != CORNU_OK) {
        new_spans_free(&made);
        plan->count = 0; /* its links hold no references yet */
        cornu_plan_release(plan);
        return status;
    }
    for (size_t i = 0; i < plan->count; i++) cornu_layer_retain(plan->links[i].layer);
    build_layers(plan, &made);
    new_spans_free(&made);
    fill_table(plan);
    fill_entries(plan);
    cornu_plan_fill_rules(plan);
    fill_work(plan);
    fill_frozen(plan);
    fill_ranges(plan);
    fill_state(plan);
    fill_locks(plan, lock);
    *result = plan;
    return CORNU_OK;
}

cornu_status cornu_plan_of_spans(size_t span_count, cornu_span *const *spans, cornu_plan **result,
                                 cornu_error *error) {
    cornu_plan *plan;
    /* There are no more spans than this many layers could have. */
    if (span_count > CORNU_SIZE_MAX / sizeof(cornu_link) / CORNU_LAYER_MAX_SPANS ||
        allocate_plan(span_count, &plan) != CORNU_OK) {
        return no_memory(error);
    }
    plan->dtype = cornu_span_dtype(spans[0]);
    for (size_t i = 0; i < span_count; i++) {
        if (cornu_table_find(plan->table, spans[i]) == plan->table->count)
            cornu_table_add(plan->table, spans[i]);
    }
    for (size_t i = 0; i < plan->table->count; i++) {
        const struct cornu_table_entry *entry = &plan->table->entries[i];
        plan->ranges[plan->range_count++] = (cornu_range){
            cornu_span_data(entry->span), entry->offset, cornu_span_count(entry->span)};
    }
    *result = plan;
    return CORNU_OK;
}

void cornu_plan_retain(cornu_plan *plan) {
    atomic_fetch_add_explicit(&plan->references, 1, memory_order_relaxed);
}

void cornu_plan_release(cornu_plan *plan) {
    if (!plan || atomic_fetch_sub_explicit(&plan->references, 1, memory_order_acq_rel) != 1) return;
    for (size_t i = 0; i < plan->count; i++) cornu_layer_release(plan->links[i].layer);
    for (size_t i = 0; i < plan->lock_count; i++) cornu_lock_release(plan->locks[i]);
    cornu_table_free(plan->table);
    cornu_memory_free(plan->links);
    cornu_memory_free(plan->ranges);
    cornu_memory_free(plan->frozen);
    cornu_memory_free(plan->rules);
    cornu_memory_free(plan->state);
    cornu_memory_free(plan->locks);
    cornu_memory_free(plan);
}

const cornu_shape *cornu_plan_output(const cornu_plan *plan) {
    return &plan->links[plan->count - 1].output;
}

const char *cornu_plan_output_name(const cornu_plan *plan, char name[CORNU_NAME_NBYTES]) {
    return cornu_layer_name(plan->links[plan->count - 1].layer, name);
}

bool cornu_plan_is_stale(const cornu_plan *plan, bool trainable) {
    for (size_t i = 0; i < plan->count; i++) {
        const cornu_link *link = &plan->links[i];
        if (link->layer_trainable != cornu_layer_trainable(link->layer)) return true;
        if (plan->makes_masks && link->hands_mask_on != cornu_layer_supports_masking(link->layer))
            return true;
    }
    return plan->trainable != trainable;
}
