/* Products that use each number of b once or a few times, so that how fast b is read is all that
 * counts: nothing of it is copied, and it is gone through as it lies. */

enum {
    STREAM_DEPTH = 8, /* rows of b that are read side by side */
    /* b's rows from which on a tile's columns, which go down all of b, would take a page each. */
    STREAM_COLUMNS = 2048 / sizeof(REAL),
    STREAM_WIDTH = 8192 / sizeof(REAL), /* columns whose sums stay in the first-level cache */
};

/* ---- Little depth: c is gone through row by row. ---- */

/* `row_bias` is the row's, where the bias goes down the rows. */
INLINE void shallow_vector(const gemm_store *store, size_t depth, const vec *factor, const REAL *b,
                           ptrdiff_t b_stride_k, ptrdiff_t offset, const REAL *row_bias, size_t j,
                           size_t count) {
    vec sum = vec_zero();
    for (size_t k = 0; k < depth; k++) {
        sum = vec_multiply_add(factor[k], vec_load_some(b + (ptrdiff_t)k * b_stride_k + j, count),
                               sum);
    }
    vec bias = vec_zero();
    if (store->bias) {
        bias = store->bias_stride_j ? vec_load_some(store->bias + j, count) : vec_all(*row_bias);
    }
    gemm_emit(store, offset + (ptrdiff_t)j, sum, bias, count);
}

INLINE void shallow_rows_of(const gemm_problem *p, const gemm_store store, size_t depth) {
    const size_t columns = p->columns, whole = columns / VEC_WIDTH * VEC_WIDTH;
    const REAL *b = p->b;
    const ptrdiff_t b_stride_k = p->b_stride_k;
    for (size_t i = 0; i < p->rows; i++) {
        const REAL *a = p->a + (ptrdiff_t)i * p->a_stride_i;
        const ptrdiff_t offset = (ptrdiff_t)i * store.c_stride_i;
        const REAL *row_bias = store.bias ? store.bias + (ptrdiff_t)i * store.bias_stride_i : NULL;
        vec factor[CORNU_GEMM_FEW_DEPTH];
        for (size_t k = 0; k < depth; k++) {
            factor[k] = vec_all(a[(ptrdiff_t)k * p->a_stride_k]);
        }
        for (size_t j = 0; j < whole; j += VEC_WIDTH) {
            shallow_vector(&store, depth, factor, b, b_stride_k, offset, row_bias, j, VEC_WIDTH);
        }
        if (whole < columns) {
            shallow_vector(&store, depth, factor, b, b_stride_k, offset, row_bias, whole,
                           columns - whole);
        }
    }
}

/* One row of b is what a batch of one gives: with it and a step of gradient descent known, the loop
 * is as short as can be. */
static void gemm_shallow(const gemm_problem *p, const gemm_store *store) {
    gemm_store known = *store;
    const bool is_step = known.first && known.weights && !known.bias && !known.relu;
    if (!is_step || p->depth != 1) {
        shallow_rows_of(p, known, p->depth);
        return;
    }
    known.first = true;
    known.bias = NULL;
    known.relu = false;
    shallow_rows_of(p, known, 1);
}

/* ---- A few rows, b contiguous along j: b is gone through row by row. ---- */

INLINE void stream_vector(size_t rows, size_t depth, const vec (*factor)[STREAM_DEPTH],
                          const REAL *b, ptrdiff_t b_stride_k, REAL *sums, size_t count) {
    vec sum[CORNU_GEMM_FEW_ROWS];
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        sum[i] = vec_load(sums + i * STREAM_WIDTH);
    }
    UNROLL
    for (size_t l = 0; l < depth; l++) {
        const vec row = vec_load_some(b + (ptrdiff_t)l * b_stride_k, count);
        UNROLL
        for (size_t i = 0; i < rows; i++) {
            sum[i] = vec_multiply_add(factor[i][l], row, sum[i]);
        }
    }
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        vec_store(sums + i * STREAM_WIDTH, sum[i]);
    }
}

INLINE void stream_rows_of(const gemm_block *block, size_t rows, size_t k, size_t depth,
                           size_t column, size_t width, REAL *sums) {
    const gemm_problem *p = block->problem;
    const ptrdiff_t b_stride_k = p->b_stride_k;
    const REAL *a = p->a + (ptrdiff_t)(block->k + k) * p->a_stride_k;
    vec factor[CORNU_GEMM_FEW_ROWS][STREAM_DEPTH];
    UNROLL
    for (size_t i = 0; i < rows; i++) {
        UNROLL
        for (size_t l = 0; l < STREAM_DEPTH; l++) {
            const ptrdiff_t at = (ptrdiff_t)i * p->a_stride_i + (ptrdiff_t)l * p->a_stride_k;
            factor[i][l] = l < depth ? vec_all(a[at]) : vec_zero();
        }
    }
    const REAL *b = p->b + (ptrdiff_t)(block->k + k) * b_stride_k + (ptrdiff_t)column;
    size_t j = 0;
    for (; j + VEC_WIDTH <= width; j += VEC_WIDTH) {
        stream_vector(rows, depth, factor, b + j, b_stride_k, sums + j, VEC_WIDTH);
    }
    if (j < width) {
        stream_vector(rows, depth, factor, b + j, b_stride_k, sums + j, width - j);
    }
}

INLINE void stream_block_of(const gemm_block *block, size_t rows) {
    REAL *sums = block->scratch->b;
    for (size_t column = 0; column < block->columns; column += STREAM_WIDTH) {
        const size_t left = block->columns - column;
        const gemm_place place = {
            .rows = rows, .column = column, .width = left < STREAM_WIDTH ? left : STREAM_WIDTH};
        memset(sums, 0, rows * STREAM_WIDTH * sizeof(REAL));
        size_t k = 0;
        for (; k + STREAM_DEPTH <= block->depth; k += STREAM_DEPTH) {
            stream_rows_of(block, rows, k, STREAM_DEPTH, block->column + column, place.width, sums);
        }
        if (k < block->depth) {
            stream_rows_of(block, rows, k, block->depth - k, block->column + column, place.width,
                           sums);
        }
        const gemm_store store = gemm_store_at(block, &place);
        gemm_store_rows(&store, rows, place.width, STREAM_WIDTH, sums);
    }
}

/* ---- A few rows, b contiguous along k: squares of it are transposed in registers. ---- */

INLINE void turn_square(const gemm_problem *p, size_t rows, size_t k, size_t depth, size_t column,
                        size_t width, vec *sum) {
    vec square[VEC_WIDTH];
    const REAL *b = p->b + (ptrdiff_t)column * p->b_stride_j + (ptrdiff_t)k;
    if (depth == VEC_WIDTH && width == VEC_WIDTH) {
        vec_load_transposed(b, p->b_stride_j, square);
    } else {
        load_corner(depth, width, b, p->b_stride_j, square);
    }
    UNROLL
    for (size_t l = 0; l < VEC_WIDTH; l++) {
        if (l < depth) {
            UNROLL
            for (size_t i = 0; i < rows; i++) {
                const REAL factor =
                    p->a[(ptrdiff_t)i * p->a_stride_i + (ptrdiff_t)(k + l) * p->a_stride_k];
                sum[i] = vec_multiply_add(vec_all(factor), square[l], sum[i]);
            }
        }
    }
}

/* Two squares side by side, so that the sums of one do not wait for each other. */
INLINE void turn_block_of(const gemm_block *block, size_t rows) {
    const gemm_problem *p = block->problem;
    REAL *sums = block->scratch->sums;
    for (size_t column = 0; column < block->columns; column += 2 * VEC_WIDTH) {
        const size_t left = block->columns - column;
        const gemm_place place = {
            .rows = rows, .column = column, .width = left < GEMM_PANEL ? left : GEMM_PANEL};
        const size_t first = place.width < VEC_WIDTH ? place.width : VEC_WIDTH;
        vec sum[2][CORNU_GEMM_FEW_ROWS];
        for (size_t i = 0; i < CORNU_GEMM_FEW_ROWS; i++) {
            sum[0][i] = sum[1][i] = vec_zero();
        }
        size_t k = 0;
        if (place.width == GEMM_PANEL) {
            for (; k + VEC_WIDTH <= block->depth; k += VEC_WIDTH) {
                turn_square(p, rows, block->k + k, VEC_WIDTH, block->column + column, VEC_WIDTH,
                            sum[0]);
                turn_square(p, rows, block->k + k, VEC_WIDTH, block->column + column + VEC_WIDTH,
                            VEC_WIDTH, sum[1]);
            }
        }
        for (; k < block->depth; k += VEC_WIDTH) {
            const size_t depth = block->depth - k < VEC_WIDTH ? block->depth - k : VEC_WIDTH;
            turn_square(p, rows, block->k + k, depth, block->column + column, first, sum[0]);
            if (place.width > VEC_WIDTH) {
                turn_square(p, rows, block->k + k, depth, block->column + column + VEC_WIDTH,
                            place.width - VEC_WIDTH, sum[1]);
            }
        }
        for (size_t i = 0; i < rows; i++) {
            vec_store(sums + i * GEMM_PANEL, sum[0][i]);
            vec_store(sums + i * GEMM_PANEL + VEC_WIDTH, sum[1][i]);
        }
        const gemm_store store = gemm_store_at(block, &place);
        gemm_store_rows(&store, rows, place.width, GEMM_PANEL, sums);
    }
}

INLINE void few_block_of(const gemm_block *block, size_t rows) {
    if (block->problem->b_stride_j == 1) {
        stream_block_of(block, rows);
    } else {
        turn_block_of(block, rows);
    }
}

/* Whether a block of a few rows is done here; then it is. */
static bool gemm_few_block(const gemm_block *block) {
    const gemm_problem *p = block->problem;
    const bool streams = p->b_stride_j == 1 && block->columns >= STREAM_COLUMNS;
    const bool turns = p->b_stride_j != 1 && p->b_stride_k == 1;
    if (p->rows - 1 >= CORNU_GEMM_FEW_ROWS || p->c_stride_j != 1 || !(streams || turns)) {
        return false;
    }
    if (p->rows == 1) {
        few_block_of(block, 1);
    } else if (p->rows == 2) {
        few_block_of(block, 2);
    } else if (p->rows == 3) {
        few_block_of(block, 3);
    } else {
        few_block_of(block, 4);
    }
    return true;
}
