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
    CORNU_OPTIMIZER_COUNT
} cornu_optimizer_kind;

typedef struct cornu_optimizer_options {
    cornu_optimizer_kind kind;
    double momentum;
    bool nesterov;
    double beta_1, beta_2, epsilon;
    bool amsgrad;
    double rho;
    bool centered;
    double initial_accumulator_value;
    double learning_rate_power, l1, l2, l2_shrinkage, beta;
    double decay; /* step t, counted from 0, has learning_rate / (1 + decay t) */
    double
        weight_decay; /* each step takes weight_decay * learning_rate of a weight before; 0: none */
    /* What a gradient is clipped to before its step; one of them, 0: none. The norm of each
     * weight's gradient; each number's size; the norm of all. */
    double clipnorm, clipvalue, global_clipnorm;
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
/* CORNU_ERROR_VALUE: no such kind, or another count of numbers. */
cornu_status cornu_schedule_rate(cornu_schedule_kind kind, size_t count, const double *numbers,
                                 uint64_t step, double *rate);

typedef struct cornu_optimizer cornu_optimizer;

cornu_status cornu_optimizer_new(const cornu_optimizer_options *options, double learning_rate,
                                 cornu_optimizer **optimizer, cornu_error *error);
void cornu_optimizer_retain(cornu_optimizer *optimizer);
void cornu_optimizer_release(cornu_optimizer *optimizer);
/* Read anew at each step; may be set at any time by any thread. */
double cornu_optimizer_learning_rate(const cornu_optimizer *optimizer);
cornu_status cornu_optimizer_set_learning_rate(cornu_optimizer *optimizer, double learning_rate,
                                               cornu_error *error);
/* Steps taken, at most CORNU_MAX_ITERATIONS: else CORNU_ERROR_VALUE. */
#define CORNU_MAX_ITERATIONS (UINT64_MAX / 2)
uint64_t cornu_optimizer_iterations(const cornu_optimizer *optimizer);
cornu_status cornu_optimizer_set_iterations(cornu_optimizer *optimizer, uint64_t iterations,
                                            cornu_error *error);
/* From the next step on the schedule (copied) gives the learning rate. count 0: the caller does,
 * who sets it before each step: a run of FIT stops at BATCH_BEGIN, listened to or not. As
 * cornu_schedule_rate, and CORNU_ERROR_MEMORY. */
cornu_status cornu_optimizer_set_schedule(cornu_optimizer *optimizer, cornu_schedule_kind kind,
                                          size_t count, const double *numbers, cornu_error *error);
/* Names the weights that `weight_decay` leaves alone from the next step on, in place of those named
 * before. The optimizer retains them. CORNU_ERROR_MEMORY. */
cornu_status cornu_optimizer_exclude(cornu_optimizer *optimizer, size_t span_count,
                                     cornu_span *const *spans, cornu_error *error);

#endif
