/* float32 for the kernel templates: the type, its bits, and the constants of math_template.h.
 *
 * Coefficients, lowest power first, are weighted minimax polynomials (Remez exchange in 60 digits,
 * then each rounded to the type); the error given is the weighted maximum before rounding. */
#define REAL float
#define REAL_BITS uint32_t
#define REAL_SIGNED int32_t
#define REAL_IS_DOUBLE 0
#define REAL_SUFFIX f32
#define REAL_DTYPE CORNU_FLOAT32
#define REAL_FRACTION_BITS 23
#define REAL_BIAS 127U
#define REAL_SIGN_BIT 0x80000000U
#define REAL_INFINITY_BITS 0x7f800000U
#define REAL_MAXIMUM FLT_MAX
#define REAL_MINIMUM FLT_MIN
/* A literal in the type. */
#define R(x) x##F

/* Adding it rounds to an integer, which then stands in the low bits. 1.5 * 2^23. */
#define ROUNDER 12582912.0F
#define SQRT_HALF_BITS 0x3f3504f3U

#define LOG2_E 1.44269504F
/* The high part has 15 bits, so that its product with an exponent is exact. */
#define LN2_HIGH 0.693145752F
#define LN2_LOW 1.4286068e-06F
/* exp is 0 below, infinity above; expm1 is -1 below. */
#define EXP_LOWEST (-104.0F)
#define EXP_HIGHEST 89.0F
#define EXPM1_LOWEST (-20.0F)
/* Below 2^-25, x + x^2 / 2 rounds to x. */
#define TINY 2.98023224e-08F

/* (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2, relative to e^r - 1: 2^-32.0 */
#define EXP_COEFFICIENTS \
    0.5F, 0.166666657F, 0.0416663624F, 0.00833339058F, 0.00139406277F, 0.000198453708F
/* (log(1 + f) - 2 s) / s^3, s = f / (2 + f), in s^2 <= 0.0295, relative to the logarithm: 2^-30.2
 */
#define LOG_COEFFICIENTS 0.666667759F, 0.399774969F, 0.29873091F
/* erf(a) / a - 1 in a^2 <= 1: 2^-29.7 */
#define ERF_COEFFICIENTS                                                                        \
    0.128379166F, -0.37612626F, 0.112836003F, -0.0268544462F, 0.00518953661F, -0.000802084571F, \
        7.8891193e-05F
/* e^(a^2) erfc(a) (1 + 2 a) in (a - 3) / (a + 3), 0 <= a <= 10.2, relative: 2^-29.0 */
#define ERFCX_HIGHEST 10.2F
#define ERFCX_COEFFICIENTS                                                                  \
    1.25300801F, -0.135621145F, -0.0475624092F, 0.129646435F, -0.119270794F, 0.0682957545F, \
        -0.0237985346F, 0.0025665611F, 0.00200334913F, -0.000775119988F, -0.000267179828F
/* The normal quantile at (1 + x) / 2, over x, in -log(1 - x^2), for quantiles up to 2, relative:
 * 2^-28.0 */
#define QUANTILE_COEFFICIENTS                                                                    \
    1.25331414F, 0.328117132F, 0.0163309351F, -0.00329454546F, -0.000193794956F, 7.6881006e-05F, \
        -2.05800325e-06F, -5.2424889e-07F
/* sin(pi/2 q) / q and (cos(pi/2 q) - 1) / q^2 in q^2 <= 1/4: 2^-27.6 and 2^-30.3 */
#define SIN_COEFFICIENTS 1.57079637F, -0.64596349F, 0.0796802267F, -0.00460217707F
#define COS_COEFFICIENTS -1.23370051F, 0.253669411F, -0.0208615288F, 0.000906743517F
