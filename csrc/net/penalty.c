#include "net/penalty.h"

#include <string.h>

#include "base/size.h"
#include "net/permutation.h"
#include "net/shape.h"

#define TILE_ELEMENTS 16384
/* Tiles whose sums are kept at a time. */
#define SUMS 64
/* What a row is divided by at least: Keras's epsilon. */
#define LEAST_NORM 1e-7

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* ---- The caller's own ---- */

static cornu_status ask_own(cornu_task *task, const cornu_own *own, cornu_own_call *what) {
    cornu_float_environment_leave(task->environment);
    const bool goes_on = own->call(own->argument, what);
    cornu_float_environment_enter(task->environment);
    task->stopped |= !goes_on;
    return goes_on ? CORNU_OK : CORNU_INTERRUPTED;
}

static bool is_output(const cornu_penalty *penalty) {
    return penalty->weight == CORNU_OUTPUT;
}

/* Elements, of all rows of an output. */
static size_t count_of(const cornu_penalty *penalty) {
    size_t count = 1;
    cornu_shape_count(penalty->shape, &count);
    return count * penalty->rows;
}

static void add_to_gradient(const cornu_task *task, size_t count, const void *x, void *gradient) {
    task->kernels->column_sums(1, count, x, gradient, true);
}

static cornu_status penalize_own(cornu_task *task, const cornu_own *own,
                                 const cornu_penalty *penalty, double *total) {
    const size_t count = count_of(penalty);
    cornu_own_call what = {.layer = penalty->layer,
                           .weight = penalty->weight,
                           .dtype = task->kernels->dtype,
                           .rows = penalty->rows,
                           .shape = penalty->shape,
                           .x = penalty->x,
                           .result = penalty->gradient ? penalty->room : NULL};
    cornu_status status = ask_own(task, own, &what);
    if (status != CORNU_OK) return status;
    if (penalty->gradient) {
        task->kernels->divide_all(count, (double)penalty->rows, penalty->room);
        if (penalty->scale != 1.0) task->kernels->scale(count, penalty->scale, penalty->room);
        add_to_gradient(task, count, penalty->room, penalty->gradient);
    }
    if (total) *total += what.value / (double)penalty->rows;
    return CORNU_OK;
}

/* ---- Sums of sizes and squares ---- */

typedef struct penalty_tiles {
    const cornu_task *task;
    const cornu_penalty *penalty;
    size_t count, first;
    double l1, l2;
    double (*sums)[2]; /* two a tile; NULL: not wanted */
} penalty_tiles;

static void penalty_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const penalty_tiles *tiles = argument;
    const cornu_penalty *penalty = tiles->penalty;
    const size_t begin = (tiles->first + tile) * TILE_ELEMENTS;
    const size_t count = smaller(tiles->count - begin, TILE_ELEMENTS);
    tiles->task->kernels->penalize(
        count, tiles->l1, tiles->l2, cornu_task_at(tiles->task, penalty->x, begin),
        penalty->gradient ? cornu_task_at(tiles->task, penalty->gradient, begin) : NULL,
        tiles->sums ? tiles->sums[tile] : NULL);
}

/* Tiles' sums are added in their order, whoever makes them. */
static cornu_status penalize_sums(cornu_task *task, const cornu_penalty *penalty, double *total) {
    const cornu_regularizer *regularizer = penalty->regularizer;
    const double rows = (double)penalty->rows;
    double sums[SUMS][2], sizes = 0.0, squares = 0.0;
    penalty_tiles tiles = {.task = task,
                           .penalty = penalty,
                           .count = count_of(penalty),
                           .l1 = regularizer->l1 / rows * penalty->scale,
                           .l2 = regularizer->l2 / rows * penalty->scale,
                           .sums = total ? sums : NULL};
    const size_t tile_count = (tiles.count + TILE_ELEMENTS - 1) / TILE_ELEMENTS;
    for (; tiles.first < tile_count; tiles.first += SUMS) {
        const size_t some = smaller(tile_count - tiles.first, SUMS);
        const double work = 4.0 * TILE_ELEMENTS * (double)some;
        cornu_status status = cornu_task_run(task, penalty_tile, &tiles, some, work);
        if (status == CORNU_OK) status = cornu_task_poll(task);
        if (status != CORNU_OK) return status;
        for (size_t i = 0; i < some && total; i++) {
            sizes += sums[i][0];
            squares += sums[i][1];
        }
    }
    if (!total) return CORNU_OK;
    /* A factor of 0 is no penalty, even on what is infinite. */
    if (regularizer->l1 != 0.0) *total += regularizer->l1 / rows * sizes;
    if (regularizer->l2 != 0.0) *total += regularizer->l2 / rows * squares;
    return CORNU_OK;
}

/* ---- Orthogonality ---- */

/* A matrix's vectors, which are to be orthogonal, as the rows of one: `columns` long. */
static void orient(const cornu_penalty *penalty, size_t *rows, size_t *columns) {
    const cornu_shape *shape = penalty->shape;
    *rows = is_output(penalty) ? penalty->rows : shape->sizes[0];
    *columns = cornu_shape_last(shape);
    if (penalty->regularizer->kind == CORNU_ORTHOGONAL_ROWS) return;
    const size_t turned = *rows;
    *rows = *columns;
    *columns = turned;
}

/* Carved from the room. */
typedef struct orthogonality {
    size_t rows, columns;
    void *units;    /* rows x columns: of length 1 */
    void *slopes;   /* likewise: the derivative */
    void *products; /* rows x rows */
    void *inverses; /* a row: of its length */
    void *ones;     /* columns */
} orthogonality;

static orthogonality carve(const cornu_task *task, const cornu_penalty *penalty) {
    orthogonality all;
    orient(penalty, &all.rows, &all.columns);
    const size_t count = all.rows * all.columns;
    all.units = penalty->room;
    all.slopes = cornu_task_at(task, all.units, count);
    all.products = cornu_task_at(task, all.slopes, count);
    all.inverses = cornu_task_at(task, all.products, all.rows * all.rows);
    all.ones = cornu_task_at(task, all.inverses, all.rows);
    return all;
}

static bool turns(const cornu_penalty *penalty) {
    return penalty->regularizer->kind == CORNU_ORTHOGONAL_COLUMNS;
}

/* Rows and columns in each other's place. */
static cornu_status transpose(cornu_task *task, size_t rows, size_t columns, const void *x,
                              void *y) {
    const cornu_permutation turned = {{1, 0}};
    const cornu_shape shape = {2, {rows, columns}};
    return cornu_task_permute(task, &turned, 1, &shape, x, y);
}

static cornu_status make_units(cornu_task *task, const cornu_penalty *penalty,
                               const orthogonality *all) {
    const void *x = penalty->x;
    if (turns(penalty)) {
        cornu_status status = transpose(task, all->columns, all->rows, x, all->slopes);
        if (status != CORNU_OK) return status;
        x = all->slopes;
    }
    task->kernels->normalize_rows(CORNU_UNIT_ROWS, LEAST_NORM, all->rows, all->columns, x,
                                  all->units, all->inverses);
    return cornu_task_poll_after(task, 4.0 * (double)all->rows * (double)all->columns);
}

/* The cosines of all pairs. */
static cornu_status make_products(cornu_task *task, const orthogonality *all) {
    const cornu_gemm product = {.rows = all->rows,
                                .columns = all->rows,
                                .depth = all->columns,
                                .a = all->units,
                                .a_row_stride = (ptrdiff_t)all->columns,
                                .a_column_stride = 1,
                                .b = all->units,
                                .b_row_stride = 1,
                                .b_column_stride = (ptrdiff_t)all->columns,
                                .c = all->products,
                                .c_row_stride = (ptrdiff_t)all->rows};
    return cornu_task_gemm(task, &product);
}

static cornu_status add_slopes(cornu_task *task, const cornu_penalty *penalty,
                               const orthogonality *all) {
    const size_t count = all->rows * all->columns;
    const double one = 1.0;
    const cornu_gemm product = {.rows = all->rows,
                                .columns = all->columns,
                                .depth = all->rows,
                                .a = all->products,
                                .a_row_stride = (ptrdiff_t)all->rows,
                                .a_column_stride = 1,
                                .b = all->units,
                                .b_row_stride = (ptrdiff_t)all->columns,
                                .b_column_stride = 1,
                                .c = all->slopes,
                                .c_row_stride = (ptrdiff_t)all->columns};
    cornu_status status = cornu_task_gemm(task, &product);
    if (status != CORNU_OK) return status;
    task->kernels->gather[CORNU_FLOAT64][0](all->columns, &one, 0, all->ones);
    task->kernels->normalize_rows_backward(CORNU_UNIT_ROWS, LEAST_NORM, all->rows, all->columns,
                                           all->units, all->inverses, all->ones, all->slopes,
                                           all->slopes);
    status = cornu_task_poll_after(task, 6.0 * (double)count);
    const void *slopes = all->slopes;
    if (status == CORNU_OK && turns(penalty)) {
        status = transpose(task, all->rows, all->columns, slopes, all->units);
        slopes = all->units;
    }
    if (status == CORNU_OK) add_to_gradient(task, count, slopes, penalty->gradient);
    return status;
}

static cornu_status penalize_angles(cornu_task *task, const cornu_penalty *penalty, double *total) {
    const orthogonality all = carve(task, penalty);
    const double pairs = (double)all.rows * ((double)all.rows - 1.0) / 2.0;
    const double factor = penalty->regularizer->l1 * 0.5 / pairs / (double)penalty->rows;
    cornu_status status = make_units(task, penalty, &all);
    if (status == CORNU_OK) status = make_products(task, &all);
    double sum = 0.0;
    const size_t tile = cornu_tile_rows(TILE_ELEMENTS, all.rows);
    for (size_t row = 0; row < all.rows && status == CORNU_OK; row += tile) {
        const size_t rows = smaller(all.rows - row, tile);
        /* Each pair stands twice among the products. */
        sum += task->kernels->take_signs(rows, all.rows, row, 2.0 * factor * penalty->scale,
                                         cornu_task_at(task, all.products, row * all.rows));
        status = cornu_task_poll_after(task, 4.0 * (double)rows * (double)all.rows);
    }
    if (status == CORNU_OK && total) *total += factor * sum;
    if (status == CORNU_OK && penalty->gradient) status = add_slopes(task, penalty, &all);
    return status;
}

/* ---- All kinds ---- */

cornu_status cornu_penalize(cornu_task *task, const cornu_own *own, const cornu_penalty *penalty,
                            double *total) {
    if (penalty->rows == 0) return CORNU_OK;
    switch (penalty->regularizer->kind) {
        case CORNU_L1_L2:
            return penalize_sums(task, penalty, total);
        case CORNU_ORTHOGONAL_ROWS:
        case CORNU_ORTHOGONAL_COLUMNS:
            return penalize_angles(task, penalty, total);
        case CORNU_OWN_REGULARIZER:
            return penalize_own(task, own, penalty, total);
        default:
            return CORNU_OK;
    }
}

bool cornu_penalty_room(const cornu_regularizer *regularizer, const cornu_shape *shape, size_t rows,
                        bool is_output_, size_t *count) {
    const cornu_penalty penalty = {.regularizer = regularizer,
                                   .weight = is_output_ ? CORNU_OUTPUT : 0,
                                   .shape = shape,
                                   .rows = rows};
    size_t elements = 1, vectors, length, products;
    *count = 0;
    if (regularizer->kind == CORNU_NO_REGULARIZER || regularizer->kind == CORNU_L1_L2) return true;
    if (!cornu_shape_count(shape, &elements) || !cornu_size_multiply(elements, rows, count))
        return false;
    if (regularizer->kind == CORNU_OWN_REGULARIZER) return true;
    orient(&penalty, &vectors, &length);
    return cornu_size_multiply(*count, 2, count) &&
           cornu_size_multiply(vectors, vectors, &products) &&
           cornu_size_add(*count, products, count) && cornu_size_add(*count, vectors, count) &&
           cornu_size_add(*count, length, count);
}

cornu_status cornu_penalize_weights(const cornu_plan *plan, cornu_task *task, const cornu_own *own,
                                    double scale, void *gradient, void *room, double *total) {
    cornu_status status = CORNU_OK;
    for (size_t i = 0; i < plan->rule_count && status == CORNU_OK; i++) {
        const cornu_rule *rule = &plan->rules[i];
        const struct cornu_table_entry *entry = &plan->table->entries[rule->entry];
        const cornu_penalty penalty = {
            .regularizer = rule->regularizer,
            .layer = rule->layer,
            .weight = rule->weight,
            .shape = cornu_span_shape(entry->span),
            .rows = 1,
            .x = cornu_span_data(entry->span),
            .gradient = gradient ? cornu_task_at(task, gradient, entry->offset) : NULL,
            .scale = scale,
            .room = room};
        status = cornu_penalize(task, own, &penalty, total);
    }
    return status;
}

/* ---- Constraints ---- */

/* A weight as matrices one behind the other, whose columns have the norms. */
typedef struct constraint_tiles {
    const cornu_task *task;
    const cornu_constraint *constraint;
    size_t rows, columns;
    size_t tile_columns, tiles_a_matrix;
    size_t matrices; /* a tile: several where they are small */
    size_t matrix_count;
    void *x;
} constraint_tiles;

static void constraint_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const constraint_tiles *tiles = argument;
    const size_t column = tile % tiles->tiles_a_matrix * tiles->tile_columns;
    const size_t columns = smaller(tiles->tile_columns, tiles->columns - column);
    const size_t begin = tile / tiles->tiles_a_matrix * tiles->matrices;
    const size_t end = smaller(begin + tiles->matrices, tiles->matrix_count);
    for (size_t matrix = begin; matrix < end; matrix++) {
        const size_t place = matrix * tiles->rows * tiles->columns + column;
        tiles->task->kernels->constrain(tiles->constraint, tiles->rows, columns, tiles->columns,
                                        cornu_task_at(tiles->task, tiles->x, place));
    }
}

/* For elements alone each is a matrix of its own; they are one row here. */
static void shape_matrices(constraint_tiles *tiles, const cornu_shape *shape) {
    size_t first, last;
    cornu_constraint_axes(tiles->constraint, shape, &first, &last);
    tiles->rows = tiles->columns = tiles->matrix_count = 1;
    for (size_t axis = 0; axis < shape->rank; axis++) {
        size_t *side = axis < last ? &tiles->rows : &tiles->columns;
        if (axis < first) side = &tiles->matrix_count;
        *side *= shape->sizes[axis];
    }
}

static cornu_status constrain_natively(cornu_task *task, const cornu_constraint *constraint,
                                       const cornu_span *span) {
    constraint_tiles tiles = {.task = task, .constraint = constraint, .x = cornu_span_data(span)};
    const size_t count = cornu_span_count(span);
    if (count == 0) return CORNU_OK;
    shape_matrices(&tiles, cornu_span_shape(span));
    tiles.tile_columns = smaller(cornu_tile_rows(TILE_ELEMENTS, tiles.rows), tiles.columns);
    tiles.tiles_a_matrix = (tiles.columns - 1) / tiles.tile_columns + 1;
    tiles.matrices =
        tiles.tiles_a_matrix > 1 ? 1 : cornu_tile_rows(TILE_ELEMENTS, tiles.rows * tiles.columns);
    const size_t groups = (tiles.matrix_count - 1) / tiles.matrices + 1;
    return cornu_task_run(task, constraint_tile, &tiles, groups * tiles.tiles_a_matrix,
                          6.0 * (double)count);
}

static cornu_status constrain_own(cornu_task *task, const cornu_own *own, const cornu_rule *rule,
                                  const cornu_span *span, void *room) {
    cornu_own_call what = {.constrains = true,
                           .layer = rule->layer,
                           .weight = rule->weight,
                           .dtype = task->kernels->dtype,
                           .rows = 1,
                           .shape = cornu_span_shape(span),
                           .x = cornu_span_data(span),
                           .result = room};
    cornu_status status = ask_own(task, own, &what);
    if (status == CORNU_OK) memcpy(cornu_span_data(span), room, cornu_span_nbytes(span));
    return status;
}

cornu_status cornu_constrain_weights(const cornu_plan *plan, cornu_task *task, const cornu_own *own,
                                     void *room) {
    const cornu_poll poll = task->poll;
    cornu_status status = CORNU_OK;
    task->poll = CORNU_NO_POLL;
    for (size_t i = 0; i < plan->rule_count && status == CORNU_OK; i++) {
        const cornu_rule *rule = &plan->rules[i];
        const cornu_span *span = plan->table->entries[rule->entry].span;
        if (rule->constraint->kind == CORNU_OWN_CONSTRAINT) {
            status = constrain_own(task, own, rule, span, room);
        } else if (rule->constraint->kind != CORNU_NO_CONSTRAINT) {
            status = constrain_natively(task, rule->constraint, span);
        }
    }
    task->poll = poll;
    return status;
}
