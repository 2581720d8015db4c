/* A plan: everything that follows from a chain of layers and an input shape, made once and never
 * changed.
 *
 * Runs hold a reference to the plan they began with, so a model can be given another meanwhile. */
#ifndef CORNU_NET_PLAN_H
#define CORNU_NET_PLAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/lock.h"
#include "cornu.h"
#include "net/layer.h"

/* Every span that is trained, once each, with its place in a flat vector. Spans that lie side by
 * side in memory lie so in the vector too. */
typedef struct cornu_table {
    uint64_t id; /* no two tables of the process have the same */
    size_t count;
    size_t flat_count; /* elements, gaps of alignment included */
    struct cornu_table_entry {
        cornu_span *span;
        size_t offset;   /* in the flat vector, elements */
        bool is_written; /* while a plan is made: a later link holds the span too */
    } entries[];
} cornu_table;

/* An empty one with room for `capacity` entries; NULL: no memory. */
cornu_table *cornu_table_new(size_t capacity);
void cornu_table_free(cornu_table *table);
/* Adds a span (retained) behind the others, padded as memory is. Can't overflow: the weights are in
 * memory. */
void cornu_table_add(cornu_table *table, cornu_span *span);
/* The entry of a span, or table->count. */
size_t cornu_table_find(const cornu_table *table, const cornu_span *span);

/* A layer's place in the chain. */
typedef struct cornu_link {
    cornu_layer *layer;
    cornu_shape input, output;
    size_t input_count, output_count;
    bool layer_trainable, trainable;        /* as the layer was when planned; and the model too */
    bool hands_mask_on;                     /* as the layer was when planned */
    size_t entries[CORNU_LAYER_MAX_SPANS];  /* of its spans in the table; its count: not trained */
    bool accumulate[CORNU_LAYER_MAX_SPANS]; /* a later link holds the same span and leaves its
                                               gradient first */
} cornu_link;

/* A stretch of memory that one update sweeps. */
typedef struct cornu_range {
    void *weights;
    size_t offset, count; /* in the flat vector */
} cornu_range;

/* A weight that is trained, and has a regularizer or a constraint: its layer's, perhaps of the kind
 * that says that there is none. */
typedef struct cornu_rule {
    size_t entry;         /* in the table */
    size_t layer, weight; /* the first link that has it; its slot there */
    const cornu_regularizer *regularizer;
    const cornu_constraint *constraint;
} cornu_rule;

typedef struct cornu_plan {
    atomic_size_t references;
    cornu_dtype dtype;
    bool trainable; /* as the model was */
    cornu_shape input;
    size_t count;
    cornu_link *links;
    cornu_table *table;
    double row_work;      /* multiply-adds of a forward pass, for each row; roughly */
    size_t first_trained; /* the first link with a gradient to make; count: none */
    bool calls_out;       /* some layer is the caller's own */
    bool makes_masks;     /* some layer does */
    bool masks_output;    /* what the last layer gives out has a mask */
    bool descends;        /* weights may be moved as soon as their gradient is there: each is in one
                             link only, whose layer knows how */
    bool *frozen;         /* by entry of the table: its layer was frozen when this was planned */
    size_t range_count;
    cornu_range *ranges; /* not frozen */
    size_t rule_count;
    cornu_rule *rules;
    bool regularizes_weights, regularizes_outputs, constrains;
    bool has_own;       /* some of that is the caller's own */
    size_t state_count; /* spans that layers move themselves, once each */
    cornu_span **state;
    size_t state_nbytes;
    size_t lock_count;
    cornu_lock **locks; /* of the model and of layers shared with others, once each */
} cornu_plan;

/* At least one layer. Infers shapes and builds layers that are not built yet (in one block). All or
 * nothing. `lock` is the model's. */
cornu_status cornu_plan_new(size_t layer_count, cornu_layer *const *layers,
                            const cornu_shape *input, bool trainable, cornu_lock *lock,
                            cornu_plan **plan, cornu_error *error);
/* One of weights alone, none frozen, of one type; it has neither links nor locks. At least one
 * span. CORNU_ERROR_MEMORY. */
cornu_status cornu_plan_of_spans(size_t span_count, cornu_span *const *spans, cornu_plan **plan,
                                 cornu_error *error);
void cornu_plan_retain(cornu_plan *plan);
void cornu_plan_release(cornu_plan *plan);
const cornu_shape *cornu_plan_output(const cornu_plan *plan);
/* The last layer's name, copied; returns `name`. */
const char *cornu_plan_output_name(const cornu_plan *plan, char name[CORNU_NAME_NBYTES]);
/* For cornu_plan_new. */
void cornu_plan_fill_rules(cornu_plan *plan);
/* Elements that regularizers and constraints need room for with batches of up to so many rows;
 * false: more than memory can hold. */
bool cornu_plan_rules_room(const cornu_plan *plan, size_t rows, size_t *count);
/* Whether the layers can hand on a mask of the input: CORNU_ERROR_VALUE where one that does changes
 * the axes that it is along. */
cornu_status cornu_plan_check_input_mask(const cornu_plan *plan, cornu_error *error);
/* Whether all layers can train on `rows` rows in batches of so many: CORNU_ERROR_VALUE where one is
 * made for batches of another size. */
cornu_status cornu_plan_check_batch_rows(const cornu_plan *plan, size_t rows, size_t batch_rows,
                                         cornu_error *error);
/* Whether a layer, or the model, was frozen or thawed since. */
bool cornu_plan_is_stale(const cornu_plan *plan, bool trainable);

#endif
