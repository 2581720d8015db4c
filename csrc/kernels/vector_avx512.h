/* Vectors of the AVX-512 level; vector_portable.h says what each operation is. */
#include <immintrin.h>

#if REAL_IS_DOUBLE

typedef __m512d vec;
typedef __mmask8 vec_mask;
#define VEC_OF(operation) _mm512_##operation##_pd
#define VEC_OF_MASK(operation) _mm512_##operation##_pd_mask

#else

typedef __m512 vec;
typedef __mmask16 vec_mask;
#define VEC_OF(operation) _mm512_##operation##_ps
#define VEC_OF_MASK(operation) _mm512_##operation##_ps_mask

#endif

enum { VEC_WIDTH = 64 / sizeof(REAL) };

INLINE vec_mask vec_first(size_t count) {
    return (vec_mask)((1U << count) - 1);
}

INLINE vec vec_zero(void) {
    return VEC_OF(setzero)();
}

INLINE vec vec_all(REAL x) {
    return VEC_OF(set1)(x);
}

INLINE vec vec_load(const REAL *x) {
    return VEC_OF(loadu)(x);
}

INLINE vec vec_load_part(const REAL *x, size_t count) {
    return VEC_OF(maskz_loadu)(vec_first(count), x);
}

INLINE void vec_store(REAL *x, vec value) {
    VEC_OF(storeu)(x, value);
}

INLINE void vec_store_part(REAL *x, vec value, size_t count) {
    VEC_OF(mask_storeu)(x, vec_first(count), value);
}

INLINE vec vec_add(vec a, vec b) {
    return VEC_OF(add)(a, b);
}

/* The instruction's operand order: the second is the answer where a NaN is among them. */
INLINE vec vec_larger(vec x, vec y) {
    return VEC_OF(max)(x, y);
}

INLINE vec vec_where_equal(vec a, vec b, vec x, vec y) {
    return VEC_OF(mask_mov)(y, VEC_OF_MASK(cmp)(a, b, _CMP_EQ_OQ), x);
}

INLINE vec vec_multiply_add(vec a, vec b, vec c) {
    return VEC_OF(fmadd)(a, b, c);
}

#if REAL_IS_DOUBLE

INLINE vec vec_relu(vec x) {
    return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, vec_zero(), _CMP_NLE_UQ), x);
}

/* Pairs, then fours, then halves of a vector change places. */
INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    vec pairs[8], fours[8];
    UNROLL
    for (size_t i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_pd(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_pd(rows[i], rows[i + 1]);
    }
    UNROLL
    for (size_t i = 0; i < 2; i++) {
        fours[i] = _mm512_shuffle_f64x2(pairs[i], pairs[i + 2], 0x88);
        fours[i + 2] = _mm512_shuffle_f64x2(pairs[i], pairs[i + 2], 0xdd);
        fours[i + 4] = _mm512_shuffle_f64x2(pairs[i + 4], pairs[i + 6], 0x88);
        fours[i + 6] = _mm512_shuffle_f64x2(pairs[i + 4], pairs[i + 6], 0xdd);
    }
    UNROLL
    for (size_t i = 0; i < 2; i++) {
        rows[i] = _mm512_shuffle_f64x2(fours[i], fours[i + 4], 0x88);
        rows[i + 4] = _mm512_shuffle_f64x2(fours[i], fours[i + 4], 0xdd);
        rows[i + 2] = _mm512_shuffle_f64x2(fours[i + 2], fours[i + 6], 0x88);
        rows[i + 6] = _mm512_shuffle_f64x2(fours[i + 2], fours[i + 6], 0xdd);
    }
}

/* Two elements of each of the rows 0, 2, 4 and 6. */
INLINE vec vec_load_pairs(const REAL *x, ptrdiff_t stride) {
    vec pairs = _mm512_zextpd128_pd512(_mm_loadu_pd(x));
    pairs = _mm512_mask_broadcast_f64x2(pairs, 0x0c, _mm_loadu_pd(x + 2 * stride));
    pairs = _mm512_mask_broadcast_f64x2(pairs, 0x30, _mm_loadu_pd(x + 4 * stride));
    return _mm512_mask_broadcast_f64x2(pairs, 0xc0, _mm_loadu_pd(x + 6 * stride));
}

/* With the quarters in place as they are loaded, a third of the exchanges is left. */
INLINE void vec_load_transposed(const REAL *x, ptrdiff_t stride, vec rows[VEC_WIDTH]) {
    const REAL *x1 = x + stride;
    OPAQUE(x);
    OPAQUE(x1);
    UNROLL
    for (ptrdiff_t i = 0; i < 8; i += 2) {
        const vec even = vec_load_pairs(x + i, stride), odd = vec_load_pairs(x1 + i, stride);
        rows[i] = _mm512_unpacklo_pd(even, odd);
        rows[i + 1] = _mm512_unpackhi_pd(even, odd);
    }
}

#else

INLINE vec vec_relu(vec x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, vec_zero(), _CMP_NLE_UQ), x);
}

/* Four by four within each of the quarters. */
INLINE void vec_exchange_fours(vec first, vec second, vec third, vec fourth, vec to[4]) {
    const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(first, second));
    const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(first, second));
    const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(third, fourth));
    const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(third, fourth));
    to[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    to[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    to[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    to[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
}

/* Four by four within quarters, then the quarters change places. */
INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    vec fours[16];
    UNROLL
    for (size_t i = 0; i < 16; i += 4) {
        vec_exchange_fours(rows[i], rows[i + 1], rows[i + 2], rows[i + 3], fours + i);
    }
    UNROLL
    for (size_t i = 0; i < 4; i++) {
        const vec a = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0x88);
        const vec b = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0xdd);
        const vec c = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0x88);
        const vec d = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0xdd);
        rows[i] = _mm512_shuffle_f32x4(a, c, 0x88);
        rows[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
        rows[i + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
        rows[i + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
    }
}

/* Four elements of each of the rows 0, 4, 8 and 12. */
INLINE vec vec_load_fours(const REAL *x, ptrdiff_t stride) {
    vec fours = _mm512_zextps128_ps512(_mm_loadu_ps(x));
    fours = _mm512_mask_broadcast_f32x4(fours, 0x00f0, _mm_loadu_ps(x + 4 * stride));
    fours = _mm512_mask_broadcast_f32x4(fours, 0x0f00, _mm_loadu_ps(x + 8 * stride));
    return _mm512_mask_broadcast_f32x4(fours, 0xf000, _mm_loadu_ps(x + 12 * stride));
}

/* With the quarters in place as they are loaded, half of the exchanges is left. */
INLINE void vec_load_transposed(const REAL *x, ptrdiff_t stride, vec rows[VEC_WIDTH]) {
    const REAL *x1 = x + stride, *x2 = x + 2 * stride, *x3 = x + 3 * stride;
    OPAQUE(x);
    OPAQUE(x1);
    OPAQUE(x2);
    OPAQUE(x3);
    UNROLL
    for (ptrdiff_t i = 0; i < 16; i += 4) {
        const vec first = vec_load_fours(x + i, stride), second = vec_load_fours(x1 + i, stride);
        const vec third = vec_load_fours(x2 + i, stride), fourth = vec_load_fours(x3 + i, stride);
        vec_exchange_fours(first, second, third, fourth, rows + i);
    }
}

#endif

/* Lanes of 64 bits. */
enum { WORDS_WIDTH = 8 };
typedef uint64_t vec_words __attribute__((vector_size(8 * WORDS_WIDTH)));

INLINE vec_words words_count(void) {
    return (vec_words){0, 1, 2, 3, 4, 5, 6, 7};
}

/* The products of the low halves. */
INLINE vec_words words_multiply(vec_words a, vec_words b) {
    return (vec_words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
