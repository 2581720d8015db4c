/* An objective: what compile sets. Loss, metrics, optimizer, and the sums of the results. Counted
 * by reference. */
#ifndef CORNU_NET_OBJECTIVE_H
#define CORNU_NET_OBJECTIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"
#include "kernels/kernels.h"
#include "net/optimizer.h"
#include "net/plan.h"

/* A running mean, in float64 whatever the model's type. */
typedef struct cornu_mean {
    double total, count;
} cornu_mean;

/* Columns of an output up to which metrics that keep sums can be weighted by row. */
#define CORNU_WEIGHTED_COLUMNS 1024

typedef struct cornu_objective {
    atomic_size_t references;
    cornu_loss loss;
    cornu_optimizer *optimizer; /* NULL: evaluation only */
    size_t result_count;        /* numbers: the loss, and for each metric one or its sums */
    size_t mean_count;          /* what they are made of: at least one each */
    cornu_mean *means;
    double *numbers; /* of the loss and all metrics, which point into them */
    size_t ignored_count;
    double
        *ignored;   /* labels that targets may have though they are no classes; among the numbers */
    bool has_state; /* a metric keeps its own */
    size_t metric_count;
    cornu_metric metrics[];
} cornu_objective;

cornu_status cornu_objective_new(const cornu_loss *loss, cornu_optimizer *optimizer,
                                 size_t metric_count, const cornu_metric *metrics,
                                 cornu_objective **objective, cornu_error *error);
void cornu_objective_retain(cornu_objective *objective);
void cornu_objective_release(cornu_objective *objective);

/* values[0] = the loss, 0 before any row; then each metric, from mean_count means. */
void cornu_objective_results(const cornu_objective *objective, const cornu_mean *means,
                             double *values);
void cornu_objective_reset(cornu_objective *objective);

/* Whether the plan's last layer ends in the softmax or sigmoid that the loss's cross-entropy
 * undoes: then loss and derivative are taken from the logits, which neither overflow nor lose
 * digits. */
bool cornu_objective_is_joined(const cornu_objective *objective, const cornu_plan *plan);

/* Whether targets are class ids: the loss takes such or, where it is the caller's own, a metric
 * does. */
bool cornu_objective_is_sparse(const cornu_objective *objective);
/* The class that a metric of a value a row ignores; NULL: none. */
static inline const double *cornu_metric_ignored(const cornu_metric *metric) {
    return metric->kind == CORNU_METRIC_LOSS ? cornu_loss_ignored(&metric->loss) : NULL;
}
/* Whether the loss or a metric ignores a class. */
bool cornu_objective_ignores(const cornu_objective *objective);
/* How many classes targets are ids of, for predictions of so many columns; CORNU_ANY_LABEL: they
 * are no ids, but labels. */
size_t cornu_objective_class_count(const cornu_objective *objective, size_t columns);
/* Whether targets may have any shape: nothing but the caller's own parts reads them. */
bool cornu_objective_takes_any_target(const cornu_objective *objective);
/* Whether a loss is one of sets, which may be taken of a sample or a batch as a whole. */
bool cornu_loss_is_overlap(const cornu_loss *loss);
/* CORNU_ERROR_VALUE unless it has as many values as predictions of so many columns need. */
cornu_status cornu_loss_check_values(const cornu_loss *loss, size_t columns, cornu_error *error);

/* CORNU_ERROR_VALUE unless a metric that keeps sums has room for those of so many columns. */
cornu_status cornu_metric_check_sums(const cornu_metric *metric, size_t columns,
                                     cornu_error *error);

/* CORNU_ERROR_VALUE when a metric needs another kind of target than the loss, or the output doesn't
 * fit. */
cornu_status cornu_objective_check(const cornu_objective *objective, const cornu_plan *plan,
                                   cornu_error *error);

#endif
