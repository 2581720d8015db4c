#include "base/cpu.h"

#include <pthread.h>

static cornu_cpu features;
static pthread_once_t detect_once = PTHREAD_ONCE_INIT;

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdint.h>

/* Registers that the operating system saves and restores, as bits of XCR0: SSE and AVX; with masks
 * and the 512-bit ones. */
#define XCR0_AVX 0x06u
#define XCR0_AVX512 0xe6u

/* A test has made-up registers. */
#if !defined(XGETBV)
#define XGETBV(low, high) __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0))
#endif

static uint64_t read_xcr0(void) {
    uint32_t low, high;
    XGETBV(low, high);
    return (uint64_t)high << 32 | low;
}

static void detect(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return;
    bool fma = (c & bit_FMA) && (c & bit_AVX);
    uint64_t saved = read_xcr0();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    features.avx2 = fma && (b & bit_AVX2) && (saved & XCR0_AVX) == XCR0_AVX;
    features.avx512 = features.avx2 && (b & bit_AVX512F) && (b & bit_AVX512BW) &&
                      (b & bit_AVX512DQ) && (b & bit_AVX512VL) &&
                      (saved & XCR0_AVX512) == XCR0_AVX512;
}

#elif defined(__aarch64__)

/* Advanced SIMD and fused multiply-add are part of the architecture. */
static void detect(void) {
    features.neon = true;
}

#else

static void detect(void) {}

#endif

const cornu_cpu *cornu_cpu_features(void) {
    pthread_once(&detect_once, detect);
    return &features;
}
