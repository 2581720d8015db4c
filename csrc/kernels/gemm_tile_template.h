/* One tile of a product, its sums in registers; gemm_template.h includes it once for each shape.
 *
 * Parameters, undefined at the end: TILE_NAME, TILE_ROWS, TILE_COLUMNS. The array is of exactly the
 * tile's size, and the function stays apart: only then do gcc and clang keep all of it in
 * registers. */

/* sums (TILE_ROWS x TILE_COLUMNS) = a b */
__attribute__((noinline)) static void TILE_NAME(const gemm_operands *operands,
                                                REAL *restrict sums) {
    REAL sum[TILE_ROWS][TILE_COLUMNS];
    for (size_t i = 0; i < TILE_ROWS; i++) {
        WHOLE
        for (size_t j = 0; j < TILE_COLUMNS; j++) {
            sum[i][j] = 0;
        }
    }
    const ptrdiff_t a_stride_i = operands->a_stride_i, a_stride_k = operands->a_stride_k;
    const ptrdiff_t b_stride_k = operands->b_stride_k;
    for (size_t k = 0; k < operands->depth; k++) {
        const REAL *a = operands->a + (ptrdiff_t)k * a_stride_k;
        const REAL *b = operands->b + (ptrdiff_t)k * b_stride_k;
        UNROLL
        for (size_t i = 0; i < TILE_ROWS; i++) {
            const REAL factor = a[(ptrdiff_t)i * a_stride_i];
            WHOLE
            for (size_t j = 0; j < TILE_COLUMNS; j++) {
                sum[i][j] = multiply_add(factor, b[j], sum[i][j]);
            }
        }
    }
    for (size_t i = 0; i < TILE_ROWS; i++) {
        WHOLE
        for (size_t j = 0; j < TILE_COLUMNS; j++) {
            sums[i * TILE_COLUMNS + j] = sum[i][j];
        }
    }
}

#undef TILE_NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
