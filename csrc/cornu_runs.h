/* Training, evaluation and prediction, and traces of one batch: a part of cornu.h, which includes
 * it where its types are known. */
#ifndef CORNU_RUNS_H
#define CORNU_RUNS_H

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
    const cornu_array *y; /* NULL in PREDICT */
    /* One a row, or one for each step of the output: of the first of its axes but the last. NULL:
     * all 1. */
    const cornu_array *sample_weight;
    size_t batch_size;            /* at least 1; FIT, EVALUATE, PREDICT */
    size_t epochs, initial_epoch; /* FIT */
    bool shuffle;                 /* FIT: a new order each epoch, from shuffle_seed and the epoch */
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
/* What the rows are shuffled by: the options' seed, or that of the fit that it went on from. */
uint64_t cornu_run_shuffle_seed(const cornu_run *run);
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

#endif
