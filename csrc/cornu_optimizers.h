/* Optimizers and schedules: a part of cornu.h, which includes it where its types are known. */
#ifndef CORNU_OPTIMIZERS_H
#define CORNU_OPTIMIZERS_H

typedef enum cornu_optimizer_kind {
    CORNU_SGD,      /* momentum, nesterov */
    CORNU_ADAM,     /* beta_1, beta_2, epsilon, amsgrad */
    CORNU_RMSPROP,  /* rho, momentum, epsilon, centered */
    CORNU_ADAGRAD,  /* initial_accumulator_value, epsilon */
    CORNU_ADADELTA, /* rho, epsilon */
    CORNU_ADAMAX,   /* beta_1, beta_2, epsilon */
    CORNU_NADAM,    /* beta_1, beta_2, epsilon */
    CORNU_FTRL,     /* initial_accumulator_value, learning_rate_power, l1, l2, l2_shrinkage, beta */
    CORNU_LION,     /* beta_1, beta_2 */
    CORNU_LAMB,     /* beta_1, beta_2, epsilon */
    CORNU_ADAFACTOR,          /* beta_2_decay, epsilon_1, epsilon_2, clip_threshold */
    CORNU_MUON,               /* all with muon_ and adam_, momentum, nesterov; and of the Adam that
                                 some weights are left to, beta_1, beta_2, epsilon */
    CORNU_SCHEDULE_FREE_ADAM, /* beta_1, beta_2, epsilon, warmup_steps */
    CORNU_FOREIGN_OPTIMIZER,  /* the caller's own: foreign */
    CORNU_MULTI_OPTIMIZER,    /* others': see cornu_optimizer_divide */
    CORNU_OPTIMIZER_COUNT
} cornu_optimizer_kind;

/* How an optimizer of the caller's own moves weights: after all that stands between a gradient and
 * its step, and the decay; averages follow. {0}: none. An optimizer retains the
 * object, and calls as cornu_foreign.h says. */
typedef struct cornu_foreign_step {
    void (*retain)(void *object);
    void (*release)(void *object);
    /* Moves weights, whose memory it may write to, by gradients of their types and sizes. What it
     * returns other than CORNU_OK leaves weights moved in part. */
    cornu_status (*step)(void *object, double learning_rate, size_t span_count,
                         cornu_span *const *spans, const void *const *gradients);
    void *object;
} cornu_foreign_step;

typedef struct cornu_optimizer_options {
    cornu_optimizer_kind kind;
    cornu_foreign_step foreign;
    double momentum;
    bool nesterov;
    double beta_1, beta_2, epsilon;
    bool amsgrad;
    double rho;
    bool centered;
    double initial_accumulator_value;
    double learning_rate_power, l1, l2, l2_shrinkage, beta;
    double beta_2_decay, epsilon_1, epsilon_2, clip_threshold;
    double muon_a, muon_b, muon_c;
    uint64_t muon_steps;
    double muon_rms_rate; /* below 0: steps are not scaled by the matrix's size */
    double adam_lr_ratio, adam_weight_decay;
    double warmup_steps; /* whose rate rises from 0 */
    double decay;        /* step t, counted from 0, has learning_rate / (1 + decay t) */
    double
        weight_decay; /* each step takes weight_decay * learning_rate of a weight before; 0: none */
    /* What a gradient is clipped to before its step; one of them, 0: none. The norm of each
     * weight's gradient; each number's size; the norm of all. */
    double clipnorm, clipvalue, global_clipnorm;
    /* The average of the weights, kept beside them: momentum average + (1 - momentum) weights after
     * each step. Each so many steps (0: never) the weights are set to it. */
    bool use_ema;
    double ema_momentum;
    uint64_t ema_overwrite_frequency;
    /* Only each so many steps there is an update, with their gradients' mean; 0: each. */
    uint64_t gradient_accumulation_steps;
    /* What the loss is multiplied by for its gradient, which is divided by it after; 0: nothing. */
    double loss_scale_factor;
} cornu_optimizer_options;

/* Learning rates by the step, counted from 0: Keras's schedules in double. `numbers` are its
 * arguments in their order, without the name; what is yes or no is 0 or 1. */
typedef enum cornu_schedule_kind {
    CORNU_EXPONENTIAL_DECAY,
    CORNU_INVERSE_TIME_DECAY,
    CORNU_POLYNOMIAL_DECAY,
    CORNU_COSINE_DECAY, /* and whether there is a warmup */
    CORNU_COSINE_DECAY_RESTARTS,
    CORNU_PIECEWISE_CONSTANT_DECAY,
    CORNU_SCHEDULE_COUNT
} cornu_schedule_kind;
/* CORNU_ERROR_VALUE: no such kind, or another count of numbers. `step` is at least 0, and may lie
 * between two steps, as the points of a plot do. */
cornu_status cornu_schedule_rate(cornu_schedule_kind kind, size_t count, const double *numbers,
                                 double step, double *rate);

typedef struct cornu_optimizer cornu_optimizer;

/* Weights that a step treats otherwise than the rest. */
typedef struct cornu_excluded {
    size_t undecayed_count;
    cornu_span *const *undecayed; /* weight_decay leaves them alone */
    size_t adam_count;
    cornu_span *const *adam; /* Muon leaves them to Adam, as it does all that are no matrices */
} cornu_excluded;

cornu_status cornu_optimizer_new(const cornu_optimizer_options *options, double learning_rate,
                                 cornu_optimizer **optimizer, cornu_error *error);
void cornu_optimizer_retain(cornu_optimizer *optimizer);
void cornu_optimizer_release(cornu_optimizer *optimizer);
/* Lets other optimizers take the steps of one of the kind that has parts, before its first: weight
 * i is moved by `parts[owners[i]]`, with all that its options ask for, which counts its steps; but
 * the loss is scaled by `optimizer` alone. Weights that belong to none stay. All are retained; no
 * part may be training meanwhile. CORNU_ERROR_STATE: that was done, or it is of another kind;
 * CORNU_ERROR_VALUE, CORNU_ERROR_MEMORY. */
cornu_status cornu_optimizer_divide(cornu_optimizer *optimizer, size_t part_count,
                                    cornu_optimizer *const *parts, size_t span_count,
                                    cornu_span *const *spans, const size_t *owners,
                                    cornu_error *error);
/* Read anew at each step; may be set at any time by any thread. */
double cornu_optimizer_learning_rate(const cornu_optimizer *optimizer);
cornu_status cornu_optimizer_set_learning_rate(cornu_optimizer *optimizer, double learning_rate,
                                               cornu_error *error);
/* Steps taken, accumulating ones too, at most CORNU_MAX_ITERATIONS: else CORNU_ERROR_VALUE. */
#define CORNU_MAX_ITERATIONS (UINT64_MAX / 2)
uint64_t cornu_optimizer_iterations(const cornu_optimizer *optimizer);
cornu_status cornu_optimizer_set_iterations(cornu_optimizer *optimizer, uint64_t iterations,
                                            cornu_error *error);
/* From the next step on the schedule (copied) gives the learning rate. count 0: the caller does,
 * who sets it before each step: a run of FIT stops at BATCH_BEGIN, listened to or not. As
 * cornu_schedule_rate, and CORNU_ERROR_MEMORY. */
cornu_status cornu_optimizer_set_schedule(cornu_optimizer *optimizer, cornu_schedule_kind kind,
                                          size_t count, const double *numbers, cornu_error *error);

/* What an optimizer keeps for each weight, from outside, under its lock: vectors as long as the
 * weight, first those of its own step, then the average of the weights and the sum of gradients,
 * where the options ask for such. They may raise CORNU_ERROR_FORKED and CORNU_INTERRUPTED, and from
 * the poll of a run, where they write, CORNU_ERROR_STATE. */
size_t cornu_optimizer_state_count(const cornu_optimizer *optimizer);
/* Makes room for weights (of one float type) before their first step. CORNU_ERROR_VALUE,
 * CORNU_ERROR_STATE: it has trained other weights; CORNU_ERROR_MEMORY. */
cornu_status cornu_optimizer_build(cornu_optimizer *optimizer, size_t span_count,
                                   cornu_span *const *spans, cornu_poll poll, cornu_error *error);
/* Copies vector `index` of a weight to `values`; what it begins with (a weight
 * itself is its average's beginning), where there is none yet. */
cornu_status cornu_optimizer_read(const cornu_optimizer *optimizer, const cornu_span *span,
                                  size_t index, void *values, cornu_poll poll, cornu_error *error);
/* And from there. CORNU_ERROR_STATE: there is no room for it yet. */
cornu_status cornu_optimizer_write(cornu_optimizer *optimizer, const cornu_span *span, size_t index,
                                   const void *values, cornu_poll poll, cornu_error *error);
/* Nadam's product of its shares, 1 at first; `set` (NULL: it stays) is written first. */
cornu_status cornu_optimizer_product(cornu_optimizer *optimizer, const double *set, double *product,
                                     cornu_poll poll, cornu_error *error);
/* One step of weights (each once) by gradients of the caller's, as a model's step would take it.
 * Builds first. The weights' own locks are not taken. */
cornu_status cornu_optimizer_apply(cornu_optimizer *optimizer, size_t span_count,
                                   cornu_span *const *spans, const void *const *gradients,
                                   const cornu_excluded *excluded, cornu_poll poll,
                                   cornu_error *error);

#endif
