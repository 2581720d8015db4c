/* One tile of a product, its sums in registers; gemm_tiles_template.h includes it once for each
 * shape.
 *
 * Parameters, undefined at the end: TILE_NAME, TILE_ROWS, TILE_VECTORS. Both loops over the sums
 * must be unrolled whole, or they would go through memory. */

/* The chain of one block of the depth for each element, from zero. Where `c` is given, they are
 * stored there, else in sums (TILE_ROWS x TILE_VECTORS vectors). */
static void TILE_NAME(const gemm_operands *operands, REAL *restrict c, ptrdiff_t c_stride_i,
                      REAL *restrict sums) {
    vec sum[TILE_ROWS][TILE_VECTORS];
    UNROLL
    for (size_t i = 0; i < TILE_ROWS; i++) {
        UNROLL
        for (size_t v = 0; v < TILE_VECTORS; v++) {
            sum[i][v] = vec_zero();
        }
    }
    const ptrdiff_t a_stride_i = operands->a_stride_i, a_stride_k = operands->a_stride_k;
    const ptrdiff_t b_stride_k = operands->b_stride_k;
    /* A pointer for every third row: the two behind it are reached by the stride and its double,
     * which an address can hold. */
    const REAL *a[(TILE_ROWS + 2) / 3];
    UNROLL
    for (size_t i = 0; i < (TILE_ROWS + 2) / 3; i++) {
        a[i] = operands->a + 3 * (ptrdiff_t)i * a_stride_i;
    }
    const REAL *b = operands->b;
    for (size_t k = 0; k < operands->depth; k++) {
        vec row[TILE_VECTORS];
        UNROLL
        for (size_t v = 0; v + 1 < TILE_VECTORS; v++) {
            row[v] = vec_load(b + v * VEC_WIDTH);
        }
        row[TILE_VECTORS - 1] = TILE_LOAD_LAST(b + (TILE_VECTORS - 1) * VEC_WIDTH);
        UNROLL
        for (size_t i = 0; i < TILE_ROWS; i++) {
            const vec factor = vec_all(a[i / 3][(ptrdiff_t)(i % 3) * a_stride_i]);
            UNROLL
            for (size_t v = 0; v < TILE_VECTORS; v++) {
                sum[i][v] = vec_multiply_add(factor, row[v], sum[i][v]);
            }
        }
        UNROLL
        for (size_t i = 0; i < (TILE_ROWS + 2) / 3; i++) {
            a[i] += a_stride_k;
        }
        b += b_stride_k;
    }
    REAL *to = c ? c : sums;
    const ptrdiff_t stride = c ? c_stride_i : TILE_VECTORS * VEC_WIDTH;
    UNROLL
    for (size_t i = 0; i < TILE_ROWS; i++) {
        UNROLL
        for (size_t v = 0; v < TILE_VECTORS; v++) {
            vec_store(to + v * VEC_WIDTH, sum[i][v]);
        }
        to += stride;
    }
}

#undef TILE_NAME
#undef TILE_ROWS
#undef TILE_VECTORS
