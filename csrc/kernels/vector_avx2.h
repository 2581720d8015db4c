/* Vectors of the AVX2 level; vector_portable.h says what each operation is. */
#include <immintrin.h>

enum { VEC_WIDTH = 32 / sizeof(REAL) };

/* A window on it is the mask of the first so many elements. */
static const REAL_SIGNED vec_masks[2 * VEC_WIDTH] = {
#if REAL_IS_DOUBLE
    -1,
    -1,
    -1,
    -1,
#else
    -1, -1, -1, -1, -1, -1, -1, -1,
#endif
};

INLINE __m256i vec_first(size_t count) {
    return _mm256_loadu_si256((const __m256i *)(vec_masks + VEC_WIDTH - count));
}

#if REAL_IS_DOUBLE

typedef __m256d vec;
#define VEC_OF(operation) _mm256_##operation##_pd

#else

typedef __m256 vec;
#define VEC_OF(operation) _mm256_##operation##_ps

#endif

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
    return VEC_OF(maskload)(x, vec_first(count));
}

INLINE void vec_store(REAL *x, vec value) {
    VEC_OF(storeu)(x, value);
}

INLINE void vec_store_part(REAL *x, vec value, size_t count) {
    VEC_OF(maskstore)(x, vec_first(count), value);
}

INLINE vec vec_add(vec a, vec b) {
    return VEC_OF(add)(a, b);
}

/* The instruction's operand order: the second is the answer where a NaN is among them. */
INLINE vec vec_larger(vec x, vec y) {
    return VEC_OF(max)(x, y);
}

INLINE vec vec_where_equal(vec a, vec b, vec x, vec y) {
    return VEC_OF(blendv)(y, x, VEC_OF(cmp)(a, b, _CMP_EQ_OQ));
}

INLINE vec vec_multiply_add(vec a, vec b, vec c) {
    return VEC_OF(fmadd)(a, b, c);
}

INLINE vec vec_relu(vec x) {
    return VEC_OF (and)(x, VEC_OF(cmp)(x, vec_zero(), _CMP_NLE_UQ));
}

#if REAL_IS_DOUBLE

INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    const vec a = _mm256_unpacklo_pd(rows[0], rows[1]), b = _mm256_unpackhi_pd(rows[0], rows[1]);
    const vec c = _mm256_unpacklo_pd(rows[2], rows[3]), d = _mm256_unpackhi_pd(rows[2], rows[3]);
    rows[0] = _mm256_permute2f128_pd(a, c, 0x20);
    rows[1] = _mm256_permute2f128_pd(b, d, 0x20);
    rows[2] = _mm256_permute2f128_pd(a, c, 0x31);
    rows[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

/* With the halves in place as they are loaded, half of the exchanges is left. */
INLINE void vec_load_transposed(const REAL *x, ptrdiff_t stride, vec rows[VEC_WIDTH]) {
    UNROLL
    for (ptrdiff_t i = 0; i < 4; i += 2) {
        const vec even = _mm256_loadu2_m128d(x + i + 2 * stride, x + i);
        const vec odd = _mm256_loadu2_m128d(x + i + 3 * stride, x + i + stride);
        rows[i] = _mm256_unpacklo_pd(even, odd);
        rows[i + 1] = _mm256_unpackhi_pd(even, odd);
    }
}

#else

/* Four by four within each of the halves. */
INLINE void vec_exchange_fours(vec first, vec second, vec third, vec fourth, vec to[4]) {
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(first, second));
    const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(first, second));
    const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(third, fourth));
    const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(third, fourth));
    to[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
    to[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
    to[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
    to[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
}

/* Four by four within halves, then the halves change places. */
INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    vec fours[8];
    UNROLL
    for (size_t i = 0; i < 8; i += 4) {
        vec_exchange_fours(rows[i], rows[i + 1], rows[i + 2], rows[i + 3], fours + i);
    }
    UNROLL
    for (size_t i = 0; i < 4; i++) {
        rows[i] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
        rows[i + 4] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
    }
}

/* With the halves in place as they are loaded, two thirds of the exchanges are left. */
INLINE void vec_load_transposed(const REAL *x, ptrdiff_t stride, vec rows[VEC_WIDTH]) {
    const REAL *x3 = x + 3 * stride;
    OPAQUE(x);
    OPAQUE(x3);
    UNROLL
    for (ptrdiff_t i = 0; i < 8; i += 4) {
        vec fours[4];
        fours[0] = _mm256_loadu2_m128(x + i + 4 * stride, x + i);
        fours[1] = _mm256_loadu2_m128(x3 + i + 2 * stride, x + i + stride);
        fours[2] = _mm256_loadu2_m128(x3 + i + 3 * stride, x + i + 2 * stride);
        fours[3] = _mm256_loadu2_m128(x3 + i + 4 * stride, x3 + i);
        vec_exchange_fours(fours[0], fours[1], fours[2], fours[3], rows + i);
    }
}

#endif

/* Lanes of 64 bits. */
enum { WORDS_WIDTH = 4 };
typedef uint64_t vec_words __attribute__((vector_size(8 * WORDS_WIDTH)));

INLINE vec_words words_count(void) {
    return (vec_words){0, 1, 2, 3};
}

/* The products of the low halves. */
INLINE vec_words words_multiply(vec_words a, vec_words b) {
    return (vec_words)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
