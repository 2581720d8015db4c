/* A step's loss, its metrics, and the derivative that backward begins with. */
#include <math.h>

#include "net/bad_loss.h"
#include "net/pairs.h"
#include "net/record.h"
#include "net/shape.h"
#include "net/step.h"

/* Elements of the loss between two polls. */
#define TILE_ELEMENTS 65536

/* For a hinge 0 and 1 are labels where a batch has no others. */
static void look_at_labels(const cornu_step *step, const cornu_loss_terms *terms,
                           cornu_loss *loss) {
    if (!cornu_loss_is_hinge(loss)) return;
    loss->binary_labels =
        step->task->kernels->is_binary(terms->rows * terms->columns, step->workspace->target);
}

/* Which rows count: those that the mask leaves and are of another class than the ignored one. */
static const bool *counted_rows(const cornu_step *step, const cornu_loss_terms *terms,
                                const double *ignored) {
    if (!ignored) return terms->mask;
    const int32_t *ids = step->workspace->target;
    bool *counted = step->workspace->counted;
    for (size_t row = 0; row < terms->rows; row++)
        counted[row] = (!terms->mask || terms->mask[row]) && (double)ids[row] != *ignored;
    return counted;
}

static void fill_terms(const cornu_step *step, const cornu_objective *objective,
                       cornu_loss_terms *terms) {
    const cornu_plan *plan = step->plan;
    terms->loss = objective->loss;
    terms->prediction = step->result;
    terms->probabilities = NULL;
    terms->mask = step->workspace->slices[plan->count - 1].mask;
    terms->per_row = cornu_loss_rows_per_row(plan);
    /* A division would be felt in the smallest steps. */
    const size_t weights = step->workspace->use.weights_per_row;
    terms->per_weight = weights == 1 ? terms->per_row : terms->per_row / weights;
    terms->rows = step->rows * terms->per_row;
    terms->columns = cornu_shape_last(cornu_plan_output(plan));
    terms->target_columns = step->workspace->use.sparse ? 1 : terms->columns;
    if (step->workspace->use.joined) {
        const cornu_slice *last = &step->workspace->slices[plan->count - 1];
        terms->loss.from_logits = true;
        terms->prediction = last->z ? last->z : cornu_step_input(step, plan->count - 1);
        terms->probabilities = step->result;
    }
    look_at_labels(step, terms, &terms->loss);
    terms->counted = counted_rows(step, terms, cornu_loss_ignored(&objective->loss));
}

/* Makes terms that are taken of samples, or of the whole batch, as if each were a row. */
static void take_extent(const cornu_step *step, cornu_loss_terms *terms) {
    if (terms->loss.extent == CORNU_OVER_ROW) return;
    const bool whole = terms->loss.extent == CORNU_OVER_BATCH;
    const size_t rows = whole ? 1 : step->rows;
    terms->columns *= terms->rows / rows;
    terms->target_columns = terms->columns;
    terms->rows = rows;
    terms->per_row = 1;
    terms->per_weight = 1;
}

/* What one number for the whole batch counts, as if each row had it. Keras does not sum it over
 * rows that have neither weights nor a mask. */
static double scale_of_whole(const cornu_step *step, cornu_reduction reduction, const bool *mask) {
    const cornu_workspace *workspace = step->workspace;
    const size_t per_row = workspace->use.weights_per_row, weights = step->rows * per_row;
    const size_t per_weight = mask ? cornu_loss_rows_per_row(step->plan) / per_row : 1;
    if (reduction == CORNU_SUM && !step->weight_row && !mask) return 1.0;
    cornu_row_scales(reduction, weights, per_weight, workspace->row_weights, mask,
                     workspace->row_scales);
    return cornu_row_total(weights * per_weight, NULL, workspace->row_scales, 0.0);
}

static void set_scales(const cornu_step *step, const cornu_loss_terms *terms) {
    const cornu_reduction reduction = terms->loss.reduction;
    if (terms->loss.extent == CORNU_OVER_BATCH) {
        step->workspace->row_scales[0] = scale_of_whole(step, reduction, terms->counted);
    } else {
        const cornu_workspace *workspace = step->workspace;
        cornu_row_scales(reduction, step->rows * workspace->use.weights_per_row, terms->per_weight,
                         workspace->row_weights, terms->counted, workspace->row_scales);
    }
}

/* Without a division where all rows are one tile. */
static size_t tile_rows_of(const cornu_loss_terms *terms) {
    return terms->rows * terms->columns <= TILE_ELEMENTS
               ? terms->rows
               : cornu_tile_rows(TILE_ELEMENTS, terms->columns);
}

static const void *target_at(const cornu_step *step, const cornu_loss_terms *terms, size_t row) {
    size_t nbytes =
        step->workspace->use.sparse ? sizeof(int32_t) : step->task->kernels->element_nbytes;
    return (const char *)step->workspace->target + row * terms->target_columns * nbytes;
}

static cornu_status poll_after_rows(const cornu_step *step, size_t rows, size_t columns) {
    return cornu_task_poll_after(step->task, CORNU_TASK_LOSS_WORK * (double)rows * (double)columns);
}

/* Of rows from `begin` on, `per_weight` of which have a weight each, or (`weights` NULL) count as
 * 1, and of those alone that a mask leaves (NULL: all); *count is the sum of the weights. */
static double weighted_total(size_t begin, size_t rows, size_t per_weight, const double *weights,
                             const bool *mask, const double *values, double total, double *count) {
    for (size_t i = 0; i < rows; i++) {
        const double weight = weights ? weights[(begin + i) / per_weight] : 1.0;
        if (mask && !mask[begin + i]) continue;
        total += weight * values[i];
        *count += weight;
    }
    return total;
}

/* The mask that counts for a metric of one value a row: as in Keras, for all that are the mean of a
 * function's values, which RootMeanSquaredError is not. Rows of an ignored class are left out, once
 * the loss's scales are made, only where others have weights or a mask; else they count, with 0. */
static const bool *mask_for(const cornu_step *step, const cornu_loss_terms *terms,
                            const cornu_metric *metric) {
    if (metric->kind == CORNU_METRIC_ROOT_MEAN_SQUARED_ERROR) return NULL;
    const bool weighted = terms->mask || (metric->weighted && step->weight_row);
    return counted_rows(step, terms, weighted ? cornu_metric_ignored(metric) : NULL);
}

/* What a metric that keeps sums adds for rows from `begin` on. Where the sample weights count, an
 * element has that of its row of the loss. */
static void add_sums(const cornu_step *step, const cornu_loss_terms *terms,
                     const cornu_metric *metric, size_t begin, size_t rows, double *sums) {
    const size_t columns = terms->columns, end = begin + rows;
    double weights[CORNU_WEIGHTED_COLUMNS];
    const bool weighted = metric->weighted && columns > 0;
    const size_t at_once = weighted ? CORNU_WEIGHTED_COLUMNS / columns : rows;
    for (size_t row = begin; row < end; row += at_once) {
        const size_t some = end - row < at_once ? end - row : at_once;
        for (size_t i = 0; weighted && i < some * columns; i++)
            weights[i] = step->workspace->row_weights[(row + i / columns) / terms->per_weight];
        step->task->kernels->metric_sums(metric, some, columns, target_at(step, terms, row),
                                         cornu_task_at(step->task, step->result, row * columns),
                                         weighted ? weights : NULL, sums);
    }
}

static cornu_status add_metric(const cornu_step *step, const cornu_loss_terms *terms,
                               const cornu_metric *compiled, cornu_mean *mean) {
    const cornu_metric *metric = compiled;
    if (metric->kind == CORNU_METRIC_FOREIGN) return cornu_step_foreign_metric(step, metric, mean);
    cornu_metric hinge;
    if (metric->kind == CORNU_METRIC_LOSS && cornu_loss_is_hinge(&metric->loss)) {
        hinge = *compiled;
        look_at_labels(step, terms, &hinge.loss);
        metric = &hinge;
    }
    const bool sums = cornu_metric_keeps_sums(metric);
    const bool *mask = mask_for(step, terms, metric);
    const double *weights = metric->weighted ? step->workspace->row_weights : NULL;
    double *values = step->workspace->row_values;
    size_t tile = tile_rows_of(terms);
    double total = 0.0, count = 0.0;
    for (size_t row = 0; row < terms->rows; row += tile) {
        size_t rows = terms->rows - row < tile ? terms->rows - row : tile;
        if (sums) {
            add_sums(step, terms, metric, row, rows, (double *)mean);
        } else {
            step->task->kernels->metric_rows(
                metric, rows, terms->columns, target_at(step, terms, row),
                cornu_task_at(step->task, step->result, row * terms->columns), values);
            total = weights || mask ? weighted_total(row, rows, terms->per_weight, weights, mask,
                                                     values, total, &count)
                                    : cornu_row_total(rows, NULL, values, total);
        }
        if (poll_after_rows(step, rows, terms->columns) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    if (sums) return CORNU_OK;
    mean->total += total;
    mean->count += weights || mask ? count : (double)terms->rows;
    return CORNU_OK;
}

/* Describes a loss that is not finite, of rows whose own are in row_values: none, where these are
 * not known, or are not of rows of the batch. */
static cornu_status leave(const cornu_step *step, const cornu_loss_terms *terms, double loss,
                          size_t row, size_t rows) {
    const size_t per_row = terms->rows / step->rows;
    cornu_bad_loss_find(step, loss, row, per_row > 0 ? rows : 0, per_row, step->bad);
    return CORNU_BAD_LOSS;
}

static cornu_circle circle_of(const cornu_step *step, const cornu_loss_terms *terms) {
    return (cornu_circle){
        .loss = &terms->loss,
        .rows = terms->rows,
        .columns = terms->columns,
        .count = terms->rows,
        .x = terms->prediction,
        .others = terms->prediction,
        .labels = step->workspace->target,
        .other_labels = step->workspace->target,
        .pairs = step->workspace->pairs,
    };
}

static cornu_status circle_loss(const cornu_step *step, const cornu_loss_terms *terms,
                                double *loss) {
    const cornu_workspace *workspace = step->workspace;
    const cornu_circle circle = circle_of(step, terms);
    const cornu_status status = cornu_circle_losses(step->task, &circle, workspace->row_values);
    if (status != CORNU_OK) return status;
    if (workspace->row_losses) cornu_record_losses(step, 0, terms->rows);
    cornu_row_scales_of_losses(terms->loss.reduction, terms->rows, workspace->row_weights,
                               workspace->row_values, workspace->row_scales);
    *loss = cornu_row_total(terms->rows, workspace->row_scales, workspace->row_values, 0.0);
    return step->bad && !isfinite(*loss) ? leave(step, terms, *loss, 0, terms->rows) : CORNU_OK;
}

static cornu_status batch_loss(cornu_step *step, const cornu_objective *objective,
                               const cornu_loss_terms *terms, double *loss) {
    cornu_workspace *workspace = step->workspace;
    if (objective->loss.kind == CORNU_FOREIGN_LOSS) {
        void *gradient = cornu_step_makes_gradient(step) ? workspace->delta[0] : NULL;
        const cornu_status status = cornu_step_foreign_loss(step, &objective->loss, loss, gradient);
        const bool bad = status == CORNU_OK && step->bad && !isfinite(*loss);
        return bad ? leave(step, terms, *loss, 0, 0) : status;
    }
    if (workspace->use.pairs) return circle_loss(step, terms, loss);
    set_scales(step, terms);
    size_t tile = tile_rows_of(terms);
    double total = 0.0;
    for (size_t row = 0; row < terms->rows; row += tile) {
        size_t rows = terms->rows - row < tile ? terms->rows - row : tile;
        size_t at = row * terms->columns;
        step->task->kernels->loss_forward(
            &terms->loss, rows, terms->columns, target_at(step, terms, row),
            cornu_task_at(step->task, terms->prediction, at),
            terms->probabilities ? cornu_task_at(step->task, terms->probabilities, at) : NULL,
            workspace->row_values);
        if (workspace->row_losses) cornu_record_losses(step, row, rows);
        total = cornu_row_total(rows, workspace->row_scales + row, workspace->row_values, total);
        if (step->bad && !isfinite(total)) return leave(step, terms, total, row, rows);
        if (poll_after_rows(step, rows, terms->columns) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    *loss = total;
    return CORNU_OK;
}

cornu_status cornu_step_loss(cornu_step *step, const cornu_objective *objective, cornu_mean *means,
                             double *loss) {
    cornu_loss_terms *terms = step->terms;
    fill_terms(step, objective, terms);
    take_extent(step, terms);
    cornu_status found = batch_loss(step, objective, terms, loss);
    const double total = *loss;
    if (found != CORNU_OK || !means) return found;
    means[0].total += total * (double)step->rows;
    means[0].count += (double)step->rows;
    means++;
    cornu_loss_terms of_rows;
    if (terms->loss.extent != CORNU_OVER_ROW) {
        fill_terms(step, objective, &of_rows);
        terms = &of_rows;
    }
    for (size_t i = 0; i < objective->metric_count; i++) {
        cornu_status status = add_metric(step, terms, &objective->metrics[i], means);
        if (status != CORNU_OK) return status;
        means += cornu_metric_pair_count(&objective->metrics[i]);
    }
    return CORNU_OK;
}

cornu_status cornu_step_loss_derivative(cornu_step *step, const cornu_objective *objective,
                                        void *to) {
    const cornu_loss_terms *terms = step->terms;
    /* Made with the loss. */
    if (objective->loss.kind == CORNU_FOREIGN_LOSS) return CORNU_OK;
    if (step->workspace->use.pairs) {
        const cornu_circle circle = circle_of(step, terms);
        return cornu_circle_own_derivative(step->task, &circle, step->workspace->row_scales, to);
    }
    size_t tile = tile_rows_of(terms);
    for (size_t row = 0; row < terms->rows; row += tile) {
        size_t rows = terms->rows - row < tile ? terms->rows - row : tile;
        size_t at = row * terms->columns;
        const void *probabilities =
            terms->probabilities ? cornu_task_at(step->task, terms->probabilities, at) : NULL;
        step->task->kernels->loss_backward(
            &terms->loss, rows, terms->columns, target_at(step, terms, row),
            cornu_task_at(step->task, terms->prediction, at), probabilities,
            step->workspace->row_scales + row, cornu_task_at(step->task, to, at));
        if (poll_after_rows(step, rows, terms->columns) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    return CORNU_OK;
}
