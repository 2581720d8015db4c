/* The product of two matrices.
 *
 * c is cut into panels of columns, the depth into blocks, the rows into tiles. One tile of one
 * block is a chain of fused multiply-adds for each of its elements, held in registers; every tile
 * shape gives an element the same chain, so the choice among them, and between packing b and
 * reading it where it is, is one of speed alone.
 *
 * Letters: i row, j column, k depth; _i, _j, _k in a stride's name is the axis it steps along. */

enum {
    GEMM_WIDE_COLUMNS = GEMM_WIDE_NBYTES / sizeof(REAL),
    GEMM_NARROW_COLUMNS = GEMM_NARROW_NBYTES / sizeof(REAL),
    GEMM_MOST_ROWS = GEMM_WIDE_ROWS > GEMM_NARROW_ROWS ? GEMM_WIDE_ROWS : GEMM_NARROW_ROWS,
};

typedef struct gemm_scratch {
    REAL panel[CORNU_DEPTH_BLOCK * GEMM_WIDE_COLUMNS]; /* depth x columns of the panel */
    REAL sums[GEMM_MOST_ROWS * GEMM_WIDE_COLUMNS];
} gemm_scratch;

typedef struct gemm_operands {
    size_t depth;
    const REAL *a;
    ptrdiff_t a_stride_i, a_stride_k;
    const REAL *b; /* a full panel, contiguous along j */
    ptrdiff_t b_stride_k;
} gemm_operands;

#define TILE_NAME gemm_tile_wide
#define TILE_ROWS GEMM_WIDE_ROWS
#define TILE_COLUMNS GEMM_WIDE_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_wide_4
#define TILE_ROWS 4
#define TILE_COLUMNS GEMM_WIDE_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_wide_2
#define TILE_ROWS 2
#define TILE_COLUMNS GEMM_WIDE_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_wide_1
#define TILE_ROWS 1
#define TILE_COLUMNS GEMM_WIDE_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_narrow
#define TILE_ROWS GEMM_NARROW_ROWS
#define TILE_COLUMNS GEMM_NARROW_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_narrow_4
#define TILE_ROWS 4
#define TILE_COLUMNS GEMM_NARROW_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_narrow_2
#define TILE_ROWS 2
#define TILE_COLUMNS GEMM_NARROW_COLUMNS
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_narrow_1
#define TILE_ROWS 1
#define TILE_COLUMNS GEMM_NARROW_COLUMNS
#include "kernels/gemm_tile_template.h"

/* The largest tile of at most `rows` rows; returns how many it did. */
static size_t gemm_wide_tile(size_t rows, const gemm_operands *operands, REAL *sums) {
    if (rows >= GEMM_WIDE_ROWS) {
        gemm_tile_wide(operands, sums);
        return GEMM_WIDE_ROWS;
    }
    if (rows >= 4) {
        gemm_tile_wide_4(operands, sums);
        return 4;
    }
    if (rows >= 2) {
        gemm_tile_wide_2(operands, sums);
        return 2;
    }
    gemm_tile_wide_1(operands, sums);
    return 1;
}

static size_t gemm_narrow_tile(size_t rows, const gemm_operands *operands, REAL *sums) {
    if (rows >= GEMM_NARROW_ROWS) {
        gemm_tile_narrow(operands, sums);
        return GEMM_NARROW_ROWS;
    }
    if (rows >= 4) {
        gemm_tile_narrow_4(operands, sums);
        return 4;
    }
    if (rows >= 2) {
        gemm_tile_narrow_2(operands, sums);
        return 2;
    }
    gemm_tile_narrow_1(operands, sums);
    return 1;
}

/* panel[k][j] = b[k][j] for j < width, 0 up to panel_columns. */
static void gemm_pack(size_t depth, size_t width, size_t panel_columns, const REAL *b,
                      ptrdiff_t stride_k, ptrdiff_t stride_j, REAL *restrict panel) {
    if (width < panel_columns) {
        memset(panel, 0, depth * panel_columns * sizeof(REAL));
    }
    if (stride_j == 1) {
        for (size_t k = 0; k < depth; k++) {
            memcpy(panel + k * panel_columns, b + (ptrdiff_t)k * stride_k, width * sizeof(REAL));
        }
        return;
    }
    for (size_t j = 0; j < width; j++) {
        const REAL *column = b + (ptrdiff_t)j * stride_j;
        for (size_t k = 0; k < depth; k++) {
            panel[k * panel_columns + j] = column[(ptrdiff_t)k * stride_k];
        }
    }
}

typedef struct gemm_store {
    REAL *c;
    ptrdiff_t c_stride_i, c_stride_j;
    const REAL *bias;
    ptrdiff_t bias_stride_i, bias_stride_j; /* one of them 0 */
    bool first, last;                       /* block of the depth */
} gemm_store;

static void gemm_store_tile(const gemm_store *store, size_t rows, size_t width,
                            size_t panel_columns, const REAL *sums) {
    for (size_t i = 0; i < rows; i++) {
        REAL *c = store->c + (ptrdiff_t)i * store->c_stride_i;
        const ptrdiff_t stride = store->c_stride_j;
        const REAL *sum = sums + i * panel_columns;
        if (store->first) {
            for (size_t j = 0; j < width; j++) {
                c[(ptrdiff_t)j * stride] = sum[j];
            }
        } else {
            for (size_t j = 0; j < width; j++) {
                c[(ptrdiff_t)j * stride] += sum[j];
            }
        }
        if (store->last && store->bias) {
            const REAL *bias = store->bias + (ptrdiff_t)i * store->bias_stride_i;
            for (size_t j = 0; j < width; j++) {
                c[(ptrdiff_t)j * stride] += bias[(ptrdiff_t)j * store->bias_stride_j];
            }
        }
    }
}

/* One panel of one block: `operands` and `store` point at its first row. */
static void gemm_panel(size_t rows, size_t width, size_t panel_columns, gemm_operands operands,
                       gemm_store store, REAL *sums) {
    const gemm_operands first_operands = operands;
    const gemm_store first_store = store;
    for (size_t i = 0; i < rows;) {
        operands.a = first_operands.a + (ptrdiff_t)i * operands.a_stride_i;
        store.c = first_store.c + (ptrdiff_t)i * store.c_stride_i;
        if (store.bias) {
            store.bias = first_store.bias + (ptrdiff_t)i * store.bias_stride_i;
        }
        size_t done = panel_columns == GEMM_WIDE_COLUMNS
                          ? gemm_wide_tile(rows - i, &operands, sums)
                          : gemm_narrow_tile(rows - i, &operands, sums);
        gemm_store_tile(&store, done, width, panel_columns, sums);
        i += done;
    }
}

typedef struct gemm_problem {
    size_t rows, columns, depth;
    const REAL *a, *b, *bias;
    REAL *c;
    ptrdiff_t a_stride_i, a_stride_k, b_stride_k, b_stride_j, c_stride_i, c_stride_j;
    ptrdiff_t bias_stride_i, bias_stride_j;
    bool accumulate;
} gemm_problem;

/* Every block of the panel that begins at column j. */
static void gemm_column_panel(const gemm_problem *p, size_t j, size_t width, size_t panel_columns,
                              gemm_scratch *scratch) {
    /* Rows of b that lie far apart share cache sets; packing pays as soon as a panel is read a few
     * times. */
    const bool packs = p->b_stride_j != 1 || width < panel_columns || p->rows > 2 * GEMM_MOST_ROWS;
    /* Once at least, so that a depth of 0 stores zero and bias. */
    for (size_t k = 0; k == 0 || k < p->depth; k += CORNU_DEPTH_BLOCK) {
        const size_t depth = p->depth - k < CORNU_DEPTH_BLOCK ? p->depth - k : CORNU_DEPTH_BLOCK;
        gemm_operands operands = {
            .depth = depth,
            .a = p->a + (ptrdiff_t)k * p->a_stride_k,
            .a_stride_i = p->a_stride_i,
            .a_stride_k = p->a_stride_k,
            .b = p->b + (ptrdiff_t)k * p->b_stride_k + (ptrdiff_t)j * p->b_stride_j,
            .b_stride_k = p->b_stride_k,
        };
        if (packs) {
            gemm_pack(depth, width, panel_columns, operands.b, p->b_stride_k, p->b_stride_j,
                      scratch->panel);
            operands.b = scratch->panel;
            operands.b_stride_k = (ptrdiff_t)panel_columns;
        }
        const gemm_store store = {
            .c = p->c + (ptrdiff_t)j * p->c_stride_j,
            .c_stride_i = p->c_stride_i,
            .c_stride_j = p->c_stride_j,
            .bias = p->bias ? p->bias + (ptrdiff_t)j * p->bias_stride_j : NULL,
            .bias_stride_i = p->bias_stride_i,
            .bias_stride_j = p->bias_stride_j,
            .first = k == 0 && !p->accumulate,
            .last = k + depth == p->depth,
        };
        gemm_panel(p->rows, width, panel_columns, operands, store, scratch->sums);
    }
}

static gemm_problem transposed_problem(const gemm_problem *p) {
    gemm_problem transposed = {
        .rows = p->columns,
        .columns = p->rows,
        .depth = p->depth,
        .a = p->b,
        .a_stride_i = p->b_stride_j,
        .a_stride_k = p->b_stride_k,
        .b = p->a,
        .b_stride_k = p->a_stride_k,
        .b_stride_j = p->a_stride_i,
        .c = p->c,
        .c_stride_i = p->c_stride_j,
        .c_stride_j = p->c_stride_i,
        .bias = p->bias,
        .bias_stride_i = p->bias_stride_j,
        .bias_stride_j = p->bias_stride_i,
        .accumulate = p->accumulate,
    };
    return transposed;
}

static void gemm(const cornu_gemm *product, void *scratch) {
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
    };
    if (problem.depth == 0) {
        /* Nothing of a and b is read, and both may be NULL, to which nothing may be added. */
        problem.a = problem.b = scratch;
        problem.a_stride_i = problem.b_stride_j = 0;
    }
    /* A narrow c is computed as its transpose, rows along the vector, where a can be read that way.
     * A product of two numbers does not depend on their order: the same chains. */
    if (problem.columns < GEMM_NARROW_COLUMNS / 2 && problem.rows >= 2 * problem.columns &&
        problem.a_stride_i == 1) {
        problem = transposed_problem(&problem);
    }
    for (size_t j = 0; problem.rows > 0 && j < problem.columns;) {
        const size_t left = problem.columns - j;
        const size_t panel_columns =
            left <= GEMM_NARROW_COLUMNS ? GEMM_NARROW_COLUMNS : GEMM_WIDE_COLUMNS;
        const size_t width = left < panel_columns ? left : panel_columns;
        gemm_column_panel(&problem, j, width, panel_columns, scratch);
        j += width;
    }
}
