/* The product of two matrices.
 *
 * The depth is cut into blocks, c into panels of columns, a panel's rows into tiles. One tile of
 * one block is a chain of fused multiply-adds for each of its elements, held in registers; every
 * way of cutting, of packing b or reading it where it is, and of taking rows or columns along the
 * vector gives an element the same chain, so the choice is one of speed alone.
 *
 * Letters: i row, j column, k depth; _i, _j, _k in a stride's name is the axis it steps along. */

#include "kernels/gemm_tiles_template.h"

#include "kernels/gemm_pack_template.h"

#include "kernels/gemm_store_template.h"

enum {
    GEMM_PANEL = 2 * VEC_WIDTH, /* columns of a packed panel */
    GEMM_FEW_ROWS = 48,         /* up to here b is read where it lies */
    GEMM_PACK_DEPTH = 8,
    GEMM_A_TILES = 48 / GEMM_MOST_ROWS, /* whose rows of a are packed at once: whole vectors */
    GEMM_A_ROWS = GEMM_A_TILES * GEMM_MOST_ROWS,
    GEMM_PACKS_A = 8 * GEMM_PANEL, /* columns from which that pays */
    /* Bytes by which two lines of the first-level cache lie apart that keep each other out of it.
     */
    GEMM_CACHE_WAY = 4096,
    /* Elements of b packed at once: they stay in the second-level cache (1 MiB and more on what has
     * been measured) while every row of a passes over them. */
    GEMM_B_COUNT = (256 << 10) / sizeof(REAL),
};

typedef struct gemm_scratch {
    REAL b[GEMM_B_COUNT];
    REAL sums[GEMM_MOST_ROWS * GEMM_PANEL];
    REAL a[CORNU_DEPTH_BLOCK_MOST * GEMM_A_ROWS];
} gemm_scratch;

typedef struct gemm_problem {
    size_t rows, columns, depth;
    const REAL *a, *b, *bias;
    REAL *c;
    ptrdiff_t a_stride_i, a_stride_k, b_stride_k, b_stride_j, c_stride_i, c_stride_j;
    ptrdiff_t bias_stride_i, bias_stride_j;
    bool accumulate, relu, packs_b;
    REAL *weights;
    REAL rate;
} gemm_problem;

/* One block of the depth of the columns that are packed together. */
typedef struct gemm_block {
    const gemm_problem *problem;
    size_t k, depth;
    size_t column, columns;
    gemm_scratch *scratch;
} gemm_block;

/* A panel of columns of a block, and the first row of a tile. */
typedef struct gemm_place {
    size_t row, rows;
    size_t column, width; /* within the block */
    size_t vectors_log2;
} gemm_place;

static size_t gemm_tile_count(size_t rows) {
    return (rows + GEMM_MOST_ROWS - 1) / GEMM_MOST_ROWS;
}

/* As even as can be, since a tile of few rows costs nearly as much as one of many. */
static void gemm_take_rows(const gemm_block *block, size_t tile, gemm_place *place) {
    const size_t rows = block->problem->rows, tiles = gemm_tile_count(rows);
    place->row = rows * tile / tiles;
    place->rows = rows * (tile + 1) / tiles - place->row;
}

/* The next panel; a wider one for a few rows, which alone would wait for each other's sums. */
static void gemm_take_columns(const gemm_block *block, gemm_place *place) {
    const gemm_problem *p = block->problem;
    const size_t left = block->columns - place->column;
    const size_t most = p->rows > 3 ? 1 : p->rows > 1 ? 2 : 3;
    /* Of a panel only the last vector may be filled in part. */
    const size_t vectors = (left + VEC_WIDTH - 1) / VEC_WIDTH;
    place->vectors_log2 = 0;
    while (place->vectors_log2 < most && (size_t)2 << place->vectors_log2 <= vectors) {
        place->vectors_log2++;
    }
    const size_t panel = (size_t)VEC_WIDTH << place->vectors_log2;
    place->width = left < panel ? left : panel;
}

static gemm_store gemm_store_at(const gemm_block *block, const gemm_place *place) {
    const gemm_problem *p = block->problem;
    const ptrdiff_t i = (ptrdiff_t)place->row, j = (ptrdiff_t)(block->column + place->column);
    const bool last = block->k + block->depth == p->depth;
    gemm_store store = {
        .c = p->c + i * p->c_stride_i + j * p->c_stride_j,
        .c_stride_i = p->c_stride_i,
        .c_stride_j = p->c_stride_j,
        .bias = p->bias && last ? p->bias + i * p->bias_stride_i + j * p->bias_stride_j : NULL,
        .bias_stride_i = p->bias_stride_i,
        .bias_stride_j = p->bias_stride_j,
        .first = block->k == 0 && !p->accumulate,
        .relu = p->relu && last,
        .weights = p->weights && last ? p->weights + i * p->c_stride_i + j * p->c_stride_j : NULL,
        .rate = p->rate,
    };
    return store;
}

/* What will be read and written when the sums are there. */
INLINE void gemm_prefetch(const gemm_store *store, const gemm_place *place) {
    if (store->c_stride_j == 1) {
        const REAL *at = store->weights ? store->weights : store->c;
        for (size_t i = 0; i < place->rows; i++) {
            __builtin_prefetch(at, 1);
            __builtin_prefetch(at + 64 / sizeof(REAL), 1);
            at += store->c_stride_i;
        }
    }
}

/* Where a panel of b is read: packed, or where it lies. */
static gemm_operands gemm_operands_at(const gemm_block *block, const gemm_place *place) {
    const gemm_problem *p = block->problem;
    const size_t panel = (size_t)VEC_WIDTH << place->vectors_log2;
    gemm_operands operands = {
        .depth = block->depth,
        .a = p->a + (ptrdiff_t)place->row * p->a_stride_i + (ptrdiff_t)block->k * p->a_stride_k,
        .a_stride_i = p->a_stride_i,
        .a_stride_k = p->a_stride_k,
        .b = p->b + (ptrdiff_t)block->k * p->b_stride_k +
             (ptrdiff_t)(block->column + place->column) * p->b_stride_j,
        .b_stride_k = p->b_stride_k,
        .last_width = VEC_WIDTH - (panel - place->width),
    };
    return operands;
}

static void gemm_compute(const gemm_block *block, const gemm_place *place,
                         const gemm_operands *operands) {
    const gemm_store store = gemm_store_at(block, place);
    const size_t panel = (size_t)VEC_WIDTH << place->vectors_log2;
    gemm_tile *compute = gemm_tiles[place->vectors_log2][place->rows];
    gemm_prefetch(&store, place);
    if (gemm_stores_plainly(&store) && place->width == panel && store.c_stride_j == 1) {
        compute(operands, store.c, store.c_stride_i, NULL);
        return;
    }
    REAL *sums = block->scratch->sums;
    compute(operands, NULL, 0, sums);
    if (store.c_stride_j == 1) {
        gemm_store_rows(&store, place->rows, place->width, panel, sums);
    } else {
        gemm_store_columns(&store, place->rows, place->width, panel, sums);
    }
}

/* Few rows: a panel of b is read where it lies, by one tile after the other. */
static void gemm_where_it_lies(const gemm_block *block) {
    const gemm_problem *p = block->problem;
    gemm_place place = {0};
    for (place.column = 0; place.column < block->columns; place.column += place.width) {
        gemm_take_columns(block, &place);
        place.row = 0;
        gemm_operands operands = gemm_operands_at(block, &place);
        const REAL *a = operands.a;
        if (p->packs_b || (!VEC_LOADS_PARTS && operands.last_width < VEC_WIDTH)) {
            const size_t panel = (size_t)VEC_WIDTH << place.vectors_log2;
            pack(block->depth, place.width, panel, operands.b, p->b_stride_k, p->b_stride_j,
                 block->scratch->b);
            operands.b = block->scratch->b;
            operands.b_stride_k = (ptrdiff_t)panel;
            operands.last_width = VEC_WIDTH;
        }
        for (size_t tile = 0; tile < gemm_tile_count(p->rows); tile++) {
            gemm_take_rows(block, tile, &place);
            operands.a = a + (ptrdiff_t)place.row * p->a_stride_i;
            gemm_compute(block, &place, &operands);
        }
    }
}

/* Some of the depth at a time, so that rows of b that lie far from each other are read a good piece
 * each. */
static void gemm_pack_b(const gemm_block *block) {
    const gemm_problem *p = block->problem;
    const size_t step = p->b_stride_j == 1 ? GEMM_PACK_DEPTH : block->depth;
    for (size_t k = 0; k < block->depth; k += step) {
        const size_t depth = block->depth - k < step ? block->depth - k : step;
        gemm_place place = {0};
        for (place.column = 0; place.column < block->columns; place.column += place.width) {
            gemm_take_columns(block, &place);
            const gemm_operands operands = gemm_operands_at(block, &place);
            const size_t panel = (size_t)VEC_WIDTH << place.vectors_log2;
            pack(depth, place.width, panel, operands.b + (ptrdiff_t)k * p->b_stride_k,
                 p->b_stride_k, p->b_stride_j,
                 block->scratch->b + block->depth * place.column + k * panel);
        }
    }
}

/* Whether the depth's factors of a tile would keep each other out of the first-level cache. */
static bool gemm_packs_a(const gemm_block *block) {
    const gemm_problem *p = block->problem;
    return p->a_stride_i == 1 && block->columns >= GEMM_PACKS_A &&
           (uintptr_t)p->a_stride_k * sizeof(REAL) % GEMM_CACHE_WAY == 0;
}

/* The rows of a of this tile and the next ones, contiguous along i. */
static void gemm_pack_a(const gemm_block *block, size_t tile) {
    const gemm_problem *p = block->problem;
    const size_t tiles = gemm_tile_count(p->rows);
    gemm_place first = {0}, last = {0};
    gemm_take_rows(block, tile, &first);
    gemm_take_rows(block, tile + GEMM_A_TILES < tiles ? tile + GEMM_A_TILES - 1 : tiles - 1, &last);
    const gemm_operands operands = gemm_operands_at(block, &first);
    pack_rows(block->depth, last.row + last.rows - first.row, GEMM_A_ROWS, operands.a,
              p->a_stride_k, block->scratch->a);
}

/* Many rows: b is packed, then each tile of a, which stays in the first-level cache, passes over
 * its panels. */
static void gemm_packed(const gemm_block *block) {
    const gemm_problem *p = block->problem;
    const size_t tiles = gemm_tile_count(p->rows);
    const bool packs_a = gemm_packs_a(block);
    size_t packed_row = 0;
    gemm_pack_b(block);
    for (size_t tile = 0; tile < tiles; tile++) {
        gemm_place place = {0};
        gemm_take_rows(block, tile, &place);
        if (packs_a && tile % GEMM_A_TILES == 0) {
            gemm_pack_a(block, tile);
            packed_row = place.row;
        }
        for (place.column = 0; place.column < block->columns; place.column += place.width) {
            gemm_take_columns(block, &place);
            gemm_operands operands = gemm_operands_at(block, &place);
            if (packs_a) {
                operands.a = block->scratch->a + (place.row - packed_row);
                operands.a_stride_k = GEMM_A_ROWS;
            }
            operands.b = block->scratch->b + block->depth * place.column;
            operands.b_stride_k = (ptrdiff_t)VEC_WIDTH << place.vectors_log2;
            operands.last_width = VEC_WIDTH;
            gemm_compute(block, &place, &operands);
        }
    }
}

/* A product of two numbers does not depend on their order: c's transpose is as good, with the same
 * chains. */
static void transpose_problem(gemm_problem *p) {
    const gemm_problem as_is = *p;
    p->rows = as_is.columns;
    p->columns = as_is.rows;
    p->a = as_is.b;
    p->a_stride_i = as_is.b_stride_j;
    p->a_stride_k = as_is.b_stride_k;
    p->b = as_is.a;
    p->b_stride_k = as_is.a_stride_k;
    p->b_stride_j = as_is.a_stride_i;
    p->c_stride_i = as_is.c_stride_j;
    p->c_stride_j = as_is.c_stride_i;
    p->bias_stride_i = as_is.bias_stride_j;
    p->bias_stride_j = as_is.bias_stride_i;
}

/* What it costs with `rows` factors broadcast to `columns` along the vector, in multiply-adds of
 * one vector; and then to read operands and write results that do not lie along it. */
INLINE size_t gemm_cost(size_t rows, size_t columns, size_t depth, ptrdiff_t b_stride_k,
                        ptrdiff_t b_stride_j, ptrdiff_t c_stride_j) {
    const size_t vectors = (columns + VEC_WIDTH - 1) / VEC_WIDTH;
    size_t cost = vectors * rows * depth;
    if (b_stride_j != 1) {
        cost += vectors * depth * (b_stride_k == 1 ? 8 : 4 * VEC_WIDTH);
    }
    if (c_stride_j != 1) {
        cost += vectors * rows * 16;
    }
    return cost;
}

static bool gemm_is_better_transposed(const gemm_problem *p) {
    return gemm_cost(p->columns, p->rows, p->depth, p->a_stride_k, p->a_stride_i, p->c_stride_i) <
           gemm_cost(p->rows, p->columns, p->depth, p->b_stride_k, p->b_stride_j, p->c_stride_j);
}

#include "kernels/gemm_lanes_template.h"

#include "kernels/gemm_few_template.h"

enum {
    GEMM_TINY_SIDE = 8, /* most rows times columns, and most depth, of a product of a few numbers */
};

/* A product of a few numbers, which would fill no vector: what the general way needs to get ready
 * is more than all of its work. */
static void gemm_tiny(const cornu_gemm *p) {
    const ptrdiff_t a_stride_k = p->a_column_stride, b_stride_k = p->b_row_stride;
    gemm_store store = {.first = !p->accumulate, .relu = p->relu, .rate = (REAL)p->rate};
    for (size_t i = 0; i < p->rows; i++) {
        for (size_t j = 0; j < p->columns; j++) {
            const REAL *a = (const REAL *)p->a + (ptrdiff_t)i * p->a_row_stride;
            const REAL *b = (const REAL *)p->b + (ptrdiff_t)j * p->b_column_stride;
            const ptrdiff_t at = (ptrdiff_t)i * p->c_row_stride + (ptrdiff_t)j;
            REAL sum = 0;
            for (size_t k = 0; k < p->depth; k++) {
                sum = multiply_add(a[(ptrdiff_t)k * a_stride_k], b[(ptrdiff_t)k * b_stride_k], sum);
            }
            store.bias = p->bias ? (const REAL *)p->bias + j : NULL;
            store.weights = p->weights ? (REAL *)p->weights + at : NULL;
            gemm_emit_one(&store, (REAL *)p->c + at, sum);
        }
    }
}

static void gemm(const cornu_gemm *product, void *scratch) {
    const size_t whole = product->whole_depth ? product->whole_depth : product->depth;
    const bool uses_lanes = gemm_uses_lanes(product->columns, whole);
    if (product->depth - 1 < GEMM_TINY_SIDE && !uses_lanes &&
        product->rows * product->columns <= GEMM_TINY_SIDE) {
        gemm_tiny(product);
        return;
    }
    gemm_problem problem = {
        .rows = product->rows,
        .columns = product->columns,
        .depth = product->depth,
        .a = product->a,
        .a_stride_i = product->a_row_stride,
        .a_stride_k = product->a_column_stride,
        .b = product->b,
        .b_stride_k = product->b_row_stride,
        .b_stride_j = product->b_column_stride,
        .c = product->c,
        .c_stride_i = product->c_row_stride,
        .c_stride_j = 1,
        .bias = product->bias,
        .bias_stride_i = 0,
        .bias_stride_j = 1,
        .accumulate = product->accumulate,
        .relu = product->relu,
        .weights = product->weights,
        .rate = (REAL)product->rate,
    };
    if (problem.depth == 0) {
        /* Nothing of a and b is read, and both may be NULL, to which nothing may be added. */
        problem.a = problem.b = scratch;
        problem.a_stride_i = problem.b_stride_j = 0;
    }
    const size_t block_depth = cornu_depth_block(whole);
    if (uses_lanes) {
        for (size_t k = 0; k < problem.depth; k += block_depth) {
            const size_t left = problem.depth - k;
            gemm_lanes_block(&problem, k, left < block_depth ? left : block_depth, scratch);
        }
        return;
    }
    if (gemm_is_better_transposed(&problem)) {
        transpose_problem(&problem);
    }
    if (problem.depth - 1 < CORNU_GEMM_FEW_DEPTH && problem.b_stride_j == 1 &&
        problem.c_stride_j == 1) {
        const gemm_block all = {.problem = &problem, .depth = problem.depth};
        const gemm_place first = {0};
        const gemm_store store = gemm_store_at(&all, &first);
        gemm_shallow(&problem, &store);
        return;
    }
    problem.packs_b = problem.b_stride_j != 1;
    const bool blocked = problem.rows > GEMM_FEW_ROWS;
    const size_t most_columns = GEMM_B_COUNT / block_depth / GEMM_PANEL * GEMM_PANEL;
    for (size_t k = 0; k == 0 || k < problem.depth; k += block_depth) {
        gemm_block block = {.problem = &problem, .k = k, .scratch = scratch};
        block.depth = problem.depth - k < block_depth ? problem.depth - k : block_depth;
        while (block.column < problem.columns) {
            block.columns = problem.columns - block.column;
            if (!blocked) {
                if (!gemm_few_block(&block)) {
                    gemm_where_it_lies(&block);
                }
            } else {
                block.columns = block.columns < most_columns ? block.columns : most_columns;
                gemm_packed(&block);
            }
            block.column += block.columns;
        }
    }
}
