#include "base/float_environment.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

/* Round to nearest, no flush to zero, no denormals-are-zero, all exceptions masked. */
#define PLAIN 0x1f80u

void cornu_float_environment_enter(cornu_float_environment *saved) {
    saved->saved = _mm_getcsr();
    if (saved->saved != PLAIN) _mm_setcsr(PLAIN);
}

void cornu_float_environment_leave(const cornu_float_environment *saved) {
    _mm_setcsr((unsigned)saved->saved);
}

#elif defined(__aarch64__)

/* The control register in the low half, the exception flags in the high half. */
void cornu_float_environment_enter(cornu_float_environment *saved) {
    uint64_t control, flags;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("mrs %0, fpsr" : "=r"(flags));
    saved->saved = (control & UINT32_MAX) | flags << 32;
    if (control != 0) __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
}

void cornu_float_environment_leave(const cornu_float_environment *saved) {
    __asm__ volatile("msr fpcr, %0" : : "r"(saved->saved & UINT32_MAX));
    __asm__ volatile("msr fpsr, %0" : : "r"(saved->saved >> 32));
}

#else

#include <fenv.h>

void cornu_float_environment_enter(cornu_float_environment *saved) {
    saved->saved = (uint64_t)fegetround();
    fesetround(FE_TONEAREST);
}

void cornu_float_environment_leave(const cornu_float_environment *saved) {
    fesetround((int)saved->saved);
}

#endif
