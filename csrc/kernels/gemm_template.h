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
    while (rows > 0) {
        size_t done = panel_columns == GEMM_WIDE_COLUMNS ? gemm_wide_tile(rows, &operands, sums)
                                                         : gemm_narrow_tile(rows, &operands, sums);
        gemm_store_tile(&store, done, width, panel_columns, sums);
        operands.a += (ptrdiff_t)done * operands.a_stride_i;
        store.c += (ptrdiff_t)done * store.c_stride_i;
        if (store.bias) {
            store.bias += (ptrdiff_t)done * store.bias_stride_i;
        }
        rows -= done;
    }
}

typedef struct gemm_problem {
    size_t rows, columns, depth;
    const REAL *a, *b, *bias;
    REAL *c;
    ptrdiff_t a_stride_i, a_stride_k, b_stride_k, b_stride_j, c_stride_i, c_stride_j, bias_stride_i,
        bias_stride_j;
    bool accumulate;
} gemm_problem;

static void gemm_blocks(const gemm_problem *p, gemm_scratch *scratch) {
    for (size_t j = 0; j < p->columns;) {
        size_t left = p->columns - j;
        size_t panel_columns =
            left <= GEMM_NARROW_COLUMNS ? GEMM_NARROW_COLUMNS : GEMM_WIDE_COLUMNS;
        size_t width = left < panel_columns ? left : panel_columns;
        const REAL *b = p->b + (ptrdiff_t)j * p->b_stride_j;
        gemm_store store = {p->c + (ptrdiff_t)j * p->c_stride_j,
                            p->c_stride_i,
                            p->c_stride_j,
                            p->bias,
                            p->bias_stride_i,
                            p->bias_stride_j,
                            false,
                            false};
        if (p->bias) {
            store.bias += (ptrdiff_t)j * p->bias_stride_j;
        }
        /* Once at least, so that a depth of 0 stores zero and bias. */
        for (size_t k = 0; k == 0 || k < p->depth; k += CORNU_DEPTH_BLOCK) {
            size_t depth = p->depth - k < CORNU_DEPTH_BLOCK ? p->depth - k : CORNU_DEPTH_BLOCK;
            store.first = k == 0 && !p->accumulate;
            store.last = k + depth == p->depth;
            const REAL *block = b + (ptrdiff_t)k * p->b_stride_k;
            gemm_operands operands = {depth,         p->a + (ptrdiff_t)k * p->a_stride_k,
                                      p->a_stride_i, p->a_stride_k,
                                      block,         p->b_stride_k};
            /* Rows of b that lie far apart share cache sets; packing pays as soon as a panel is
             * read a few times. */
            if (p->b_stride_j != 1 || width < panel_columns || p->rows > 2 * GEMM_MOST_ROWS) {
                gemm_pack(depth, width, panel_columns, block, p->b_stride_k, p->b_stride_j,
                          scratch->panel);
                operands.b = scratch->panel;
                operands.b_stride_k = (ptrdiff_t)panel_columns;
            }
            gemm_panel(p->rows, width, panel_columns, operands, store, scratch->sums);
        }
        j += width;
    }
}

static void gemm(const cornu_gemm *product, void *scratch) {
    gemm_problem problem = {
        product->rows,
        product->columns,
        product->depth,
        product->a,
        product->b,
        product->bias,
        product->c,
        product->a_row_stride,
        product->a_column_stride,
        product->b_row_stride,
        product->b_column_stride,
        product->c_row_stride,
        1,
        0,
        1,
        product->accumulate,
    };
    if (problem.rows == 0 || problem.columns == 0) {
        return;
    }
    /* A narrow c is computed as its transpose, rows along the vector, where a can be read that way.
     * A product of two numbers does not depend on their order: the same chains. */
    if (problem.columns < GEMM_NARROW_COLUMNS / 2 && problem.rows >= 2 * problem.columns &&
        problem.a_stride_i == 1) {
        gemm_problem transposed = {
            problem.columns,
            problem.rows,
            problem.depth,
            problem.b,
            problem.a,
            problem.bias,
            problem.c,
            problem.b_stride_j,
            problem.b_stride_k,
            problem.a_stride_k,
            problem.a_stride_i,
            problem.c_stride_j,
            problem.c_stride_i,
            1,
            0,
            problem.accumulate,
        };
        problem = transposed;
    }
    gemm_blocks(&problem, scratch);
}
