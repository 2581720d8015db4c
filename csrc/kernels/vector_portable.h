/* Vectors, the few operations that products are made of, in plain C. Each level has a header of the
 * same operations; any of them gives the bits that this one gives.
 *
 * Addresses need the alignment of REAL only. Parts are the first `count` elements, count <=
 * VEC_WIDTH; nothing beyond them is read or written. */

enum { VEC_WIDTH = 16 / sizeof(REAL) };

typedef struct vec {
    REAL at[VEC_WIDTH];
} vec;

INLINE vec vec_all(REAL x) {
    vec all;
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        all.at[i] = x;
    }
    return all;
}

INLINE vec vec_zero(void) {
    return vec_all(0);
}

/* Zero beyond the part. */
INLINE vec vec_load_part(const REAL *x, size_t count) {
    vec part = vec_zero();
    memcpy(part.at, x, count * sizeof(REAL));
    return part;
}

INLINE vec vec_load(const REAL *x) {
    return vec_load_part(x, VEC_WIDTH);
}

INLINE void vec_store_part(REAL *x, vec value, size_t count) {
    memcpy(x, value.at, count * sizeof(REAL));
}

INLINE void vec_store(REAL *x, vec value) {
    vec_store_part(x, value, VEC_WIDTH);
}

INLINE vec vec_add(vec a, vec b) {
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        a.at[i] += b.at[i];
    }
    return a;
}

/* x where it is larger, y elsewhere, and so where a NaN is among them. */
INLINE vec vec_larger(vec x, vec y) {
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        x.at[i] = x.at[i] > y.at[i] ? x.at[i] : y.at[i];
    }
    return x;
}

/* x where a equals b (no NaN does), y elsewhere. */
INLINE vec vec_where_equal(vec a, vec b, vec x, vec y) {
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        y.at[i] = a.at[i] == b.at[i] ? x.at[i] : y.at[i];
    }
    return y;
}

/* a b + c, rounded once. */
INLINE vec vec_multiply_add(vec a, vec b, vec c) {
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        c.at[i] = multiply_add(a.at[i], b.at[i], c.at[i]);
    }
    return c;
}

/* As the activation: +0 for -0, NaN for NaN. */
INLINE vec vec_relu(vec x) {
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        x.at[i] = x.at[i] <= 0 ? 0 : x.at[i];
    }
    return x;
}

/* Element j of row i changes places with element i of row j. */
INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    for (size_t i = 1; i < VEC_WIDTH; i++) {
        for (size_t j = 0; j < i; j++) {
            const REAL element = rows[i].at[j];
            rows[i].at[j] = rows[j].at[i];
            rows[j].at[i] = element;
        }
    }
}

/* The same of rows that are `stride` from each other in memory. */
INLINE void vec_load_transposed(const REAL *x, ptrdiff_t stride, vec rows[VEC_WIDTH]) {
    UNROLL
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        rows[i] = vec_load(x + (ptrdiff_t)i * stride);
    }
    vec_transpose(rows);
}
