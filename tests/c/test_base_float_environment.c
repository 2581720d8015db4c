/* Whatever the caller set, work is done with round-to-nearest and gradual underflow, and the
 * caller's setting comes back. */
#include <fenv.h>

#include "base/float_environment.h"
#include "check.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#define FLUSH_TO_ZERO 0x8040u /* denormals-are-zero too */
#endif

/* 1 + 2^-53 is 1 to nearest and above 1 upwards. */
static double one_and_a_bit(void) {
    volatile double one = 1.0, bit = 0x1p-53;
    return one + bit;
}

static double half_of_the_smallest_normal(void) {
    volatile double smallest = 0x1p-1022, half = 0.5;
    return smallest * half;
}

static void test_rounding(void) {
    cornu_float_environment environment;
    CHECK_INT(fesetround(FE_UPWARD), 0);
    CHECK(one_and_a_bit() > 1.0);
    cornu_float_environment_enter(&environment);
    double inside = one_and_a_bit();
    cornu_float_environment_leave(&environment);
    CHECK(inside == 1.0);
    CHECK(one_and_a_bit() > 1.0);
    fesetround(FE_TONEAREST);
}

static void test_underflow(void) {
#if defined(__x86_64__)
    cornu_float_environment environment;
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | FLUSH_TO_ZERO);
    CHECK(half_of_the_smallest_normal() == 0.0);
    cornu_float_environment_enter(&environment);
    double inside = half_of_the_smallest_normal();
    cornu_float_environment_leave(&environment);
    CHECK(inside == 0x1p-1023);
    CHECK(half_of_the_smallest_normal() == 0.0);
    _mm_setcsr(before);
#endif
    CHECK(half_of_the_smallest_normal() == 0x1p-1023);
}

/* Exception flags that work raises are not the caller's. */
static void test_flags(void) {
    cornu_float_environment environment;
    feclearexcept(FE_ALL_EXCEPT);
    cornu_float_environment_enter(&environment);
    (void)half_of_the_smallest_normal();
    volatile double zero = 0.0, quotient = 1.0 / zero;
    (void)quotient;
    cornu_float_environment_leave(&environment);
    CHECK_INT(fetestexcept(FE_DIVBYZERO), 0);
}

int main(void) {
    test_rounding();
    test_underflow();
    test_flags();
    return check_report();
}
