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
/* 0 before build. Dense: kernel (input, units), then bias (units). BatchNormalization: gamma, beta,
 * where it has them, moving mean and moving variance. The span is borrowed from the
 * layer. */
size_t cornu_layer_span_count(const cornu_layer *layer);
cornu_span *cornu_layer_span(const cornu_layer *layer, size_t index);
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

/* ---- Runs: training, evaluation, prediction ---- */

/* An array of the caller's, rows first. Borrowed, never written, any stride, alignment and byte
 * order; must stay valid until the run is released. */
typedef struct cornu_array {
    const void *data; /* of element (0, ..., 0) */
    cornu_dtype dtype;
    bool swapped; /* of the other byte order */
    size_t rank;  /* batch axis included, at least 1 */
    size_t shape[CORNU_MAX_RANK + 1];
    ptrdiff_t strides[CORNU_MAX_RANK + 1];
} cornu_array;

/* Metric sums start at zero with each run, in a fit with each epoch. */
typedef enum cornu_run_mode {
    CORNU_RUN_FIT,      /* epochs of steps */
    CORNU_RUN_TRAIN,    /* one step on all rows */
    CORNU_RUN_GRADIENT, /* loss and gradient of all rows at once, no update, no metric */
    CORNU_RUN_EVALUATE,
    CORNU_RUN_TEST, /* one batch of all rows */
    CORNU_RUN_PREDICT,
} cornu_run_mode;

/* Why cornu_run_advance came back. The first group comes only if asked for in `listen`. */
typedef enum cornu_event {
    CORNU_EVENT_BATCH_BEGIN = 1 << 0,
    CORNU_EVENT_BATCH_END = 1 << 1, /* after each step; results are those so far */
    CORNU_EVENT_TICK = 1 << 2, /* after a step, at most once in tick_seconds; BATCH_END, where both
                                  are due, stands for it */
    CORNU_EVENT_EPOCH_BEGIN = 1 << 3,
    CORNU_EVENT_VALIDATION_BEGIN = 1 << 4,
    CORNU_EVENT_VALIDATION_BATCH_BEGIN = 1 << 5,
    CORNU_EVENT_VALIDATION_BATCH_END = 1 << 6,
    CORNU_EVENT_VALIDATION_END = 1 << 7,
    CORNU_EVENT_BAD_LOSS = 1 << 8, /* FIT, TRAIN: the loss of the step to be taken is NaN or
                                       infinite, the first one of the run. The next advance takes
                                       it all the same; a run that ends here has not. */
    /* Always: */
    CORNU_EVENT_EPOCH_END = 1 << 9, /* of FIT, validation done */
    CORNU_EVENT_DONE = 1 << 10,
} cornu_event;

typedef struct cornu_run cornu_run;

typedef struct cornu_run_options {
    cornu_run_mode mode;
    const cornu_array *x;
    const cornu_array *y;             /* NULL in PREDICT */
    const cornu_array *sample_weight; /* one a row; NULL: all 1 */
    size_t batch_size;                /* at least 1; FIT, EVALUATE, PREDICT */
    size_t epochs, initial_epoch;     /* FIT */
    bool shuffle; /* FIT: a new order each epoch, from shuffle_seed and the epoch */
    uint64_t shuffle_seed;
    bool shuffle_batches; /* with it: whole batches change places, but for a smaller last one */
    const cornu_array *validation_x, *validation_y, *validation_sample_weight; /* FIT; NULL: none */
    size_t validation_batch_size, validation_frequency; /* at least 1 where there is validation */
    void *output; /* PREDICT: rows x the output's row shape, in the model's dtype, without gaps,
                     aligned to it; no part of x or of the weights */
    cornu_dtype output_dtype; /* PREDICT: what the caller takes the model's dtype for;
                                 CORNU_ERROR_VALUE if it is another, or output not aligned to it */
    size_t output_nbytes; /* PREDICT: the room there; CORNU_ERROR_VALUE if it is not just what is
                             needed */
    bool training;        /* PREDICT: dropout is active */
    const bool *mask;     /* PREDICT: what of x counts, a number for each place of its axes but the
                             last, without gaps; NULL: all of it */
    size_t mask_nbytes;   /* the room there; CORNU_ERROR_VALUE if it is not just what is needed */
    const cornu_run *after; /* TRAIN, TEST: the metric sums go on from that run's, which is read by
                               cornu_run_new only; NULL: from zero. CORNU_ERROR_STATE if the model
                               has been compiled since */
    bool unattended; /* PREDICT: nobody stops it or asks how far it is, so there may be more rows
                        in a batch than batch_size says */
    bool takes_nonfinite; /* FIT, TRAIN: numbers to train with may be NaN or infinite (those of
                             validation may not); a step whose loss is not finite counts in the
                             results, and moves nothing */
    bool recorded; /* TRAIN: each z, each derivative and the weights before and after are kept, for
                    cornu_run_layer_record and cornu_run_weight_record */
    bool undone;   /* recorded: the step is taken back then, with all that it moved */
    unsigned listen; /* the events to stop at; see also cornu_optimizer_set_schedule */
    double tick_seconds;
    /* Asked within steps too; false abandons the step. From a poll the model, and those that share
     * its layers, can predict and evaluate, but not be changed: CORNU_ERROR_STATE. */
    cornu_poll poll;
    cornu_own own;
} cornu_run_options;

/* Checks the arrays against the model (shapes, dtypes, lengths), and allocates all that the run
 * will need. The arrays' descriptions are copied. A fit marks the model as in training until it is
 * done or released. */
cornu_status cornu_run_new(cornu_model *model, const cornu_run_options *options, cornu_run **run,
                           cornu_error *error);
/* Goes on to the next event. Takes the model's lock for the time of the call and, within, gives way
 * at a step's border when someone waits. CORNU_ERROR_DATA (in FIT looked for
 * until all data have been seen once): weights, slots, counters and results are put back to where
 * the first epoch found them. After an error the run is over. */
cornu_status cornu_run_advance(cornu_run *run, cornu_event *event, cornu_error *error);
/* FIT, between two calls: all that a fit needs, beside weights and the optimizer's state, to go on
 * from here to the same bits: epoch and row, the shuffle's seed, the metrics' sums, what layers
 * draw. For machines of this byte order; 0 bytes in other modes. */
size_t cornu_run_state_nbytes(const cornu_run *run);
void cornu_run_state(const cornu_run *run, void *bytes);
/* Before the first event: goes on from there. CORNU_ERROR_VALUE: the bytes are of another model,
 * other metrics or data; CORNU_ERROR_STATE, CORNU_ERROR_MEMORY. */
cornu_status cornu_run_resume(cornu_run *run, size_t nbytes, const void *bytes, cornu_error *error);
/* Between two calls: the epoch under way has no further step (but at least one), is validated and
 * ended as always, and is the last. */
void cornu_run_stop(cornu_run *run);
/* The state at the last event: epoch (from 0), steps and rows done in this epoch, steps and rows an
 * epoch has. */
typedef struct cornu_run_progress {
    size_t epoch, step, row, step_count, row_count;
    size_t validation_step, validation_step_count;
} cornu_run_progress;
void cornu_run_progress_get(const cornu_run *run, cornu_run_progress *progress);
/* Loss, then metrics, of the training part and of the validation part of the epoch; false where
 * there is none yet. */
size_t cornu_run_result_count(const cornu_run *run);
bool cornu_run_results(const cornu_run *run, double *values);
bool cornu_run_validation_results(const cornu_run *run, double *values);
/* Where the loss of a CORNU_EVENT_BAD_LOSS comes from: what of the batch is not finite first. */
typedef enum cornu_origin {
    CORNU_ORIGIN_NONE,
    CORNU_ORIGIN_INPUT,         /* x, which changed since it was checked, if it was */
    CORNU_ORIGIN_WEIGHT,        /* a layer's weight, and so its output */
    CORNU_ORIGIN_OUTPUT,        /* a layer's output, of finite inputs and weights */
    CORNU_ORIGIN_TARGET,        /* y, as x */
    CORNU_ORIGIN_SAMPLE_WEIGHT, /* likewise */
    CORNU_ORIGIN_LOSS, /* the loss, of finite predictions and targets: of a row, if known */
    CORNU_ORIGIN_SUM,  /* of the rows' losses, which are finite */
} cornu_origin;

typedef struct cornu_bad_loss {
    cornu_origin origin;
    double loss;
    size_t layer, weight; /* WEIGHT, OUTPUT: the layer's place in the chain; WEIGHT: which one */
    size_t row;           /* of x: the first bad one, or CORNU_NO_ROW */
} cornu_bad_loss;
#define CORNU_NO_ROW ((size_t)-1)

/* False where there was no such event. */
bool cornu_run_bad_loss(const cornu_run *run, cornu_bad_loss *bad);

/* GRADIENT: the gradient of trainable span `index` (in the order of the model's layers, each span
 * once), as long as the span. */
const void *cornu_run_gradient(const cornu_run *run, size_t index);
/* The span that it is the gradient of (borrowed); NULL past the last. */
cornu_span *cornu_run_gradient_span(const cornu_run *run, size_t index);

/* Recorded, when it is done: what one layer of the chain was given and gave in the step, each rows
 * x its elements; borrowed from the run. */
typedef struct cornu_layer_record {
    cornu_dtype dtype;
    size_t rows;
    cornu_shape input, output; /* of a row */
    cornu_shape z_shape;       /* likewise, of z and dz, where there is a z */
    const void *x, *y;
    const void *z;  /* what went into the layer's activation; NULL: it has none */
    const void *dy; /* the loss's derivative by y; NULL: not taken, since no weight needs it or the
                       loss took that by z at once */
    const void *dz; /* by z; NULL: not taken, or there is no z */
} cornu_layer_record;

/* False past the last layer, and for a run that was not recorded. */
bool cornu_run_layer_record(const cornu_run *run, size_t index, cornu_layer_record *record);
/* A weight of the chain in the step; each as long as its span, borrowed from the run. */
typedef struct cornu_weight_record {
    const void *before, *after;
    const void *gradient; /* with the regularizers' part, before the optimizer did anything with it;
                             NULL: the weight is not trained */
} cornu_weight_record;

/* False where the model has no such weight, and for a run that was not recorded. */
bool cornu_run_weight_record(const cornu_run *run, const cornu_span *span,
                             cornu_weight_record *record);
/* The losses of rows (as the loss counts them), before weights and reduction; *count 0: it has no
 * such. */
const double *cornu_run_recorded_losses(const cornu_run *run, size_t *count);
void cornu_run_release(cornu_run *run);

/* A prediction of a few rows (some microseconds' work) that lie as the model reads them: in its
 * dtype, without gaps, aligned. On the calling thread, without waiting and without polling.
 * CORNU_BUSY: there are more rows than that, the sizes are not the model's, or another thread has
 * it; then a run is needed. CORNU_ERROR_MEMORY, CORNU_ERROR_FORKED. */
cornu_status cornu_model_predict_few(cornu_model *model, size_t rows, size_t x_nbytes,
                                     const void *x, size_t output_nbytes, void *output);

/* ---- Traces: one batch, with what derivatives take ---- */

/* For code of the caller's that computes with a model's layers and takes derivatives itself: a
 * batch's way through the chain, without a loss. */
typedef struct cornu_trace cornu_trace;

typedef struct cornu_trace_options {
    bool training; /* random layers act */
    size_t rows;
    /* As the model reads rows, without gaps and aligned; copied. */
    const void *x;
    size_t x_nbytes;
    /* Of each place of x but for its last axis; NULL: all count. Copied. */
    const bool *mask;
    size_t mask_nbytes;
    /* rows x the output, written. */
    void *output;
    size_t output_nbytes;
    cornu_poll poll;
} cornu_trace_options;

/* Takes the batch through. What layers move themselves is moved, or all of it is put back.
 * CORNU_ERROR_VALUE: sizes are not the model's; CORNU_ERROR_STATE: no layers; CORNU_ERROR_MEMORY,
 * CORNU_ERROR_FORKED, CORNU_INTERRUPTED. */
cornu_status cornu_trace_new(cornu_model *model, const cornu_trace_options *options,
                             cornu_trace **trace, cornu_error *error);
/* The derivatives by x, from `dy`, those by the output; and by weights, as they are now. May be
 * called again. */
cornu_status cornu_trace_pull_back(cornu_trace *trace, const void *dy, size_t dy_nbytes, void *dx,
                                   size_t dx_nbytes, cornu_poll poll, cornu_error *error);
/* The weights of layer 0 that a user sees (borrowed); and after a pull back the gradient of one, as
 * long as the span. NULL: it is not trained, or frozen. */
size_t cornu_trace_span_count(const cornu_trace *trace);
cornu_span *cornu_trace_span(const cornu_trace *trace, size_t index);
const void *cornu_trace_gradient(const cornu_trace *trace, size_t index);
void cornu_trace_release(cornu_trace *trace);

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
