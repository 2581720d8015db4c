/* What training makes of weights and outputs beside the loss: a part of cornu.h, which includes it
 * where its types are known. */
#ifndef CORNU_RULES_H
#define CORNU_RULES_H

/* A penalty that is added to the loss. */
typedef enum cornu_regularizer_kind {
    CORNU_NO_REGULARIZER,
    CORNU_L1_L2,           /* l1 sum |x| + l2 sum x^2 */
    CORNU_ORTHOGONAL_ROWS, /* of a matrix: l1 times the mean of |cosine| over its pairs of rows */
    CORNU_ORTHOGONAL_COLUMNS,
    CORNU_OWN_REGULARIZER, /* the caller's: cornu_own */
    CORNU_REGULARIZER_COUNT
} cornu_regularizer_kind;

typedef struct cornu_regularizer {
    cornu_regularizer_kind kind;
    double l1, l2;
} cornu_regularizer;

/* What a weight is put back to after each step. Norms are of what lies along the axes. */
typedef enum cornu_constraint_kind {
    CORNU_NO_CONSTRAINT,
    CORNU_NOT_NEGATIVE,
    CORNU_NORM_BETWEEN, /* least and most; rate: how much of the way there */
    CORNU_UNIT_NORM,
    CORNU_OWN_CONSTRAINT, /* the caller's: cornu_own */
    CORNU_CONSTRAINT_COUNT
} cornu_constraint_kind;

typedef struct cornu_constraint {
    cornu_constraint_kind kind;
    double least, most, rate;
    /* Of those that have norms: axes side by side, at least one; the first may be counted from the
     * end, below 0. */
    int64_t first_axis;
    size_t axis_count;
} cornu_constraint;

/* In place of a weight's index: what is given out. */
#define CORNU_OUTPUT ((size_t)-1)

/* Before a layer is built; for the weight that will have this index (see cornu_layer_span), or the
 * output, whose penalty is divided by the rows of the batch. CORNU_ERROR_STATE: it is built.
 * CORNU_ERROR_VALUE: there is no such kind, number or index. What does not fit a weight's shape is
 * an error where the layer is given its place in a model. */
cornu_status cornu_layer_set_regularizer(cornu_layer *layer, size_t index,
                                         const cornu_regularizer *regularizer, cornu_error *error);
cornu_status cornu_layer_set_constraint(cornu_layer *layer, size_t index,
                                        const cornu_constraint *constraint, cornu_error *error);

/* A regularizer or a constraint of the caller's, wanted in the middle of a step. */
typedef struct cornu_own_call {
    bool constrains;      /* it is the constraint */
    size_t layer, weight; /* place in the chain; as above */
    cornu_dtype dtype;
    size_t rows;              /* of an output; else 1 */
    const cornu_shape *shape; /* of the weight, or of a row */
    const void *x;            /* lent for the call, not to be written */
    /* For as many numbers, lent likewise: the regularizer's derivative by x (NULL: not wanted), or
     * the weight as it is to be. */
    void *result;
    double value; /* to be set: the penalty */
} cornu_own_call;

/* Asked by the thread that advances the run, in the caller's floating-point environment, as a poll
 * is and with the same freedom; false ends the run with CORNU_INTERRUPTED. Before the update the
 * step is abandoned then; a constraint comes after it. call NULL: there is nobody to ask, and a
 * model with such a part is CORNU_ERROR_STATE. */
typedef struct cornu_own {
    bool (*call)(void *argument, cornu_own_call *what);
    void *argument;
} cornu_own;

#endif
