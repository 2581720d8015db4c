/* What a layer is: a struct that begins with cornu_layer, and a table. Nothing outside its own file
 * knows more.
 *
 * Letters: x, y are a layer's input and output, dy, dx the loss's derivatives by them, z what goes
 * into an activation. */
#ifndef CORNU_NET_LAYER_H
#define CORNU_NET_LAYER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/guard.h"
#include "base/lock.h"
#include "cornu.h"
#include "net/span.h"
#include "net/task.h"

/* Spans a layer may own. */
#define CORNU_LAYER_MAX_SPANS CORNU_MAX_SPANS

/* What a layer needs of the workspace for rows of one shape. */
typedef struct cornu_layer_needs {
    bool alias;        /* y is x's memory, dx is dy's: the layer only renames the shape */
    size_t z_count;    /* elements a row for z, kept until backward; 0: none */
    size_t kept_count; /* elements for the batch as a whole, likewise */
} cornu_layer_needs;

/* When the workspace is planned for. */
typedef struct cornu_layer_use {
    bool training; /* random layers act */
    bool backward; /* a backward pass follows */
    bool joined;   /* the loss takes z of this, the last layer */
    bool masked;   /* the input has a mask */
    bool recorded; /* a layer with an activation keeps z */
} cornu_layer_use;

/* One layer's part of one pass over a batch. */
typedef struct cornu_pass {
    cornu_task *task;
    size_t rows;
    const cornu_shape *input, *output; /* of one row */
    size_t input_count, output_count;  /* their elements */
    const void *x;
    void *y;
    void *z;                 /* NULL: not asked for */
    void *kept;              /* likewise */
    const bool *mask;        /* of each place of x, but for the last axis; NULL: all count */
    bool *output_mask;       /* of y; where the layer makes it, forward writes it. NULL: none */
    bool training, backward; /* as in cornu_layer_use */
    bool trainable;          /* the layer is not frozen */
    double *penalty;         /* forward: what the layer adds to the batch's loss is added to it */
    double loss_scale;       /* backward: what the derivatives of that are multiplied by */
    bool stops_at_z; /* forward leaves y to the loss, which takes the activation in with its own */
    uint64_t
        draw; /* which mask of its own a random layer draws; forward sets it, backward reads it */
    /* Backward. */
    void *dy; /* may be overwritten */
    void *dz; /* room for z_count elements a row, where z_count is not output_count or dy and dz are
                 to be told apart; else NULL */
    void *dx; /* room for the result; a layer may set it to dy instead. NULL: not wanted */
    bool dy_is_dz; /* the loss was joined with the activation */
    /* By span: where its gradient goes, NULL where it is frozen; and whether it is added to what
     * another occurrence left. */
    void *const *gradients;
    const bool *accumulate;
    /* By span: the step to be taken when the gradient is there and dx, which needs the weights as
     * they were, is made. NULL: none is, all gradients are kept. */
    const cornu_descent *descents;
} cornu_pass;

typedef struct cornu_layer_type {
    const char *name;
    cornu_status (*output_shape)(const cornu_layer *layer, const cornu_shape *input,
                                 cornu_shape *output, cornu_error *error);
    /* Fills what build will make; returns how many. NULL: none. */
    size_t (*spans)(const cornu_layer *layer, const cornu_shape *input,
                    cornu_span_request *requests);
    void (*needs)(const cornu_layer *layer, const cornu_shape *input, const cornu_layer_use *use,
                  cornu_layer_needs *needs);
    /* Both return CORNU_OK or what the task's work was stopped by. NULL where the layer is always
     * an alias. */
    cornu_status (*forward)(const cornu_layer *layer, cornu_pass *pass);
    cornu_status (*backward)(const cornu_layer *layer, cornu_pass *pass);
    /* Whether backward takes the steps of pass->descents. */
    bool descends;
    /* Told when it has its spans; NULL: it needs not know. */
    void (*adopted)(cornu_layer *layer);
    /* Whether forward moves the first span in training, beside those that are not trained. */
    bool moves_kernel;
    /* Whether forward makes a mask, of as many places as the output has but for its last axis. */
    bool makes_mask;
    /* Whether it calls code of the caller's, which may stop a pass at any place. */
    bool calls_out;
    /* Before the layer is freed; NULL: nothing to do. */
    void (*release)(cornu_layer *layer);
    /* Describes the layer, but for what belongs to a batch and for gradients, where it is a
     * product, a bias and an activation that keeps the shape; false: not with these options. NULL:
     * it never is. */
    bool (*few)(const cornu_layer *layer, const cornu_shape *input, cornu_few_layer *few);
    /* The activation that the output has gone through, when that is all that stands between z and
     * y. NULL: there is none. */
    const cornu_activation *(*activation)(const cornu_layer *layer);
    /* The rows that each batch of a training must have; 0: any. NULL: any. */
    size_t (*batch_rows)(const cornu_layer *layer);
} cornu_layer_type;

struct cornu_layer {
    const cornu_layer_type *type;
    cornu_guard guard; /* of the name */
    atomic_size_t references;
    char name[CORNU_NAME_NBYTES];
    cornu_dtype dtype;
    atomic_bool trainable, supports_masking;
    bool built;
    cornu_shape input; /* of the first build: what the spans were made for */
    size_t span_count;
    cornu_span *spans[CORNU_LAYER_MAX_SPANS];
    /* By span, and of the output; set before it is built. */
    cornu_regularizer regularizers[CORNU_LAYER_MAX_SPANS], output_regularizer;
    cornu_constraint constraints[CORNU_LAYER_MAX_SPANS];
    _Atomic(cornu_lock *) lock; /* of the model that it came to first */
};

/* Allocates `nbytes` (a struct that begins with cornu_layer), zeroed, and fills the base. */
cornu_status cornu_layer_new(const cornu_layer_type *type, size_t nbytes, const char *name,
                             cornu_dtype dtype, cornu_layer **layer, cornu_error *error);
/* CORNU_ERROR_VALUE: there is no such activation. */
cornu_status cornu_layer_check_activation(const cornu_activation *activation, cornu_error *error);
/* Gives a layer the spans that were made for it; takes over the references. */
void cornu_layer_adopt_spans(cornu_layer *layer, const cornu_shape *input, size_t count,
                             cornu_span *const *spans);
/* The axes of a weight that a constraint's norms are along; none where it has no norms. False:
 * there are no such axes. */
bool cornu_constraint_axes(const cornu_constraint *constraint, const cornu_shape *shape,
                           size_t *first, size_t *end);
/* Whether the layer's regularizers and constraints fit weights of these shapes and this output. */
cornu_status cornu_layer_check_rules(const cornu_layer *layer, size_t count,
                                     const cornu_shape *weights, const cornu_shape *output,
                                     cornu_error *error);
/* Sets CORNU_ERROR_VALUE: layer "name" (Type) <what>, input shape (None, ...). */
cornu_status cornu_layer_shape_error(const cornu_layer *layer, const cornu_shape *input,
                                     const char *what, cornu_error *error);

#endif
