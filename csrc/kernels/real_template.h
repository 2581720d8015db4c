/* What every kernel template stands on: the float type's bits, the fused multiply-add, and how
 * loops are marked.
 *
 * Parameters: REAL, REAL_BITS and the constants of real_f32.h or real_f64.h; ISA_HAS_FMA (0 or 1).
 */

#define INLINE static inline __attribute__((always_inline))

/* Marks before a loop. INDEPENDENT: its iterations are, even when its output is its input. UNROLL:
 * all of it, a short one of fixed length. WHOLE: likewise, but gcc must not unroll it before its
 * vectoriser has seen it (afterwards it does): without that a tile of a product is scalar, and 20
 * times slower. */
#if defined(__clang__)
/* A sanitizer may keep a loop from being vectorised; that is no fault. */
#pragma clang diagnostic ignored "-Wpass-failed"
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define UNROLL _Pragma("clang loop unroll(full)")
#define WHOLE UNROLL
#else
#define INDEPENDENT _Pragma("GCC ivdep")
/* A multiply-add that is many instructions, or a call, is no better for standing there often. */
#if ISA_HAS_FMA
#define UNROLL _Pragma("GCC unroll 32")
#else
#define UNROLL
#endif
#define WHOLE _Pragma("GCC unroll 1")
#endif

/* Keeps the compiler from making, in place of sums of a pointer and a stride, which an address can
 * hold, a pointer of its own for each, of which there would be more than registers. */
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

/* Partial sums and maxima of a row: element j belongs to lane j mod LANES on every instruction set,
 * so that the order of a sum depends on its length only. One 64-byte vector. */
#define LANES (64 / sizeof(REAL))
/* The same for sums in double, whatever REAL is. */
#define DOUBLE_LANES 8

INLINE REAL_BITS bits_of(REAL x) {
    REAL_BITS bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE REAL real_of(REAL_BITS bits) {
    REAL x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

INLINE REAL absolute(REAL x) {
    return real_of(bits_of(x) & ~REAL_SIGN_BIT);
}

/* -x. For what a multiply_add gives, in place of the operator: gcc 12 folds -(a b + c) into one
 * instruction that computes (-a) b - c, and the sign of a zero differs (0 where -0 is right). */
INLINE REAL negated(REAL x) {
    return real_of(bits_of(x) ^ REAL_SIGN_BIT);
}

/* |magnitude| with the sign of `sign`. */
INLINE REAL with_sign(REAL magnitude, REAL sign) {
    return real_of((bits_of(magnitude) & ~REAL_SIGN_BIT) | (bits_of(sign) & REAL_SIGN_BIT));
}

/* 2^n for a normal result; n in two's complement. */
INLINE REAL power_of_two(REAL_BITS n) {
    return real_of((n + REAL_BIAS) << REAL_FRACTION_BITS);
}

#if REAL_IS_DOUBLE
INLINE REAL square_root(REAL x) {
    return __builtin_sqrt(x);
}

/* a * b + c, rounded once. Without the instruction this is libm's fma, correct and slow. */
INLINE REAL multiply_add(REAL a, REAL b, REAL c) {
    return __builtin_fma(a, b, c);
}

#else
INLINE REAL square_root(REAL x) {
    return __builtin_sqrtf(x);
}

#if ISA_HAS_FMA
INLINE REAL multiply_add(REAL a, REAL b, REAL c) {
    return __builtin_fmaf(a, b, c);
}

#else
/* The product of two floats is exact in double. Its sum with c is rounded to odd: when inexact, to
 * the neighbour whose last bit is 1, on whichever side. Rounding that to float gives what one
 * rounding would (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums", IEEE Trans.
 * Computers 57, 2008), since 53 >= 24 + 2. Knuth's two-sum gives the error's sign; where it is NaN
 * (an infinity or NaN among the arguments) nothing is adjusted. */
INLINE REAL multiply_add(REAL a, REAL b, REAL c) {
    double product = (double)a * (double)b, addend = (double)c;
    double sum = product + addend;
    double part = sum - product;
    double error = (product - (sum - part)) + (addend - part);
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    uint64_t inexact = (error > 0) | (error < 0);
    uint64_t even = ~bits & 1;
    uint64_t outward = (error > 0) == (sum > 0);
    /* +1 in the bits is away from zero, -1 is towards it. */
    bits += (inexact & even) * (2 * outward - 1);
    memcpy(&sum, &bits, sizeof sum);
    return (float)sum;
}
#endif
#endif
