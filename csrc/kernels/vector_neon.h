/* Vectors of the NEON level; vector_portable.h says what each operation is. */
#include <arm_neon.h>

#if REAL_IS_DOUBLE

typedef float64x2_t vec;
#define VEC_OF(operation) operation##_f64

#else

typedef float32x4_t vec;
#define VEC_OF(operation) operation##_f32

#endif

enum { VEC_WIDTH = 16 / sizeof(REAL) };

INLINE vec vec_all(REAL x) {
    return VEC_OF(vdupq_n)(x);
}

INLINE vec vec_zero(void) {
    return vec_all(0);
}

INLINE vec vec_load(const REAL *x) {
    return VEC_OF(vld1q)(x);
}

INLINE void vec_store(REAL *x, vec value) {
    VEC_OF(vst1q)(x, value);
}

INLINE vec vec_load_part(const REAL *x, size_t count) {
    REAL part[VEC_WIDTH] = {0};
    memcpy(part, x, count * sizeof(REAL));
    return vec_load(part);
}

INLINE void vec_store_part(REAL *x, vec value, size_t count) {
    REAL part[VEC_WIDTH];
    vec_store(part, value);
    memcpy(x, part, count * sizeof(REAL));
}

INLINE vec vec_add(vec a, vec b) {
    return VEC_OF(vaddq)(a, b);
}

INLINE vec vec_larger(vec x, vec y) {
    return VEC_OF(vbslq)(VEC_OF(vcgtq)(x, y), x, y);
}

INLINE vec vec_where_equal(vec a, vec b, vec x, vec y) {
    return VEC_OF(vbslq)(VEC_OF(vceqq)(a, b), x, y);
}

INLINE vec vec_multiply_add(vec a, vec b, vec c) {
    return VEC_OF(vfmaq)(c, a, b);
}

#if REAL_IS_DOUBLE

INLINE vec vec_relu(vec x) {
    return vreinterpretq_f64_u64(vbicq_u64(vreinterpretq_u64_f64(x), vcleq_f64(x, vec_zero())));
}

INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    const vec a = vtrn1q_f64(rows[0], rows[1]);
    rows[1] = vtrn2q_f64(rows[0], rows[1]);
    rows[0] = a;
}

#else

INLINE vec vec_relu(vec x) {
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(x), vcleq_f32(x, vec_zero())));
}

INLINE void vec_transpose(vec rows[VEC_WIDTH]) {
    const float64x2_t a = vreinterpretq_f64_f32(vtrn1q_f32(rows[0], rows[1]));
    const float64x2_t b = vreinterpretq_f64_f32(vtrn2q_f32(rows[0], rows[1]));
    const float64x2_t c = vreinterpretq_f64_f32(vtrn1q_f32(rows[2], rows[3]));
    const float64x2_t d = vreinterpretq_f64_f32(vtrn2q_f32(rows[2], rows[3]));
    rows[0] = vreinterpretq_f32_f64(vtrn1q_f64(a, c));
    rows[1] = vreinterpretq_f32_f64(vtrn1q_f64(b, d));
    rows[2] = vreinterpretq_f32_f64(vtrn2q_f64(a, c));
    rows[3] = vreinterpretq_f32_f64(vtrn2q_f64(b, d));
}

#endif

INLINE void vec_load_transposed(const REAL *x, ptrdiff_t stride, vec rows[VEC_WIDTH]) {
    UNROLL
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        rows[i] = vec_load(x + (ptrdiff_t)i * stride);
    }
    vec_transpose(rows);
}

/* Lanes of 64 bits. */
enum { WORDS_WIDTH = 2 };
typedef uint64_t vec_words __attribute__((vector_size(8 * WORDS_WIDTH)));

INLINE vec_words words_count(void) {
    return (vec_words){0, 1};
}

/* The products of the low halves. */
INLINE vec_words words_multiply(vec_words a, vec_words b) {
    return vmull_u32(vmovn_u64(a), vmovn_u64(b));
}
