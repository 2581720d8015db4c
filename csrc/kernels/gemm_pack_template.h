/* Copies of a product's operands, laid so that a tile reads them from one end to the other. */

/* to[k][j] = from[k][j] for j < width, and 0 up to `padded`; j is contiguous in both. */
static void pack_rows(size_t depth, size_t width, size_t padded, const REAL *from,
                      ptrdiff_t stride_k, REAL *restrict to) {
    /* Rows may lie too far from each other for the processor to see where this goes. */
    const uintptr_t ahead = 8 * (uintptr_t)stride_k * sizeof(REAL);
    const size_t whole = width / VEC_WIDTH * VEC_WIDTH;
    for (size_t k = 0; k < depth; k++) {
        size_t j = 0;
        for (; j < whole; j += VEC_WIDTH) {
            __builtin_prefetch((const void *)((uintptr_t)(from + j) + ahead));
            vec_store(to + j, vec_load(from + j));
        }
        if (j < width) {
            const vec part = vec_load_part(from + j, width - j);
            if (padded > width) {
                vec_store(to + j, part);
            } else {
                vec_store_part(to + j, part, width - j);
            }
        }
        from += stride_k;
        to += padded;
    }
}

/* A square block: to[k][j] = from[k][j], k contiguous in `from`. All its loops are unrolled, so
 * that it is transposed in registers. */
INLINE void pack_square(const REAL *from, ptrdiff_t stride_j, size_t padded, REAL *restrict to) {
    vec square[VEC_WIDTH];
    vec_load_transposed(from, stride_j, square);
    UNROLL
    for (size_t k = 0; k < VEC_WIDTH; k++) {
        vec_store(to, square[k]);
        to += padded;
        OPAQUE(to);
    }
}

/* What there is of such a block: row k of the square holds its column k, zero beyond. */
INLINE void load_corner(size_t depth, size_t width, const REAL *from, ptrdiff_t stride_j,
                        vec square[VEC_WIDTH]) {
    UNROLL
    for (size_t j = 0; j < VEC_WIDTH; j++) {
        square[j] = j < width ? vec_load_part(from + (ptrdiff_t)j * stride_j, depth) : vec_zero();
    }
    vec_transpose(square);
}

/* The same at the edges: depth <= VEC_WIDTH, width <= room <= VEC_WIDTH, zero up to room. */
static void pack_corner(size_t depth, size_t width, size_t room, const REAL *from,
                        ptrdiff_t stride_j, size_t padded, REAL *restrict to) {
    vec square[VEC_WIDTH];
    load_corner(depth, width, from, stride_j, square);
    UNROLL
    for (size_t k = 0; k < VEC_WIDTH; k++) {
        if (k < depth) {
            vec_store_part(to + k * padded, square[k], room);
        }
    }
}

/* The same as pack_rows where k is contiguous in `from`. */
static void pack_columns(size_t depth, size_t width, size_t padded, const REAL *from,
                         ptrdiff_t stride_j, REAL *restrict to) {
    for (size_t j = 0; j < width; j += VEC_WIDTH) {
        const size_t columns = width - j < VEC_WIDTH ? width - j : VEC_WIDTH;
        const size_t room = padded - j < VEC_WIDTH ? padded - j : VEC_WIDTH;
        const REAL *column = from + (ptrdiff_t)j * stride_j;
        size_t k = 0;
        if (columns == VEC_WIDTH) {
            for (; k + VEC_WIDTH <= depth; k += VEC_WIDTH) {
                pack_square(column + k, stride_j, padded, to + k * padded + j);
            }
        }
        for (; k < depth; k += VEC_WIDTH) {
            const size_t rows = depth - k < VEC_WIDTH ? depth - k : VEC_WIDTH;
            pack_corner(rows, columns, room, column + k, stride_j, padded, to + k * padded + j);
        }
    }
}

/* Either, or neither contiguous. padded is width or a whole number of vectors. */
static void pack(size_t depth, size_t width, size_t padded, const REAL *from, ptrdiff_t stride_k,
                 ptrdiff_t stride_j, REAL *restrict to) {
    if (stride_j == 1) {
        pack_rows(depth, width, padded, from, stride_k, to);
    } else if (stride_k == 1) {
        pack_columns(depth, width, padded, from, stride_j, to);
    } else {
        for (size_t k = 0; k < depth; k++) {
            for (size_t j = 0; j < width; j++) {
                to[k * padded + j] = from[(ptrdiff_t)k * stride_k + (ptrdiff_t)j * stride_j];
            }
            for (size_t j = width; j < padded; j++) {
                to[k * padded + j] = 0;
            }
        }
    }
}
