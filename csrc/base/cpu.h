/* What this processor can do, asked once. */
#ifndef CORNU_BASE_CPU_H
#define CORNU_BASE_CPU_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cornu_cpu {
    bool avx2;   /* AVX2 and FMA, and the operating system saves their registers (XCR0) */
    bool avx512; /* F, BW, DQ, VL on top of that, likewise */
    bool neon;   /* arm64 */
} cornu_cpu;

/* Thread-safe; the first call detects. */
const cornu_cpu *cornu_cpu_features(void);

/* Processors this process may use: affinity, and the cgroup's (v1 and v2) quota rounded up; at
 * least 1. */
size_t cornu_cpu_count(void);

#endif
