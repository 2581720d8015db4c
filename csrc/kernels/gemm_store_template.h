/* What becomes of a tile's sums: added to c, bias, activation, or a step of plain gradient descent,
 * all in one pass. */

typedef struct gemm_store {
    REAL *c; /* of the tile */
    ptrdiff_t c_stride_i, c_stride_j;
    const REAL *bias;                       /* NULL: none, or not yet */
    ptrdiff_t bias_stride_i, bias_stride_j; /* one of them 0 */
    REAL *weights;                          /* beside c; NULL: none, or not yet */
    REAL rate;
    bool first; /* block of the depth: what stands in c does not count */
    bool relu;
} gemm_store;

/* Whether the sums are the result. */
INLINE bool gemm_stores_plainly(const gemm_store *store) {
    return store->first && !store->bias && !store->relu && !store->weights;
}

/* A part or the whole: where it is known which, as short as can be. */
INLINE vec vec_load_some(const REAL *x, size_t count) {
    return count == VEC_WIDTH ? vec_load(x) : vec_load_part(x, count);
}

INLINE void vec_store_some(REAL *x, vec value, size_t count) {
    if (count == VEC_WIDTH) {
        vec_store(x, value);
    } else {
        vec_store_part(x, value, count);
    }
}

/* `count` elements at `c`, which is at `offset` from the tile's. */
INLINE void gemm_emit(const gemm_store *store, ptrdiff_t offset, vec sum, vec bias, size_t count) {
    REAL *c = store->c + offset;
    if (!store->first) {
        sum = vec_add(vec_load_some(c, count), sum);
    }
    if (store->bias) {
        sum = vec_add(sum, bias);
    }
    if (store->relu) {
        sum = vec_relu(sum);
    }
    if (store->weights) {
        REAL *weights = store->weights + offset;
        const vec before = vec_load_some(weights, count);
        vec_store_some(weights, vec_multiply_add(vec_all(-store->rate), sum, before), count);
        return;
    }
    vec_store_some(c, sum, count);
}

/* One element: bias and weights are its own. */
INLINE void gemm_emit_one(const gemm_store *store, REAL *c, REAL sum) {
    if (!store->first) {
        sum = *c + sum;
    }
    if (store->bias) {
        sum += *store->bias;
    }
    if (store->relu) {
        sum = sum <= 0 ? 0 : sum;
    }
    if (store->weights) {
        *store->weights = multiply_add(-store->rate, sum, *store->weights);
        return;
    }
    *c = sum;
}

/* The tile's columns are contiguous in c. */
INLINE void gemm_store_rows_of(const gemm_store store, size_t rows, size_t width, size_t stride,
                               const REAL *sums) {
    for (size_t j = 0; j < width; j += VEC_WIDTH) {
        const size_t count = width - j < VEC_WIDTH ? width - j : VEC_WIDTH;
        vec bias =
            store.bias && store.bias_stride_j ? vec_load_part(store.bias + j, count) : vec_zero();
        for (size_t i = 0; i < rows; i++) {
            if (store.bias && !store.bias_stride_j) {
                bias = vec_all(store.bias[i]);
            }
            gemm_emit(&store, (ptrdiff_t)i * store.c_stride_i + (ptrdiff_t)j,
                      vec_load(sums + i * stride + j), bias, count);
        }
    }
}

/* The same for each of the usual cases: with what the store does known, the loops are as short as
 * can be. */
__attribute__((noinline)) static void gemm_store_rows(const gemm_store *store, size_t rows,
                                                      size_t width, size_t stride,
                                                      const REAL *sums) {
    gemm_store known = *store;
    if (!known.first || (known.bias && !known.bias_stride_j) ||
        (known.weights && (known.bias || known.relu))) {
        gemm_store_rows_of(known, rows, width, stride, sums);
        return;
    }
    known.first = true;
    known.bias_stride_j = 1;
    if (known.weights) {
        known.bias = NULL;
        known.relu = false;
        gemm_store_rows_of(known, rows, width, stride, sums);
    } else if (!known.bias && !known.relu) {
        known.bias = NULL;
        known.weights = NULL;
        gemm_store_rows_of(known, rows, width, stride, sums);
    } else if (known.bias && known.relu) {
        known.relu = true;
        known.weights = NULL;
        gemm_store_rows_of(known, rows, width, stride, sums);
    } else {
        known.weights = NULL;
        gemm_store_rows_of(known, rows, width, stride, sums);
    }
}

/* The tile's rows are contiguous in c: it was computed as the transpose. */
__attribute__((noinline)) static void gemm_store_columns(const gemm_store *store, size_t rows,
                                                         size_t width, size_t stride,
                                                         const REAL *sums) {
    for (size_t i = 0; i < rows; i += VEC_WIDTH) {
        const size_t count = rows - i < VEC_WIDTH ? rows - i : VEC_WIDTH;
        const vec bias = store->bias ? vec_load_part(store->bias + i, count) : vec_zero();
        for (size_t j = 0; j < width; j += VEC_WIDTH) {
            vec square[VEC_WIDTH];
            for (size_t l = 0; l < VEC_WIDTH; l++) {
                square[l] = l < count ? vec_load(sums + (i + l) * stride + j) : vec_zero();
            }
            vec_transpose(square);
            const size_t columns = width - j < VEC_WIDTH ? width - j : VEC_WIDTH;
            for (size_t l = 0; l < columns; l++) {
                gemm_emit(store, (ptrdiff_t)(j + l) * store->c_stride_j + (ptrdiff_t)i, square[l],
                          bias, count);
            }
        }
    }
}
