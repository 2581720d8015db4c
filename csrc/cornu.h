/* cornu: Keras's Sequential as a C library. The one public header; csrc/ext is its first user.
 *
 * Conventions. A function that can fail returns a cornu_status and, where it takes a cornu_error,
 * fills it with a sentence that says what was expected and what came (NULL is allowed; CORNU_BUSY
 * and CORNU_INTERRUPTED, which are no failures, leave it alone); on failure everything is as it was
 * before, and output arguments are untouched. Nothing prints, nothing
 * exits. Objects are counted by reference: `new` gives one reference, `retain` adds one, `release`
 * (NULL is allowed) drops one. Sizes are counts of elements unless the name ends in _nbytes;
 * strides are bytes, of either sign. "Row" is one sample along the first axis. */
#ifndef CORNU_H
#define CORNU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Axes of one row, the batch axis not counted. */
#define CORNU_MAX_RANK 8

typedef enum cornu_status {
    CORNU_OK = 0,
    CORNU_BUSY,           /* a lock was not had in time; try again */
    CORNU_INTERRUPTED,    /* the caller's poll, or a part of its own, asked to stop; only whole
                             steps were taken */
    CORNU_BAD_LOSS,       /* within the library: a step is left, since its loss is not finite */
    CORNU_ERROR_MEMORY,   /* no memory */
    CORNU_ERROR_OVERFLOW, /* a product of sizes is more than memory can hold */
    CORNU_ERROR_VALUE,    /* an argument, a shape or a dtype is not what is needed */
    CORNU_ERROR_STATE,    /* not built, not compiled, or in training */
    CORNU_ERROR_DATA,     /* a value is not finite, or a label is out of range */
    CORNU_ERROR_FORKED,   /* another thread was training this model when the process forked */
} cornu_status;

typedef struct cornu_error {
    cornu_status status;
    char message[500];
} cornu_error;

typedef enum cornu_dtype {
    CORNU_BOOL,
    CORNU_INT8,
    CORNU_UINT8,
    CORNU_INT16,
    CORNU_UINT16,
    CORNU_INT32,
    CORNU_UINT32,
    CORNU_INT64,
    CORNU_UINT64,
    CORNU_FLOAT16,
    CORNU_FLOAT32,
    CORNU_FLOAT64,
    CORNU_DTYPE_COUNT
} cornu_dtype;

/* "float32"; bytes of one element. */
const char *cornu_dtype_name(cornu_dtype dtype);
size_t cornu_dtype_nbytes(cornu_dtype dtype);

/* Asked by the thread that called, every 20 ms or so, whether to go on; false ends what it called
 * with CORNU_INTERRUPTED. It runs in the caller's floating-point environment. ask NULL: nobody is
 * asked. What it takes (a model's locks) it must give back before it returns. */
typedef struct cornu_poll {
    bool (*ask)(void *argument);
    void *argument;
} cornu_poll;

#define CORNU_NO_POLL ((cornu_poll){NULL, NULL})

/* The shape of one row: rank 0 is a scalar a row. */
typedef struct cornu_shape {
    size_t rank;
    size_t sizes[CORNU_MAX_RANK];
} cornu_shape;

/* ---- Activations ---- */

typedef enum cornu_activation_kind {
    CORNU_LINEAR,
    CORNU_RELU, /* negative_slope, max_value (infinity: none), threshold */
    CORNU_RELU6,
    CORNU_LEAKY_RELU, /* negative_slope */
    CORNU_ELU,        /* alpha */
    CORNU_SELU,
    CORNU_CELU,      /* alpha */
    CORNU_GELU,      /* exact: by erf */
    CORNU_GELU_TANH, /* approximate */
    CORNU_SILU,
    CORNU_SIGMOID,
    CORNU_HARD_SIGMOID,
    CORNU_HARD_SILU,
    CORNU_TANH,
    CORNU_HARD_TANH,
    CORNU_TANH_SHRINK,
    CORNU_SOFTPLUS,
    CORNU_SOFTSIGN,
    CORNU_SOFT_SHRINK, /* threshold */
    CORNU_HARD_SHRINK, /* threshold */
    CORNU_SQUAREPLUS,  /* b */
    CORNU_SPARSE_PLUS,
    CORNU_SPARSE_SIGMOID,
    CORNU_THRESHOLD, /* threshold, value */
    CORNU_LOG_SIGMOID,
    CORNU_EXPONENTIAL,
    CORNU_MISH,
    /* From here on along a whole row (the last axis). */
    CORNU_SOFTMAX,
    CORNU_LOG_SOFTMAX,
    CORNU_SPARSEMAX,
    CORNU_GLU, /* halves the last axis */
    CORNU_ACTIVATION_COUNT
} cornu_activation_kind;

typedef struct cornu_activation {
    cornu_activation_kind kind;
    double parameters[3]; /* in the order above; unused ones are 0 */
} cornu_activation;

/* Keras's name ("leaky_relu") to a kind and its default parameters. False when there is none of
 * that name. */
bool cornu_activation_find(const char *name, cornu_activation *activation);
const char *cornu_activation_name(cornu_activation_kind kind);

/* ---- Losses and metrics ---- */

#include "cornu_foreign.h"

/* In a file of their own. */
#include "cornu_losses.h"

/* ---- Single computations on plain memory ---- */

#include "cornu_computations.h"

/* ---- Spans: memory of weights and state ---- */

/* A piece of memory whose address never changes, kept alive by its references: a layer's, and each
 * view's. */
typedef struct cornu_span cornu_span;

/* One of zeros that belongs to no layer. CORNU_ERROR_OVERFLOW, CORNU_ERROR_MEMORY. */
cornu_status cornu_span_new(cornu_dtype dtype, const cornu_shape *shape, cornu_span **span,
                            cornu_error *error);
void cornu_span_retain(cornu_span *span);
void cornu_span_release(cornu_span *span);
void *cornu_span_data(const cornu_span *span);
cornu_dtype cornu_span_dtype(const cornu_span *span);
/* The shape of the whole (no batch axis). */
const cornu_shape *cornu_span_shape(const cornu_span *span);
size_t cornu_span_count(const cornu_span *span);

/* ---- Layers ---- */

typedef struct cornu_layer cornu_layer;

/* Bytes of a name with its end. */
#define CORNU_NAME_NBYTES 128

/* The constructors, one a kind of layer, stand in a file of their own. */
#include "cornu_layers.h"

void cornu_layer_retain(cornu_layer *layer);
void cornu_layer_release(cornu_layer *layer);

/* Copies the name and returns `name`. Another thread may set it at any time. */
const char *cornu_layer_name(const cornu_layer *layer, char name[CORNU_NAME_NBYTES]);
void cornu_layer_set_name(cornu_layer *layer, const char *name);
cornu_dtype cornu_layer_dtype(const cornu_layer *layer);
bool cornu_layer_is_built(const cornu_layer *layer);
/* The output's row shape for an input's; a CORNU_ERROR_VALUE names the layer and both shapes. Needs
 * no build; a built layer also checks that its weights fit. */
cornu_status cornu_layer_output_shape(const cornu_layer *layer, const cornu_shape *input,
                                      cornu_shape *output, cornu_error *error);
/* The same at a further place of a chain: a layer that is not built yet is taken as built for
 * `first`, the input of its first place (NULL: this is that). */
cornu_status cornu_layer_output_shape_again(const cornu_layer *layer, const cornu_shape *first,
                                            const cornu_shape *input, cornu_shape *output,
                                            cornu_error *error);
/* Makes the spans, filled with zero, in one block of their own. A built layer only checks. */
cornu_status cornu_layer_build(cornu_layer *layer, const cornu_shape *input, cornu_error *error);
/* Builds a layer with the weights, and for the input, of another one that differs from it in its
 * activation alone; both have them from here on. CORNU_ERROR_STATE: it is built, or the other is
 * not; CORNU_ERROR_VALUE: they differ in more. */
cornu_status cornu_layer_take_weights(cornu_layer *layer, const cornu_layer *from,
                                      cornu_error *error);
/* 0 before build. Dense: kernel (input, units), then bias (units). BatchNormalization: gamma, beta,
 * where it has them, moving mean and moving variance. The span is borrowed from the
 * layer. */
size_t cornu_layer_span_count(const cornu_layer *layer);
cornu_span *cornu_layer_span(const cornu_layer *layer, size_t index);
/* What else goes with a layer's weights: of one that draws random numbers how many passes have
 * drawn, and the seed, both uint64. NULL: it has no more. Borrowed likewise. */
cornu_span *cornu_layer_hidden_span(const cornu_layer *layer, size_t index);
bool cornu_layer_trainable(const cornu_layer *layer);
/* A model that is compiled sees it with its next call. */
void cornu_layer_set_trainable(cornu_layer *layer, bool trainable);
/* Whether a mask of the input is handed on as the output's: false until it is set. Takes effect in
 * the next run. The output must then keep all axes but the last. */
bool cornu_layer_supports_masking(const cornu_layer *layer);
void cornu_layer_set_supports_masking(cornu_layer *layer, bool supports_masking);

/* Regularizers and constraints stand in a file of their own. */
#include "cornu_rules.h"

/* ---- Optimizers ---- */

/* With schedules of their learning rates, in a file of their own. */
#include "cornu_optimizers.h"

/* ---- Models ---- */

typedef struct cornu_model cornu_model;

cornu_status cornu_model_new(const char *name, cornu_model **model, cornu_error *error);
void cornu_model_retain(cornu_model *model);
void cornu_model_release(cornu_model *model);

/* Replaces the chain of layers (retained; one may stand in it twice) and plans it for rows of shape
 * `input`: infers every shape, builds what is not built (all of it in one block), joins the locks.
 * Moves no weight; optimizer slots follow their spans. A layer that is not built yet must be in the
 * hands of one thread. CORNU_ERROR_VALUE: no layer, or shapes or float types that don't fit;
 * CORNU_ERROR_STATE: in training, or another thread is at it. */
cornu_status cornu_model_set_layers(cornu_model *model, size_t layer_count,
                                    cornu_layer *const *layers, const cornu_shape *input,
                                    cornu_error *error);
/* Plans the same chain for rows of another shape, which its weights must allow. In training too:
 * runs that there are go on by the plan that they began with. CORNU_ERROR_VALUE: a layer can't take
 * it; CORNU_ERROR_STATE: there is no chain; CORNU_ERROR_MEMORY. */
cornu_status cornu_model_set_input(cornu_model *model, const cornu_shape *input,
                                   cornu_error *error);
/* Output shape of layer `index`; the model's own is the last one's. CORNU_ERROR_STATE: there is no
 * such layer. */
cornu_status cornu_model_shape(cornu_model *model, size_t index, cornu_shape *shape);
cornu_dtype cornu_model_dtype(cornu_model *model);

/* Whether training changes any of its weights (of layers that are not frozen themselves); true at
 * first. Seen with the next call. */
bool cornu_model_trainable(const cornu_model *model);
void cornu_model_set_trainable(cornu_model *model, bool trainable);

/* Sets what training and evaluation use; NULL optimizer: evaluation only. Metric sums start at
 * zero. The last layer's softmax or sigmoid and a cross-entropy on probabilities are joined into
 * the stable form. CORNU_ERROR_STATE: in training. */
cornu_status cornu_model_compile(cornu_model *model, const cornu_loss *loss,
                                 cornu_optimizer *optimizer, size_t metric_count,
                                 const cornu_metric *metrics, cornu_error *error);

/* Names the weights that steps treat otherwise in runs made from now on, in place of those named
 * before. The model retains them. CORNU_ERROR_MEMORY. */
cornu_status cornu_model_exclude(cornu_model *model, const cornu_excluded *excluded,
                                 cornu_error *error);

/* Metric results so far: values[0] the loss, then each metric, or the sums of one that keeps them
 * (NaN-free: 0 before any row); as many as cornu_model_result_count says, 0 before compile. */
size_t cornu_model_result_count(cornu_model *model);
cornu_status cornu_model_results(cornu_model *model, double *values);
void cornu_model_reset_results(cornu_model *model);

/* Takes the model's locks for work from outside (reading or, exclusively, writing all weights at
 * once): its own, and those of models that it shares layers with. Waits at most timeout_ns for each
 * (UINT64_MAX: for ever): CORNU_BUSY. CORNU_ERROR_FORKED. CORNU_ERROR_STATE: exclusive, and this
 * thread has one of them already (it is called from the poll of a run). A run between two calls of
 * advance holds nothing. */
cornu_status cornu_model_lock(cornu_model *model, bool exclusive, uint64_t timeout_ns,
                              cornu_poll poll, cornu_error *error);
/* CORNU_ERROR_STATE: the calling thread does not hold it. */
cornu_status cornu_model_unlock(cornu_model *model, cornu_error *error);
/* Whether a fit is under way (between its start and its end, hooks included). */
bool cornu_model_in_training(cornu_model *model);

/* ---- Runs and traces ---- */

#include "cornu_runs.h"

/* ---- The process ---- */

/* "avx512", "avx2", "neon" or "portable". */
const char *cornu_isa(void);
size_t cornu_num_threads(void);
/* The value of CORNU_NUM_THREADS where it is there and no whole number from 1 on, so that it has no
 * effect; else NULL. It is the environment's. */
const char *cornu_ignored_num_threads(void);
/* 0: the environment's choice. */
void cornu_set_num_threads(size_t count);
/* For tests: see base/memory.h. */
void cornu_fail_allocation_after(int64_t count);

#endif
