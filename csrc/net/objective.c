#include "net/objective.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "kernels/kernels.h"
#include "net/shape.h"

bool cornu_loss_is_sparse(const cornu_loss *loss) {
    return loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY || loss->kind == CORNU_CIRCLE ||
           loss->kind == CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY;
}

bool cornu_loss_is_overlap(const cornu_loss *loss) {
    return loss->kind == CORNU_DICE || loss->kind == CORNU_TVERSKY;
}

bool cornu_metric_is_sparse(const cornu_metric *metric) {
    if (metric->kind == CORNU_METRIC_LOSS) return cornu_loss_is_sparse(&metric->loss);
    return metric->kind == CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY ||
           metric->kind == CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY ||
           metric->kind == CORNU_METRIC_SPARSE_CATEGORICAL_CONFUSION;
}

static cornu_status check_ignored(const cornu_loss *loss, cornu_error *error) {
    const double *ignored = cornu_loss_ignored(loss);
    int32_t id;
    if (!ignored || cornu_labels_to_ids(1, ignored, CORNU_ANY_LABEL, &id) == 1) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "The class that a loss ignores must be a whole number from -2147483648 "
                           "to 2147483647. Received: %g",
                           *ignored);
}

static cornu_status check_loss(const cornu_loss *loss, cornu_error *error) {
    if ((unsigned)loss->kind >= CORNU_LOSS_COUNT ||
        (unsigned)loss->reduction >= CORNU_REDUCTION_COUNT)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such loss or reduction.");
    if (!(loss->label_smoothing >= 0.0 && loss->label_smoothing <= 1.0)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`label_smoothing` must be a number from 0 to 1. Received: %g",
                               loss->label_smoothing);
    }
    if ((loss->kind == CORNU_FOREIGN_LOSS) != (loss->foreign.functions != NULL)) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A loss of the caller's own must come with its functions.");
    }
    if ((unsigned)loss->extent >= CORNU_EXTENT_COUNT ||
        (loss->extent != CORNU_OVER_ROW && !cornu_loss_is_overlap(loss))) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "Only an overlap may be taken of more than rows.");
    }
    return check_ignored(loss, error);
}

static bool is_foreign(const cornu_metric *metric) {
    return metric->kind == CORNU_METRIC_FOREIGN;
}

cornu_status cornu_loss_check_values(const cornu_loss *loss, size_t columns, cornu_error *error) {
    size_t least = 0, most = 0;
    switch ((int)loss->kind) {
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
        case CORNU_SPARSE_CATEGORICAL_CROSSENTROPY:
            most = 1;
            break;
        case CORNU_CATEGORICAL_FOCAL_CROSSENTROPY:
            least = loss->value_count == 1 ? 1 : columns;
            most = least;
            break;
        case CORNU_QUANTILE_LOSS:
            least = most = columns;
            break;
        case CORNU_TVERSKY:
            least = most = 1;
            break;
        case CORNU_CIRCLE:
            least = most = 2;
            break;
        default:
            break;
    }
    if (loss->value_count >= least && loss->value_count <= most) return check_ignored(loss, error);
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "The loss must have %zu numbers for predictions of %zu columns. "
                           "Received: %zu",
                           most, columns, loss->value_count);
}

cornu_status cornu_metric_check_sums(const cornu_metric *metric, size_t columns,
                                     cornu_error *error) {
    const cornu_counts *counts = &metric->counts;
    const bool one_class = counts->class_id != CORNU_EVERY_CLASS;
    const bool apart = counts->columns == columns;
    bool fits = cornu_metric_keeps_sums(metric) && cornu_metric_pair_count(metric) > 0;
    if (metric->kind == CORNU_METRIC_COUNTS) {
        fits =
            fits && (apart || counts->columns == 1) && (!one_class || counts->class_id < columns);
        fits = fits && (counts->by_maximum || counts->threshold_count > 0);
    } else {
        fits = fits && (apart || (cornu_metric_is_confusion(metric) && counts->columns > 0));
    }
    if (fits) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "A metric must keep sums for the columns of the output. Received: sums "
                           "for %zu columns, class id %zd, of %zu columns",
                           counts->columns, one_class ? (ptrdiff_t)counts->class_id : -1, columns);
}

/* Numbers of a metric that it points to: thresholds, or what its loss has. */
static size_t number_count(const cornu_metric *metric) {
    if (metric->kind == CORNU_METRIC_LOSS) return metric->loss.value_count;
    return metric->kind == CORNU_METRIC_COUNTS ? metric->counts.threshold_count : 0;
}

/* How many pairs of sums there will be, the loss's mean among them, and numbers. */
static bool count_sums(const cornu_loss *loss, size_t metric_count, const cornu_metric *metrics,
                       size_t *mean_count, size_t *numbers) {
    size_t nbytes;
    /* And what each may ignore. */
    if (!cornu_size_add(loss->value_count, metric_count, numbers)) return false;
    for (size_t i = 0; i < metric_count; i++) {
        const size_t pairs = cornu_metric_pair_count(&metrics[i]);
        if (pairs == 0 || !cornu_size_add(*mean_count, pairs, mean_count)) return false;
        if (!cornu_size_add(*numbers, number_count(&metrics[i]), numbers)) return false;
    }
    /* A run keeps each twice, and their results. */
    return cornu_size_multiply(*mean_count, 4 * sizeof(cornu_mean), &nbytes) &&
           cornu_size_multiply(*numbers + 1, sizeof(double), &nbytes);
}

static void retain_foreign(const cornu_foreign *foreign) {
    if (foreign->functions) foreign->functions->retain(foreign->object);
}

static void release_foreign(const cornu_foreign *foreign) {
    if (foreign->functions) foreign->functions->release(foreign->object);
}

/* Copies them to *room, which moves on. */
static const double *keep_numbers(const double *numbers, size_t count, double **room) {
    double *kept = *room;
    if (count > 0) memcpy(kept, numbers, count * sizeof *kept);
    *room += count;
    return kept;
}

/* What the loss ignores is no class for anybody; of the caller's own loss it is not known, and what
 * any metric ignores will do. */
static void note_ignored(cornu_objective *made, double *room) {
    const bool own = made->loss.kind == CORNU_FOREIGN_LOSS;
    made->ignored = room;
    if (cornu_loss_ignored(&made->loss)) room[made->ignored_count++] = *made->loss.values;
    for (size_t i = 0; i < made->metric_count && own; i++) {
        const double *ignored = cornu_metric_ignored(&made->metrics[i]);
        if (ignored) room[made->ignored_count++] = *ignored;
    }
}

static void set_loss_and_metrics(cornu_objective *made, const cornu_loss *loss,
                                 const cornu_metric *metrics) {
    double *room = made->numbers;
    made->loss = *loss;
    retain_foreign(&loss->foreign);
    made->loss.values = keep_numbers(loss->values, loss->value_count, &room);
    made->result_count = 1;
    for (size_t i = 0; i < made->metric_count; i++) {
        cornu_metric *metric = &made->metrics[i];
        *metric = metrics[i];
        made->has_state |= is_foreign(metric);
        retain_foreign(&metric->foreign);
        made->result_count +=
            cornu_metric_keeps_sums(metric) ? 2 * cornu_metric_pair_count(metric) : 1;
        const size_t count = number_count(metric);
        if (metric->kind == CORNU_METRIC_LOSS) {
            metric->loss.values = keep_numbers(metric->loss.values, count, &room);
        } else if (metric->kind == CORNU_METRIC_COUNTS) {
            metric->counts.thresholds = keep_numbers(metric->counts.thresholds, count, &room);
        }
    }
    note_ignored(made, room);
}

cornu_status cornu_objective_new(const cornu_loss *loss, cornu_optimizer *optimizer,
                                 size_t metric_count, const cornu_metric *metrics,
                                 cornu_objective **objective, cornu_error *error) {
    cornu_status status = check_loss(loss, error);
    for (size_t i = 0; i < metric_count && status == CORNU_OK; i++) {
        if ((unsigned)metrics[i].kind >= CORNU_METRIC_COUNT ||
            is_foreign(&metrics[i]) != (metrics[i].foreign.functions != NULL))
            return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such metric.");
        if (metrics[i].kind == CORNU_METRIC_LOSS) status = check_loss(&metrics[i].loss, error);
        if (metrics[i].kind == CORNU_METRIC_LOSS &&
            (metrics[i].loss.extent != CORNU_OVER_ROW || metrics[i].loss.kind == CORNU_CIRCLE)) {
            return cornu_error_set(error, CORNU_ERROR_VALUE,
                                   "Metric %zu must have a value for each row.", i);
        }
    }
    if (status != CORNU_OK) return status;
    size_t nbytes, mean_count = 1, numbers = 0;
    if (!count_sums(loss, metric_count, metrics, &mean_count, &numbers)) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the loss and metrics of a model.");
    }
    cornu_objective *made = NULL;
    if (cornu_size_multiply(metric_count, sizeof *metrics, &nbytes) &&
        cornu_size_add(nbytes, sizeof *made, &nbytes)) {
        made = cornu_memory_allocate_zeroed(nbytes);
    }
    cornu_mean *means = made ? cornu_memory_allocate_zeroed(mean_count * sizeof *means) : NULL;
    double *kept = means ? cornu_memory_allocate_zeroed((numbers + 1) * sizeof *kept) : NULL;
    if (!kept) {
        cornu_memory_free(means);
        cornu_memory_free(made);
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the loss and metrics of a model.");
    }
    atomic_init(&made->references, 1);
    made->means = means;
    made->mean_count = mean_count;
    made->metric_count = metric_count;
    made->numbers = kept;
    made->optimizer = optimizer;
    if (optimizer) cornu_optimizer_retain(optimizer);
    set_loss_and_metrics(made, loss, metrics);
    *objective = made;
    return CORNU_OK;
}

void cornu_objective_retain(cornu_objective *objective) {
    atomic_fetch_add_explicit(&objective->references, 1, memory_order_relaxed);
}

void cornu_objective_release(cornu_objective *objective) {
    if (!objective ||
        atomic_fetch_sub_explicit(&objective->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < objective->metric_count; i++)
        release_foreign(&objective->metrics[i].foreign);
    release_foreign(&objective->loss.foreign);
    cornu_optimizer_release(objective->optimizer);
    cornu_memory_free(objective->means);
    cornu_memory_free(objective->numbers);
    cornu_memory_free(objective);
}

void cornu_objective_reset(cornu_objective *objective) {
    for (size_t i = 0; i < objective->mean_count; i++) objective->means[i] = (cornu_mean){0.0, 0.0};
}

static double mean_of(const cornu_mean *mean) {
    return mean->count != 0.0 ? mean->total / mean->count : 0.0;
}

void cornu_objective_results(const cornu_objective *objective, const cornu_mean *means,
                             double *values) {
    *values++ = mean_of(means++);
    for (size_t i = 0; i < objective->metric_count; i++) {
        const cornu_metric *metric = &objective->metrics[i];
        if (!cornu_metric_keeps_sums(metric)) {
            const double mean = mean_of(means++);
            *values++ = metric->kind == CORNU_METRIC_ROOT_MEAN_SQUARED_ERROR ? sqrt(mean) : mean;
            continue;
        }
        for (size_t left = cornu_metric_pair_count(metric); left > 0; left--, means++) {
            *values++ = means->total;
            *values++ = means->count;
        }
    }
}

bool cornu_objective_is_joined(const cornu_objective *objective, const cornu_plan *plan) {
    if (objective->loss.from_logits) return false;
    const cornu_layer *last = plan->links[plan->count - 1].layer;
    /* The penalty's derivative is by the output. */
    if (last->output_regularizer.kind != CORNU_NO_REGULARIZER) return false;
    const cornu_activation *activation =
        last->type->activation ? last->type->activation(last) : NULL;
    if (!activation) return false;
    switch (objective->loss.kind) {
        case CORNU_BINARY_CROSSENTROPY:
            return activation->kind == CORNU_SIGMOID;
        case CORNU_CATEGORICAL_CROSSENTROPY:
        case CORNU_SPARSE_CATEGORICAL_CROSSENTROPY:
            return activation->kind == CORNU_SOFTMAX;
        default:
            return false;
    }
}

static bool has_sparse_metric(const cornu_objective *objective) {
    for (size_t i = 0; i < objective->metric_count; i++) {
        if (cornu_metric_is_sparse(&objective->metrics[i])) return true;
    }
    return false;
}

bool cornu_objective_is_sparse(const cornu_objective *objective) {
    if (objective->loss.kind != CORNU_FOREIGN_LOSS) return cornu_loss_is_sparse(&objective->loss);
    return has_sparse_metric(objective);
}

bool cornu_objective_ignores(const cornu_objective *objective) {
    bool ignores = cornu_loss_ignored(&objective->loss) != NULL;
    for (size_t i = 0; i < objective->metric_count; i++)
        ignores |= cornu_metric_ignored(&objective->metrics[i]) != NULL;
    return ignores;
}

size_t cornu_objective_class_count(const cornu_objective *objective, size_t columns) {
    const bool any = objective->loss.kind == CORNU_CIRCLE && !has_sparse_metric(objective);
    return any ? CORNU_ANY_LABEL : columns;
}

bool cornu_objective_takes_any_target(const cornu_objective *objective) {
    if (objective->loss.kind != CORNU_FOREIGN_LOSS) return false;
    for (size_t i = 0; i < objective->metric_count; i++) {
        if (!is_foreign(&objective->metrics[i])) return false;
    }
    return true;
}

cornu_status cornu_objective_check(const cornu_objective *objective, const cornu_plan *plan,
                                   cornu_error *error) {
    const cornu_shape *output = cornu_plan_output(plan);
    char text[CORNU_SHAPE_TEXT], name[CORNU_NAME_NBYTES];
    bool sparse = cornu_objective_is_sparse(objective);
    size_t classes = cornu_shape_last(output);
    if (sparse && output->rank == 0) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A loss on class ids needs an axis of classes after the batch. The "
                               "output shape of layer %zu \"%s\" is (None,)",
                               plan->count - 1, cornu_plan_output_name(plan, name));
    }
    if (objective->loss.kind == CORNU_CIRCLE && output->rank != 1) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "The circle loss needs one embedding a row, an output of shape "
                               "(None, columns). Output shape: %s",
                               cornu_shape_text(output, true, text));
    }
    if (sparse && classes > (size_t)INT32_MAX) {
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "At most 2147483647 classes are supported. Output shape: %s",
                               cornu_shape_text(output, true, text));
    }
    cornu_status status = cornu_loss_check_values(&objective->loss, classes, error);
    if (status != CORNU_OK) return status;
    if (plan->masks_output && objective->loss.kind == CORNU_CIRCLE) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A loss that compares rows with each other can't be masked.");
    }
    if (plan->masks_output && objective->loss.extent == CORNU_OVER_SAMPLE &&
        cornu_shape_rows(output) != 1) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "A loss of whole samples can't be masked within them. Output shape: "
                               "%s",
                               cornu_shape_text(output, true, text));
    }
    for (size_t i = 0; i < objective->metric_count; i++) {
        if (objective->metrics[i].kind == CORNU_METRIC_LOSS)
            status = cornu_loss_check_values(&objective->metrics[i].loss, classes, error);
        if (status != CORNU_OK) return status;
        if (cornu_metric_keeps_sums(&objective->metrics[i])) {
            status = cornu_metric_check_sums(&objective->metrics[i], classes, error);
            if (status != CORNU_OK) return status;
            if (objective->metrics[i].weighted && classes > CORNU_WEIGHTED_COLUMNS) {
                return cornu_error_set(error, CORNU_ERROR_VALUE,
                                       "Metric %zu can be weighted for outputs of at most %d "
                                       "columns. Output shape: %s",
                                       i, CORNU_WEIGHTED_COLUMNS,
                                       cornu_shape_text(output, true, text));
            }
        }
        if (is_foreign(&objective->metrics[i]) ||
            cornu_metric_is_sparse(&objective->metrics[i]) == sparse)
            continue;
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "Metric %zu takes %s as target, the loss takes %s. Use a metric and "
                               "a loss of one kind.",
                               i, sparse ? "values of the output's shape" : "class ids",
                               sparse ? "class ids" : "values of the output's shape");
    }
    return CORNU_OK;
}
