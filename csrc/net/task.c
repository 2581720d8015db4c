#include "net/task.h"

#include "base/clock.h"

/* A tile's sides, at most and at least. A large one packs b for many rows; small ones give every
 * thread some. A few rows read b where it lies. */
#define TILE_ROWS 256
#define TILE_COLUMNS 256
#define LEAST_TILE_SIDE 64
/* Of a product that goes through b or c as they lie: whole rows, mostly. */
#define STREAM_COLUMNS 8192
#define FEW_ROWS 48
/* Columns of all tiles but the last are a multiple of this: whole vectors. */
#define COLUMNS_UNIT 32
/* Tiles that a thread should find, so that one that is late does not keep the others waiting. */
#define TILES_A_THREAD 2
/* Multiply-adds between two polls: at 2 ns each (the slowest machine) 34 ms. */
#define TILE_WORK 16777216.0
/* Elements of a tile of elementwise work. */
#define TILE_ELEMENTS 16384
/* Operations that an element of centered sums costs. */
#define CENTERED_WORK 4.0
/* Operations that an element of an activation costs, an exponential among them. */
#define ACTIVATION_WORK 20.0
/* Waking a thread costs some 10 us; below this many operations a share is not worth it. */
#define WORK_PER_THREAD 2e6

static size_t ceil_divide(size_t a, size_t b) {
    return a / b + (a % b != 0);
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

cornu_status cornu_task_ask(cornu_task *task) {
    if (task->stopped) return CORNU_INTERRUPTED;
    task->patience = CORNU_TASK_PATIENCE;
    if (!task->poll.ask) return CORNU_OK;
    uint64_t now = cornu_clock_ns();
    if (now < task->next_poll_ns) return CORNU_OK;
    cornu_float_environment_leave(task->environment);
    task->stopped = !task->poll.ask(task->poll.argument);
    cornu_float_environment_enter(task->environment);
    task->next_poll_ns = cornu_clock_ns() + CORNU_POLL_NS;
    return task->stopped ? CORNU_INTERRUPTED : CORNU_OK;
}

void cornu_task_leave(const cornu_task *task) {
    cornu_float_environment_leave(task->environment);
}

cornu_status cornu_task_enter(cornu_task *task, cornu_status status) {
    cornu_float_environment_enter(task->environment);
    task->patience = 0.0;
    task->stopped |= status == CORNU_INTERRUPTED;
    return status;
}

static bool goes_on(void *task) {
    return cornu_task_ask(task) == CORNU_OK;
}

cornu_poll cornu_task_as_poll(cornu_task *task) {
    return task->poll.ask ? (cornu_poll){goes_on, task} : CORNU_NO_POLL;
}

cornu_status cornu_task_run(cornu_task *task, cornu_pool_tile *run_tile, void *argument,
                            size_t tile_count, double work) {
    task->patience -= work;
    if (tile_count == 1) {
        run_tile(argument, 0, 0);
        return CORNU_OK;
    }
    double worth = work / (task->wants_session ? CORNU_TASK_WORK_PER_THREAD : WORK_PER_THREAD);
    size_t threads = worth < (double)task->thread_limit ? (size_t)worth : task->thread_limit;
    if (threads > 1 && task->wants_session && !task->in_session) {
        task->session = cornu_pool_open_session();
        task->in_session = true;
    }
    return cornu_pool_run(run_tile, argument, tile_count, threads < 1 ? 1 : threads,
                          cornu_task_as_poll(task));
}

void cornu_task_close_session(cornu_task *task) {
    if (task->in_session) cornu_pool_close_session(task->session);
    task->in_session = false;
}

typedef struct gemm_tiles {
    cornu_task *task;
    const cornu_descent *descent; /* with the last segment; NULL: none */
    cornu_gemm product;           /* one segment of the depth */
    size_t rows, columns;         /* of a tile */
    size_t tiles_a_row, tiles_a_column;
    bool has_own_room; /* each thread's gradients go to a place in c of its own, which stays in its
                          cache */
} gemm_tiles;

static const void *offset(const void *elements, ptrdiff_t index, ptrdiff_t nbytes) {
    /* What has no elements may be NULL, to which nothing may be added, not even 0. */
    return index ? (const char *)elements + index * nbytes : elements;
}

/* A tile's gradient is there: the step of its weights. */
static void descend(const cornu_task *task, const cornu_descent *descent, size_t place,
                    size_t stride, const cornu_gemm *tile) {
    void *slots[CORNU_MAX_SLOTS] = {NULL};
    for (size_t i = 0; i < CORNU_MAX_SLOTS; i++) {
        if (descent->slots[i]) slots[i] = cornu_task_at(task, descent->slots[i], place);
    }
    task->kernels->update(&descent->update, tile->rows, tile->columns,
                          cornu_task_at(task, descent->weights, place), stride, tile->c,
                          (size_t)tile->c_row_stride, slots);
}

/* Whether the product's own store does the step. */
static bool stores_descent(const cornu_descent *descent) {
    return cornu_optimizer_is_plain(descent->update.options);
}

/* Of a tile: the last of a row may have some columns more. */
static size_t room_for(const gemm_tiles *tiles) {
    return tiles->rows * (tiles->columns + CORNU_GEMM_NARROW);
}

static void gemm_tile(void *argument, size_t tile, size_t worker) {
    const gemm_tiles *tiles = argument;
    const cornu_task *task = tiles->task;
    cornu_gemm part = tiles->product;
    /* Down the columns: the same thread comes to the same columns of the weights in a product, in
     * its gradient and in the step. */
    const size_t row = tile % tiles->tiles_a_column * tiles->rows;
    const size_t column = tile / tiles->tiles_a_column * tiles->columns;
    const bool is_last = tile / tiles->tiles_a_column + 1 == tiles->tiles_a_row;
    const ptrdiff_t nbytes = (ptrdiff_t)task->kernels->element_nbytes;
    const size_t stride = (size_t)part.c_row_stride;
    const size_t place = row * stride + column;
    part.a = offset(part.a, (ptrdiff_t)row * part.a_row_stride, nbytes);
    part.b = offset(part.b, (ptrdiff_t)column * part.b_column_stride, nbytes);
    part.rows = smaller(tiles->rows, part.rows - row);
    part.columns = is_last ? part.columns - column : tiles->columns;
    if (part.weights) part.weights = cornu_task_at(task, part.weights, place);
    if (part.bias) part.bias = offset(part.bias, (ptrdiff_t)column, nbytes);
    if (tiles->has_own_room) {
        part.c = cornu_task_at(task, part.c, worker * room_for(tiles));
        part.c_row_stride = (ptrdiff_t)part.columns;
    } else {
        part.c = cornu_task_at(task, part.c, place);
    }
    task->kernels->gemm(&part, task->scratch + worker * task->scratch_stride);
    if (tiles->descent && !part.weights) descend(task, tiles->descent, place, stride, &part);
}

static size_t count_tiles(gemm_tiles *tiles, const cornu_gemm *product) {
    /* What is left over of the columns is a tile of its own only if it is no narrow product, whose
     * sums have another order. */
    const size_t left = product->columns % tiles->columns;
    tiles->tiles_a_row = product->columns / tiles->columns + (left > CORNU_GEMM_NARROW);
    if (tiles->tiles_a_row == 0) tiles->tiles_a_row = 1;
    tiles->tiles_a_column = ceil_divide(product->rows, tiles->rows);
    return tiles->tiles_a_column * tiles->tiles_a_row;
}

/* Tiles of equal sides, as far as can be, that are no larger than they were. */
static size_t even_out(gemm_tiles *tiles, const cornu_gemm *product) {
    const size_t columns =
        ceil_divide(product->columns, ceil_divide(product->columns, tiles->columns));
    tiles->rows = ceil_divide(product->rows, ceil_divide(product->rows, tiles->rows));
    tiles->columns = ceil_divide(columns, COLUMNS_UNIT) * COLUMNS_UNIT;
    return count_tiles(tiles, product);
}

/* As large tiles as give every thread as many. No bit depends on where a product is cut. */
static size_t cut_gemm(gemm_tiles *tiles, const cornu_gemm *product) {
    const size_t threads = tiles->task->thread_limit;
    const size_t wanted = threads > 1 ? threads * TILES_A_THREAD : 1;
    const bool streams =
        product->rows <= CORNU_GEMM_FEW_ROWS || product->depth <= CORNU_GEMM_FEW_DEPTH;
    tiles->rows = TILE_ROWS;
    tiles->columns = streams ? STREAM_COLUMNS : TILE_COLUMNS;
    size_t count = count_tiles(tiles, product);
    while (count < wanted && tiles->columns > LEAST_TILE_SIDE) {
        tiles->columns /= 2;
        count = count_tiles(tiles, product);
    }
    while (count < wanted && tiles->rows > LEAST_TILE_SIDE && product->rows > FEW_ROWS) {
        tiles->rows /= 2;
        count = count_tiles(tiles, product);
    }
    return even_out(tiles, product);
}

/* How much of the depth is done between two polls: all of it, or whole blocks. */
static size_t gemm_segment(const cornu_gemm *product, const gemm_tiles *tiles) {
    const double side = (double)smaller(product->rows, tiles->rows) *
                        (double)smaller(product->columns, tiles->columns);
    const size_t block = cornu_depth_block(product->depth);
    if (side * (double)product->depth <= TILE_WORK) return product->depth;
    const double blocks = TILE_WORK / side / (double)block;
    return blocks < 1.0 ? block : (size_t)blocks * block;
}

static bool is_small(const cornu_gemm *product) {
    return product->rows <= LEAST_TILE_SIDE && product->columns <= LEAST_TILE_SIDE &&
           product->depth <= CORNU_DEPTH_BLOCK_MOST;
}

static void small_gemm(cornu_task *task, const cornu_gemm *product) {
    task->patience -= 2.0 * (double)(product->rows * product->columns * product->depth);
    task->kernels->gemm(product, task->scratch);
}

static cornu_status tiled_gemm(cornu_task *task, const cornu_gemm *product,
                               const cornu_descent *descent) {
    gemm_tiles tiles = {.task = task};
    const size_t tile_count = cut_gemm(&tiles, product);
    const size_t segment = gemm_segment(product, &tiles);
    const ptrdiff_t nbytes = (ptrdiff_t)task->kernels->element_nbytes;
    const double update_work =
        descent ? CORNU_TASK_UPDATE_WORK * (double)product->rows * (double)product->columns : 0.0;
    size_t begin = 0;
    do {
        const size_t depth = smaller(segment, product->depth - begin);
        const bool last = begin + depth == product->depth;
        tiles.product = *product;
        tiles.product.depth = depth;
        tiles.product.whole_depth = product->depth;
        tiles.product.a = offset(product->a, (ptrdiff_t)begin * product->a_column_stride, nbytes);
        tiles.product.b = offset(product->b, (ptrdiff_t)begin * product->b_row_stride, nbytes);
        tiles.product.accumulate = product->accumulate || begin > 0;
        if (!last) {
            tiles.product.bias = NULL;
            tiles.product.relu = false;
        } else if (descent && stores_descent(descent)) {
            tiles.product.weights = descent->weights;
            tiles.product.rate = descent->update.learning_rate;
        } else if (descent) {
            tiles.descent = descent;
            tiles.has_own_room =
                begin == 0 && !product->accumulate &&
                task->thread_limit * room_for(&tiles) <= product->rows * product->columns;
        }
        double work = 2.0 * (double)product->rows * (double)product->columns * (double)depth;
        if (last) work += update_work;
        cornu_status status = cornu_task_run(task, gemm_tile, &tiles, tile_count, work);
        if (status != CORNU_OK) return status;
        begin += depth;
        if (!last && (status = cornu_task_poll(task)) != CORNU_OK) return status;
    } while (begin < product->depth);
    return CORNU_OK;
}

cornu_status cornu_task_gemm(cornu_task *task, const cornu_gemm *product) {
    if (product->rows == 0 || product->columns == 0) return CORNU_OK;
    if (!is_small(product)) return tiled_gemm(task, product, NULL);
    small_gemm(task, product);
    return CORNU_OK;
}

cornu_status cornu_task_gemm_descending(cornu_task *task, const cornu_gemm *product,
                                        const cornu_descent *descent) {
    if (product->rows == 0 || product->columns == 0) return CORNU_OK;
    if (!is_small(product)) return tiled_gemm(task, product, descent);
    cornu_gemm small = *product;
    if (stores_descent(descent)) {
        small.weights = descent->weights;
        small.rate = descent->update.learning_rate;
    }
    small_gemm(task, &small);
    if (!small.weights) descend(task, descent, 0, (size_t)small.c_row_stride, &small);
    return CORNU_OK;
}

void cornu_task_descend(cornu_task *task, size_t count, const void *gradient,
                        const cornu_descent *descent) {
    task->patience -= CORNU_TASK_UPDATE_WORK * (double)count;
    task->kernels->update(&descent->update, 1, count, descent->weights, count, gradient, count,
                          descent->slots);
}

typedef struct activation_tiles {
    cornu_task *task;
    const cornu_activation *activation;
    size_t rows, columns, output_columns, tile_rows;
    const void *x, *y, *dy;
    void *result;
} activation_tiles;

/* Elementwise kinds are cut anywhere, as so many rows of one element; the others between rows. */
static activation_tiles cut_activation(cornu_task *task, const cornu_activation *activation,
                                       size_t rows, size_t columns) {
    activation_tiles tiles = {
        .task = task, .activation = activation, .rows = rows, .columns = columns};
    if (!cornu_activation_is_rowwise(activation->kind)) {
        tiles.rows = rows * columns;
        tiles.columns = 1;
    }
    cornu_activation_columns(activation->kind, tiles.columns, &tiles.output_columns);
    tiles.tile_rows = cornu_tile_rows(TILE_ELEMENTS, tiles.columns);
    return tiles;
}

static void activation_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const activation_tiles *tiles = argument;
    const cornu_task *task = tiles->task;
    size_t row = tile * tiles->tile_rows;
    size_t rows = smaller(tiles->tile_rows, tiles->rows - row);
    const void *x = tiles->x ? cornu_task_at(task, tiles->x, row * tiles->columns) : NULL;
    if (!tiles->dy) {
        task->kernels->activation_forward(
            tiles->activation, rows, tiles->columns, x,
            cornu_task_at(task, tiles->result, row * tiles->output_columns));
        return;
    }
    task->kernels->activation_backward(tiles->activation, rows, tiles->columns, x,
                                       cornu_task_at(task, tiles->y, row * tiles->output_columns),
                                       cornu_task_at(task, tiles->dy, row * tiles->output_columns),
                                       cornu_task_at(task, tiles->result, row * tiles->columns));
}

static cornu_status run_activation(activation_tiles *tiles) {
    double work = ACTIVATION_WORK * (double)tiles->rows * (double)tiles->columns;
    return cornu_task_run(tiles->task, activation_tile, tiles,
                          ceil_divide(tiles->rows, tiles->tile_rows), work);
}

cornu_status cornu_task_activation(cornu_task *task, const cornu_activation *activation,
                                   size_t rows, size_t columns, const void *x, void *y) {
    if (columns <= TILE_ELEMENTS && rows * columns <= TILE_ELEMENTS) {
        task->patience -= ACTIVATION_WORK * (double)(rows * columns);
        task->kernels->activation_forward(activation, rows, columns, x, y);
        return CORNU_OK;
    }
    activation_tiles tiles = cut_activation(task, activation, rows, columns);
    tiles.x = x;
    tiles.result = y;
    return run_activation(&tiles);
}

cornu_status cornu_task_activation_derivative(cornu_task *task, const cornu_activation *activation,
                                              size_t rows, size_t columns, const void *x,
                                              const void *y, const void *dy, void *dx) {
    if (columns <= TILE_ELEMENTS && rows * columns <= TILE_ELEMENTS) {
        task->patience -= ACTIVATION_WORK * (double)(rows * columns);
        task->kernels->activation_backward(activation, rows, columns, x, y, dy, dx);
        return CORNU_OK;
    }
    activation_tiles tiles = cut_activation(task, activation, rows, columns);
    tiles.x = x;
    tiles.y = y;
    tiles.dy = dy;
    tiles.result = dx;
    return run_activation(&tiles);
}

cornu_status cornu_task_column_sums(cornu_task *task, size_t rows, size_t columns, const void *x,
                                    void *sums, bool accumulate) {
    if (rows <= CORNU_SUM_BLOCK && columns <= TILE_ELEMENTS / CORNU_SUM_BLOCK) {
        task->kernels->column_sums(rows, columns, x, sums, accumulate);
        return CORNU_OK;
    }
    /* Whole blocks of the sum, about a tile's worth of elements at a time; in order, so on one
     * thread. */
    size_t blocks = TILE_ELEMENTS / CORNU_SUM_BLOCK * 16 / (columns ? columns : 1);
    size_t step = (blocks ? blocks : 1) * CORNU_SUM_BLOCK;
    size_t row = 0;
    do {
        task->kernels->column_sums(smaller(step, rows - row), columns,
                                   cornu_task_at(task, x, row * columns), sums,
                                   accumulate || row > 0);
        row += step;
        const double work = (double)step * (double)columns;
        cornu_status status = row < rows ? cornu_task_poll_after(task, work) : CORNU_OK;
        if (status != CORNU_OK) return status;
    } while (row < rows);
    return CORNU_OK;
}

cornu_status cornu_task_centered_sums(cornu_task *task, size_t rows, size_t columns, const void *x,
                                      const void *means, const void *factors, void *sums) {
    const size_t step =
        cornu_tile_rows(16 * TILE_ELEMENTS / CORNU_SUM_BLOCK, columns) * CORNU_SUM_BLOCK;
    for (size_t row = 0; row < rows; row += step) {
        const size_t some = smaller(step, rows - row), place = row * columns;
        task->kernels->centered_sums(some, columns, cornu_task_at(task, x, place), means,
                                     factors ? cornu_task_at(task, factors, place) : NULL, sums,
                                     row > 0);
        const double work = CENTERED_WORK * (double)some * (double)columns;
        if (cornu_task_poll_after(task, work) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    return CORNU_OK;
}
