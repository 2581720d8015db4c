/* Parts that the caller computes itself: a part of cornu.h, which includes it where its types are
 * known.
 *
 * Their functions are called by the thread that called the library, in its own floating-point
 * environment, with the model's locks held: they may read the model (predict, evaluate), not change
 * it. They return CORNU_OK, or CORNU_INTERRUPTED, which ends the run before its update; why, the
 * caller knows. Memory that they are shown is theirs to read for the time of the call. */
#ifndef CORNU_FOREIGN_H
#define CORNU_FOREIGN_H

/* A batch as a loss or a metric sees it. */
typedef struct cornu_foreign_batch {
    size_t rows;
    cornu_dtype dtype, target_dtype; /* int32: class ids; else both are alike */
    cornu_shape target_row, prediction_row;
    const void *target, *prediction; /* without gaps */
    cornu_shape weight_row;
    const double *weights; /* of such rows; NULL: all 1 */
    const bool *mask;      /* of each place of the prediction's axes but the last: whether
                              it counts; NULL: all do */
    bool is_first;         /* a metric's since its sums were set to zero */
} cornu_foreign_batch;

typedef struct cornu_foreign_functions {
    /* Without a lock of the library's that others wait for; from any thread. */
    void (*retain)(void *object);
    void (*release)(void *object);
    /* The loss of the batch and, where `gradient` is not NULL, its derivatives by the prediction,
     * of its shape and dtype. NULL in a metric. */
    cornu_status (*loss)(void *object, const cornu_foreign_batch *batch, double *loss,
                         void *gradient);
    /* Takes the batch in; the result so far. NULL in a loss. */
    cornu_status (*metric)(void *object, const cornu_foreign_batch *batch, double *result);
} cornu_foreign_functions;

/* A loss or a metric of the caller's. {0}: none. A model retains the object. */
typedef struct cornu_foreign {
    const cornu_foreign_functions *functions;
    void *object;
} cornu_foreign;

/* A layer's part of a pass over a batch. */
typedef struct cornu_foreign_pass {
    const struct cornu_layer *layer;
    size_t rows;
    cornu_dtype dtype;
    const cornu_shape *input, *output;
    const void *x;
    const bool *mask; /* of each place of x, but for the last axis; NULL: none */
    void *y;          /* forward: to be written */
    /* Forward, where the layer makes masks: of each place of y, but for the last axis, likewise. */
    bool *output_mask;
    bool training;
    double *penalty;   /* forward: what the layer adds to the batch's loss is added to it */
    const void *place; /* the same in a forward pass and in the backward pass that follows it, and
                          another at each place in a chain; NULL: none follows */
    /* Backward: what is not NULL is to be written, a gradient for each span; with `accumulate` it
     * is added to. */
    const void *dy;
    double loss_scale; /* the derivatives of what was added to the loss are multiplied by it */
    void *dx;
    void *const *gradients;
    const bool *accumulate;
} cornu_foreign_pass;

typedef struct cornu_foreign_layer {
    void (*retain)(void *object);
    void (*release)(void *object);
    /* Must give the same shape again for as long as the layer is in a model. */
    cornu_status (*output_shape)(void *object, const cornu_shape *input, cornu_shape *output);
    cornu_status (*forward)(void *object, const cornu_foreign_pass *pass);
    cornu_status (*backward)(void *object, const cornu_foreign_pass *pass);
    /* Whether what it gives out has a mask of its own making. */
    bool makes_mask;
} cornu_foreign_layer;

#endif
