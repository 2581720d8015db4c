/* A workspace: all the memory that passes over batches need, in one allocation, for up to
 * `capacity` rows. */
#ifndef CORNU_NET_WORKSPACE_H
#define CORNU_NET_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"
#include "net/objective.h"
#include "net/plan.h"
#include "net/task.h"

/* What the workspace serves. */
typedef struct cornu_workspace_use {
    bool training;          /* random layers act */
    bool backward;          /* a gradient is made; every layer's output is kept */
    bool traced;            /* the derivatives by the batch are made too */
    bool targets;           /* a loss is taken */
    bool joined;            /* from the last layer's z */
    bool sparse;            /* targets are class ids */
    bool ignores;           /* the loss or a metric leaves out a class of them */
    bool pairs;             /* the loss compares rows with each other */
    bool input_masked;      /* batches come with a mask */
    bool recorded;          /* with backward: every z and every derivative is kept */
    size_t target_count;    /* elements of a target that is unlike the output; 0: none is */
    size_t weights_per_row; /* with targets: sample weights for one row of the batch */
} cornu_workspace_use;

/* A link's own part. Addresses that are NULL are set for each batch (aliases of the batch or of the
 * caller's output). */
typedef struct cornu_slice {
    bool alias;
    bool masked; /* the output has a mask */
    size_t z_count, kept_count;
    void *y, *z, *kept;
    void *dy,
        *dz;    /* recorded: as backward came and, where the layer has a z, as it left; else NULL */
    bool *mask; /* of the output; NULL: none */
    uint64_t draw;
} cornu_slice;

typedef struct cornu_workspace {
    cornu_workspace_use use;
    size_t capacity;
    size_t nbytes;
    void *input;         /* capacity x the input's elements: the gathered batch */
    bool *input_mask;    /* where batches come with one; else NULL */
    void *target;        /* reals, or int32 ids */
    double *labels;      /* sparse: what was gathered, before it becomes ids */
    double *row_weights; /* weights_per_row for each row of the batch */
    double *row_values;  /* one a row of the loss: losses, then each metric's values */
    double *row_scales;
    bool *counted;      /* which rows of the loss have a part, where a class is left out */
    double *row_losses; /* recorded: one a row of the loss */
    size_t row_loss_count;
    void *pairs;    /* rows x rows reals, and two rows more */
    void *delta[2]; /* dy and dx in turn */
    void *dz;
    void *gradient;     /* flat, parallel to the plan's table */
    void *rules_room;   /* for regularizers and constraints */
    void *state_backup; /* state as it was before the step under way */
    /* Recorded: the gradient as it was before the update did anything with it; the weights, flat as
     * well, before and after; and the state after. */
    void *recorded_gradient, *recorded_before, *recorded_after, *recorded_state;
    unsigned char *scratch;
    size_t scratch_stride, thread_limit;
    size_t pool_threads; /* how many there were to be when it was made */
    cornu_slice *slices; /* one a link */
    /* All links but aliases, where all of them are layers of a few numbers; else none. */
    size_t few_count;
    cornu_few_layer *few;
    void *memory;
} cornu_workspace;

/* CORNU_ERROR_MEMORY, CORNU_ERROR_OVERFLOW. */
cornu_status cornu_workspace_new(const cornu_plan *plan, const cornu_workspace_use *use,
                                 size_t capacity, cornu_workspace **workspace, cornu_error *error);
void cornu_workspace_free(cornu_workspace *workspace);
bool cornu_workspace_fits(const cornu_workspace *workspace, const cornu_workspace_use *use,
                          size_t capacity);

/* Rows that the loss sees for one row of the batch: the product of the output's axes but the last.
 */
size_t cornu_loss_rows_per_row(const cornu_plan *plan);

#endif
