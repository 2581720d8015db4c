/* Vectors of the AVX-512 level; vector_portable.h says what each operation is. */
#include <immintrin.h>

#if REAL_IS_DOUBLE

typedef __m512d vec;
typedef __mmask8 vec_mask;
#define VEC_OF(operation) _mm512_##operation##_pd

#else

typedef __m512 vec;
typedef __mmask16 vec_mask;
#define VEC_OF(operation) _mm512_##operation##_ps

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

#else

INLINE vec vec_relu(vec x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, vec_zero(), _CMP_NLE_UQ), x);
}

/* Four by four within quarters, then the quarters change places. */
INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    vec fours[16];
    UNROLL
    for (size_t i = 0; i < 16; i += 4) {
        const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
        const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
        const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i + 2], rows[i + 3]));
        const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i + 2], rows[i + 3]));
        fours[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
        fours[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
        fours[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
        fours[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
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

#endif
