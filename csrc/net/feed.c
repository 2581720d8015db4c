#include "base/status.h"
#include "net/run.h"
#include "net/shape.h"

/* Names that stand in errors: as the arguments of fit are called. */
static const char *const names[2][3] = {
    {"x", "y", "sample_weight"}, {"validation x", "validation y", "validation sample_weight"}};

static cornu_status check_rows(const cornu_source *x, const cornu_source *other,
                               cornu_error *error) {
    if (x->array.shape[0] == other->array.shape[0]) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_VALUE,
                           "`%s` and `%s` must have as many rows. Received: %zu and %zu", x->name,
                           other->name, x->array.shape[0], other->array.shape[0]);
}

static cornu_status check_x(const cornu_run *run, const cornu_source *x, cornu_error *error) {
    const cornu_shape *expected = &run->plan->input;
    bool flat = x->row.rank == 0 && expected->rank == 1 && expected->sizes[0] == 1;
    if (flat || cornu_shape_equal(&x->row, expected)) return CORNU_OK;
    char want[CORNU_SHAPE_TEXT], got[CORNU_SHAPE_TEXT], name[CORNU_NAME_NBYTES];
    return cornu_error_set(
        error, CORNU_ERROR_VALUE,
        "`%s` must have the shape that layer 0 \"%s\" of model \"%s\" takes, %s. Received: %s",
        x->name, cornu_layer_name(run->plan->links[0].layer, name), run->model->name,
        cornu_shape_text(expected, true, want), cornu_shape_text(&x->row, true, got));
}

/* Dense targets have the output's shape, (n,) standing for (n, 1) and back; class ids have it
 * without the classes, or with one in their place. */
static bool target_fits(const cornu_shape *row, const cornu_shape *output, bool sparse) {
    if (!sparse) {
        bool flat = row->rank == 0 && output->rank == 1 && output->sizes[0] == 1;
        bool column = row->rank == 1 && row->sizes[0] == 1 && output->rank == 0;
        return flat || column || cornu_shape_equal(row, output);
    }
    cornu_shape ids = *output;
    ids.rank--;
    if (cornu_shape_equal(row, &ids)) return true;
    ids.sizes[ids.rank++] = 1;
    return cornu_shape_equal(row, &ids);
}

static cornu_status check_y(const cornu_run *run, const cornu_source *y, cornu_error *error) {
    const cornu_shape *output = cornu_plan_output(run->plan);
    bool sparse = cornu_objective_is_sparse(run->objective);
    if (cornu_objective_takes_any_target(run->objective) || target_fits(&y->row, output, sparse))
        return CORNU_OK;
    char want[CORNU_SHAPE_TEXT], got[CORNU_SHAPE_TEXT], classes[CORNU_SHAPE_TEXT];
    char name[CORNU_NAME_NBYTES];
    cornu_shape ids = *output;
    if (sparse) ids.rank--;
    return cornu_error_set(
        error, CORNU_ERROR_VALUE,
        "`%s` must have the shape %s (%s of the output %s of layer %zu \"%s\"). Received: %s",
        y->name, cornu_shape_text(&ids, true, want), sparse ? "one class id for each row" : "that",
        cornu_shape_text(output, true, classes), run->plan->count - 1,
        cornu_plan_output_name(run->plan, name), cornu_shape_text(&y->row, true, got));
}

/* A weight for each row, or for each part of the rows that the output's axes but the last tell
 * apart, the first ones of them. */
static bool weight_fits(const cornu_shape *row, const cornu_shape *output) {
    size_t rank = row->rank;
    if (rank > 0 && row->sizes[rank - 1] == 1) rank--;
    if (rank + 1 > output->rank) return rank == 0;
    for (size_t axis = 0; axis < rank; axis++)
        if (row->sizes[axis] != output->sizes[axis]) return false;
    return true;
}

static cornu_status check_weight(const cornu_run *run, const cornu_source *weight,
                                 cornu_error *error) {
    const cornu_shape *output = cornu_plan_output(run->plan);
    const cornu_loss *loss = &run->objective->loss;
    char want[CORNU_SHAPE_TEXT], got[CORNU_SHAPE_TEXT];
    const bool whole_rows = loss->extent == CORNU_OVER_SAMPLE || loss->kind == CORNU_CIRCLE;
    if (weight_fits(&weight->row, output) && (weight->row_count == 1 || !whole_rows))
        return CORNU_OK;
    cornu_shape each = *output;
    if (each.rank > 0) each.rank--;
    const bool may_have_more = each.rank > 0 && !whole_rows;
    return cornu_error_set(
        error, CORNU_ERROR_VALUE,
        "`%s` must have one number a row, shape (None,)%s%s%s. Received: %s", weight->name,
        may_have_more ? ", or one for each step of the output, shape " : "",
        may_have_more ? cornu_shape_text(&each, true, want) : "",
        whole_rows ? ", with this loss" : "", cornu_shape_text(&weight->row, true, got));
}

cornu_status cornu_feed_init(const cornu_run *run, cornu_feed *feed, bool validation,
                             cornu_error *error) {
    const cornu_run_options *options = &run->options;
    const cornu_array *x = validation ? options->validation_x : options->x;
    const cornu_array *y = validation ? options->validation_y : options->y;
    const cornu_array *weight =
        validation ? options->validation_sample_weight : options->sample_weight;
    if (!x)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "`%s` must be given.",
                               names[validation][0]);
    cornu_status status = cornu_source_init(&feed->x, names[validation][0], x, error);
    if (status == CORNU_OK) status = check_x(run, &feed->x, error);
    feed->has_y = run->objective != NULL;
    if (status == CORNU_OK && feed->has_y) {
        if (!y)
            return cornu_error_set(error, CORNU_ERROR_VALUE, "`%s` must be given.",
                                   names[validation][1]);
        status = cornu_source_init(&feed->y, names[validation][1], y, error);
        if (status == CORNU_OK) status = check_rows(&feed->x, &feed->y, error);
        if (status == CORNU_OK) status = check_y(run, &feed->y, error);
    }
    feed->has_weight = feed->has_y && weight;
    if (status == CORNU_OK && feed->has_weight) {
        status = cornu_source_init(&feed->weight, names[validation][2], weight, error);
        if (status == CORNU_OK) status = check_rows(&feed->x, &feed->weight, error);
        if (status == CORNU_OK) status = check_weight(run, &feed->weight, error);
    }
    /* Weights of rows that have no steps weigh nothing. */
    feed->has_weight &= feed->weight.row_count > 0;
    feed->weights_per_row = feed->has_weight ? feed->weight.row_count : 1;
    if (status != CORNU_OK) return status;
    feed->rows = feed->x.array.shape[0];
    if (feed->rows == 0 && run->objective) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`%s` must have at least one row. Received: 0", feed->x.name);
    }
    return CORNU_OK;
}

static cornu_status gather_weights(cornu_run *run, const cornu_feed *feed, const cornu_rows *rows,
                                   cornu_error *error) {
    double *weights = feed->workspace->row_weights;
    if (!feed->has_weight) {
        for (size_t i = 0; i < rows->count; i++) weights[i] = 1.0;
        return CORNU_OK;
    }
    const cornu_kernels *kernels = cornu_kernels_for(CORNU_FLOAT64);
    cornu_status status = cornu_source_gather(&feed->weight, &run->task, kernels, rows, weights);
    if (status != CORNU_OK || !cornu_run_checks(run, feed)) return status;
    return cornu_source_check(&feed->weight, &run->task, kernels, rows, weights, error);
}

/* Labels are checked each time: the user's memory may change, and an id is an address. */
static cornu_status gather_ids(cornu_run *run, const cornu_feed *feed, const cornu_rows *rows,
                               cornu_error *error) {
    cornu_workspace *workspace = feed->workspace;
    cornu_status status = cornu_source_gather(
        &feed->y, &run->task, cornu_kernels_for(CORNU_FLOAT64), rows, workspace->labels);
    if (status != CORNU_OK) return status;
    size_t count = rows->count * feed->y.row_count;
    size_t columns = cornu_shape_last(cornu_plan_output(run->plan));
    const cornu_objective *objective = run->objective;
    size_t classes = cornu_objective_class_count(objective, columns);
    size_t bad =
        cornu_labels_to_ids_but(count, workspace->labels, classes, objective->ignored_count,
                                objective->ignored, workspace->target);
    if (bad == count) return CORNU_OK;
    char label[CORNU_NUMBER_TEXT], name[CORNU_NAME_NBYTES];
    if (classes == CORNU_ANY_LABEL) {
        return cornu_error_set(error, CORNU_ERROR_DATA,
                               "`%s` must hold labels, whole numbers from -2147483648 to "
                               "2147483647. Received: %s in row %zu",
                               feed->y.name, cornu_number_text(workspace->labels[bad], label),
                               cornu_rows_at(rows, bad / feed->y.row_count));
    }
    char ignored[CORNU_NUMBER_TEXT] = "";
    const bool ignores = objective->ignored_count > 0;
    if (ignores) cornu_number_text(objective->ignored[0], ignored);
    return cornu_error_set(error, CORNU_ERROR_DATA,
                           "`%s` must hold class ids, whole numbers from 0 to %zu (layer %zu "
                           "\"%s\" has %zu outputs)%s%s. "
                           "Received: %s in row %zu",
                           feed->y.name, classes - 1, run->plan->count - 1,
                           cornu_plan_output_name(run->plan, name), classes,
                           ignores ? ", or the ignored class " : "", ignored,
                           cornu_number_text(workspace->labels[bad], label),
                           cornu_rows_at(rows, bad / feed->y.row_count));
}

static cornu_status gather_targets(cornu_run *run, const cornu_feed *feed, const cornu_rows *rows,
                                   cornu_error *error) {
    if (feed->workspace->use.sparse) return gather_ids(run, feed, rows, error);
    const cornu_kernels *kernels = run->task.kernels;
    cornu_status status =
        cornu_source_gather(&feed->y, &run->task, kernels, rows, feed->workspace->target);
    if (status != CORNU_OK || !cornu_run_checks(run, feed)) return status;
    return cornu_source_check(&feed->y, &run->task, kernels, rows, feed->workspace->target, error);
}

cornu_status cornu_feed_gather(cornu_run *run, cornu_feed *feed, const cornu_rows *rows,
                               const void **x, cornu_error *error) {
    const cornu_kernels *kernels = run->task.kernels;
    /* What was read can be shown only while nobody else may write to it. */
    const void *at = feed->workspace->use.recorded
                         ? NULL
                         : cornu_source_in_place(&feed->x, rows, kernels->dtype);
    cornu_status status = CORNU_OK;
    if (!at) {
        at = feed->workspace->input;
        status = cornu_source_gather(&feed->x, &run->task, kernels, rows, feed->workspace->input);
    }
    if (status == CORNU_OK && cornu_run_checks(run, feed)) {
        status = cornu_source_check(&feed->x, &run->task, kernels, rows, at, error);
    }
    if (status == CORNU_OK && feed->has_y) status = gather_targets(run, feed, rows, error);
    if (status == CORNU_OK && feed->has_y) status = gather_weights(run, feed, rows, error);
    *x = at;
    return status;
}
