/* What differs between the float types (csrc/kernels/real_f32.h says what the constants are). */

/* A row's sums are spread over so many. */
#define LANES 16

#define REAL_MAXIMUM FLT_MAX

/* Whose square is finite. */
#define LARGE 9223372036854775808.0F

#define REAL_FRACTION_BITS 23

#define REAL_BIAS 127U

#define REAL_SIGN_BIT 0x80000000U

#define REAL_INFINITY_BITS 0x7f800000U

#define REAL_MINIMUM FLT_MIN

#define ROUNDER 12582912.0F

#define SQRT_HALF_BITS 0x3f3504f3U

#define LOG2_E 1.44269504F

#define LN2_HIGH 0.693145752F

#define LN2_LOW 1.4286068e-06F

#define EXP_LOWEST (-104.0F)

#define EXP_HIGHEST 89.0F

#define EXPM1_LOWEST (-20.0F)

#define TINY 2.98023224e-08F

#define EXP_COEFFICIENTS \
    0.5F, 0.166666657F, 0.0416663624F, 0.00833339058F, 0.00139406277F, 0.000198453708F

#define LOG_COEFFICIENTS 0.666667759F, 0.399774969F, 0.29873091F

#define ERFCX_HIGHEST 10.2F

#define ERFCX_COEFFICIENTS                                                                  \
    1.25300801F, -0.135621145F, -0.0475624092F, 0.129646435F, -0.119270794F, 0.0682957545F, \
        -0.0237985346F, 0.0025665611F, 0.00200334913F, -0.000775119988F, -0.000267179828F
