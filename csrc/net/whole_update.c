#include "net/whole_update.h"

#include <math.h>

#include "net/clip.h"
#include "net/optimizer_parts.h"
#include "net/shape.h"

#define TILE_ELEMENTS 16384
/* Elements count as so many multiply-adds: with square roots and divisions among them. */
#define ELEMENT_WORK 8.0

static const cornu_optimizer_options plain_options = {.kind = CORNU_SGD};

/* A pass over a weight, cut into tiles of so many units: elements, rows or columns. */
typedef struct whole_pass {
    const cornu_whole_step *step;
    void (*run)(const struct whole_pass *pass, size_t begin, size_t count);
    size_t unit_count, tile_units;
    /* Of one matrix among those that the weight is made of. */
    size_t first_row, rows, columns;
    const void *column_means;
    double mean;
} whole_pass;

static void pass_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const whole_pass *pass = argument;
    const size_t begin = tile * pass->tile_units, left = pass->unit_count - begin;
    pass->run(pass, begin, left < pass->tile_units ? left : pass->tile_units);
}

static cornu_status run_pass(whole_pass *pass) {
    if (pass->unit_count == 0) return CORNU_OK;
    const size_t tile_count = (pass->unit_count + pass->tile_units - 1) / pass->tile_units;
    const double elements =
        pass->columns ? (double)pass->rows * (double)pass->columns : (double)pass->step->count;
    return cornu_task_run(pass->step->task, pass_tile, pass, tile_count, ELEMENT_WORK * elements);
}

static cornu_status run_elements(const cornu_whole_step *step,
                                 void (*run)(const whole_pass *pass, size_t begin, size_t count)) {
    whole_pass pass = {
        .step = step, .run = run, .unit_count = step->count, .tile_units = TILE_ELEMENTS};
    return run_pass(&pass);
}

static void *at(const cornu_whole_step *step, void *elements, size_t place) {
    return cornu_task_at(step->task, elements, place);
}

static void decay(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    step->whole->decay(count, step->update->weight_decay, step->update->learning_rate,
                       at(step, step->weights, begin));
}

static void move(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    const cornu_update update = {.options = &plain_options, .learning_rate = step->rate};
    void *const none[CORNU_MAX_SLOTS] = {NULL};
    step->task->kernels->update(&update, 1, count, at(step, step->weights, begin), count,
                                at(step, step->gradient, begin), count, none);
}

static void lamb_direction(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    step->whole->lamb(step->update, count, at(step, step->gradient, begin),
                      at(step, step->slots[0], begin), at(step, step->slots[1], begin));
}

static cornu_status lamb(cornu_whole_step *step) {
    double weights = 0.0, direction = 0.0;
    cornu_status status = run_elements(step, lamb_direction);
    if (status == CORNU_OK)
        status = cornu_add_squares(step->task, step->count, step->weights, &weights);
    if (status == CORNU_OK)
        status = cornu_add_squares(step->task, step->count, step->gradient, &direction);
    if (status != CORNU_OK) return status;
    const double ratio = weights > 0.0 && direction > 0.0 ? sqrt(weights) / sqrt(direction) : 1.0;
    step->rate = ratio * step->update->learning_rate;
    return run_elements(step, move);
}

static void schedule_free(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    step->whole->schedule_free(step->update, count, at(step, step->weights, begin),
                               at(step, step->gradient, begin), at(step, step->slots[0], begin),
                               at(step, step->slots[1], begin));
}

/* ---- Adafactor: slots are the mean squares, and the means of them along rows and columns ---- */

static void divide_elements(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    step->whole->divide_vector(step->update, step->kept, count, at(step, step->slots[0], begin),
                               at(step, step->gradient, begin));
}

static void mean_rows(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    const size_t row = pass->first_row + begin;
    step->whole->row_means(step->update, step->kept, count, pass->columns,
                           at(step, step->gradient, row * pass->columns),
                           at(step, step->slots[1], row));
}

static void mean_columns(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    const size_t matrix = pass->first_row / pass->rows;
    step->whole->column_means(step->update, step->kept, pass->rows, count, pass->columns,
                              at(step, step->gradient, pass->first_row * pass->columns + begin),
                              at(step, step->slots[2], matrix * pass->columns + begin));
}

static void divide_rows(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    for (size_t row = pass->first_row + begin; count > 0; row++, count--) {
        step->whole->divide_row(pass->columns, at(step, step->slots[1], row), pass->mean,
                                pass->column_means, at(step, step->slots[0], row * pass->columns),
                                at(step, step->gradient, row * pass->columns));
    }
}

/* One matrix, whose rows begin at `first_row` of all. */
static cornu_status divide_matrix(const cornu_whole_step *step, size_t first_row, size_t rows,
                                  size_t columns) {
    const size_t tile_rows = columns < TILE_ELEMENTS ? TILE_ELEMENTS / columns : 1;
    const size_t tile_columns = rows < TILE_ELEMENTS / 64 ? TILE_ELEMENTS / rows / 64 * 64 : 64;
    whole_pass pass = {.step = step,
                       .run = mean_rows,
                       .unit_count = rows,
                       .tile_units = tile_rows,
                       .first_row = first_row,
                       .rows = rows,
                       .columns = columns};
    cornu_status status = run_pass(&pass);
    if (status != CORNU_OK) return status;
    pass.run = mean_columns;
    pass.unit_count = columns;
    pass.tile_units = tile_columns;
    status = run_pass(&pass);
    if (status != CORNU_OK) return status;
    pass.run = divide_rows;
    pass.unit_count = rows;
    pass.tile_units = tile_rows;
    pass.column_means = at(step, step->slots[2], first_row / rows * columns);
    pass.mean = step->whole->sum(rows, at(step, step->slots[1], first_row)) / (double)rows;
    return run_pass(&pass);
}

static cornu_status divide_weight(const cornu_whole_step *step) {
    const cornu_shape *shape = step->shape;
    if (shape->rank < 2) return run_elements(step, divide_elements);
    const size_t rows = shape->sizes[shape->rank - 2], columns = cornu_shape_last(shape);
    cornu_status status = CORNU_OK;
    for (size_t row = 0; row < cornu_shape_rows(shape) && status == CORNU_OK; row += rows)
        status = divide_matrix(step, row, rows, columns);
    return status;
}

static double root_mean_square(double squares, size_t count) {
    return sqrt(squares / (double)count);
}

static cornu_status adafactor(cornu_whole_step *step) {
    const cornu_optimizer_options *options = step->update->options;
    const double most = 1.0 / sqrt((double)step->update->iteration);
    double weights = 0.0, direction = 0.0;
    step->kept = cornu_adafactor_kept(options, step->update->iteration);
    cornu_status status = cornu_add_squares(step->task, step->count, step->weights, &weights);
    if (status == CORNU_OK) status = divide_weight(step);
    if (status == CORNU_OK)
        status = cornu_add_squares(step->task, step->count, step->gradient, &direction);
    if (status != CORNU_OK) return status;
    const double size = root_mean_square(weights, step->count);
    const double length = root_mean_square(direction, step->count) / options->clip_threshold;
    const double rate = step->update->learning_rate < most ? step->update->learning_rate : most;
    step->rate = (size < options->epsilon_2 ? options->epsilon_2 : size) * rate;
    /* NaN is not hidden. */
    if (!(length <= 1.0)) step->rate /= length;
    return run_elements(step, move);
}

/* ---- Muon ---- */

static cornu_update adam_update(const cornu_whole_step *step,
                                cornu_optimizer_options *adam_options) {
    const cornu_optimizer_options *options = step->update->options;
    *adam_options = (cornu_optimizer_options){.kind = CORNU_ADAM,
                                              .beta_1 = options->beta_1,
                                              .beta_2 = options->beta_2,
                                              .epsilon = options->epsilon};
    return (cornu_update){.options = adam_options,
                          .learning_rate = step->update->learning_rate * options->adam_lr_ratio,
                          .iteration = step->update->iteration};
}

static void adam(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    cornu_optimizer_options options;
    const cornu_update update = adam_update(step, &options);
    void *slots[CORNU_MAX_SLOTS] = {at(step, step->slots[0], begin),
                                    at(step, step->slots[1], begin)};
    step->task->kernels->update(&update, 1, count, at(step, step->weights, begin), count,
                                at(step, step->gradient, begin), count, slots);
}

static void gather_momentum(const whole_pass *pass, size_t begin, size_t count) {
    const cornu_whole_step *step = pass->step;
    step->whole->gather_momentum(step->update, count, at(step, step->slots[0], begin),
                                 at(step, step->gradient, begin));
}

static cornu_status muon(cornu_whole_step *step) {
    cornu_status status = run_elements(step, gather_momentum);
    if (status == CORNU_OK) status = cornu_whole_orthogonalize(step);
    return status == CORNU_OK ? run_elements(step, move) : status;
}

/* ---- All ---- */

static cornu_status take(cornu_whole_step *step, bool by_adam) {
    cornu_status status = CORNU_OK;
    if (step->update->weight_decay != 0.0) status = run_elements(step, decay);
    if (status != CORNU_OK) return status;
    switch ((int)step->update->options->kind) {
        case CORNU_LAMB:
            return lamb(step);
        case CORNU_ADAFACTOR:
            return adafactor(step);
        case CORNU_FOREIGN_OPTIMIZER:
        case CORNU_MULTI_OPTIMIZER:
            return CORNU_OK;
        case CORNU_MUON:
            return by_adam ? run_elements(step, adam) : muon(step);
        default:
            return run_elements(step, schedule_free);
    }
}

/* Whether Muon leaves a weight to Adam: it is no matrix, or named. */
static bool is_by_adam(const cornu_optimizer_options *options, const cornu_exclusion *exclusion,
                       const cornu_span *span) {
    return options->kind == CORNU_MUON &&
           (cornu_span_shape(span)->rank != 2 || cornu_exclusion_leaves_to_adam(exclusion, span));
}

cornu_status cornu_whole_descend(const cornu_optimizer *optimizer, const cornu_exclusion *exclusion,
                                 const cornu_plan *plan, cornu_task *task,
                                 const cornu_update *update, void *gradient) {
    const cornu_slots *slots = &optimizer->slots;
    if (optimizer->parts)
        return cornu_parts_descend(optimizer->parts, exclusion, plan, task, gradient);
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->table->count && status == CORNU_OK; i++) {
        const struct cornu_table_entry *entry = &plan->table->entries[i];
        if (plan->frozen[i] || cornu_span_count(entry->span) == 0) continue;
        const bool by_adam = is_by_adam(update->options, exclusion, entry->span);
        cornu_update own = *update;
        if (by_adam) own.weight_decay = update->options->adam_weight_decay;
        if (cornu_exclusion_has(exclusion, entry->span)) own.weight_decay = 0.0;
        cornu_whole_step step = {.task = task,
                                 .whole = cornu_whole_kernels_for(plan->dtype),
                                 .update = &own,
                                 .shape = cornu_span_shape(entry->span),
                                 .count = cornu_span_count(entry->span),
                                 .weights = cornu_span_data(entry->span),
                                 .gradient = cornu_task_at(task, gradient, entry->offset),
                                 .room = cornu_slot_at(slots, slots->count, 0)};
        for (size_t slot = 0; slot < slots->moving_count; slot++)
            step.slots[slot] = cornu_slot_at(slots, slot, entry->offset);
        status = take(&step, by_adam);
    }
    if (status == CORNU_OK && update->options->kind == CORNU_FOREIGN_OPTIMIZER)
        status = cornu_foreign_descend(plan, task, update, gradient);
    return status;
}
