/* Which table is in force. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "kernels/kernels.h"
#include "kernels/levels.h"

typedef struct isa_level {
    const cornu_kernels *f32, *f64;
} isa_level;

/* Best first. Each stands only for what the processor has. */
static const isa_level levels[] = {
#if defined(__x86_64__)
    {&cornu_kernels_avx512_f32, &cornu_kernels_avx512_f64},
    {&cornu_kernels_avx2_f32, &cornu_kernels_avx2_f64},
#elif defined(__aarch64__)
    {&cornu_kernels_neon_f32, &cornu_kernels_neon_f64},
#endif
    {&cornu_kernels_portable_f32, &cornu_kernels_portable_f64},
};

enum { LEVEL_COUNT = sizeof levels / sizeof levels[0] };

static bool runs_here(const isa_level *level) {
    const cornu_cpu *cpu = cornu_cpu_features();
    const char *isa = level->f32->isa;
    if (strcmp(isa, "avx512") == 0) {
        return cpu->avx512;
    }
    if (strcmp(isa, "avx2") == 0) {
        return cpu->avx2;
    }
    if (strcmp(isa, "neon") == 0) {
        return cpu->neon;
    }
    return true;
}

static const isa_level *choose(void) {
    const isa_level *best = NULL;
    const char *wanted = getenv("CORNU_ISA");
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (!runs_here(&levels[i])) {
            continue;
        }
        if (!best) {
            best = &levels[i];
        }
        if (wanted && strcmp(wanted, levels[i].f32->isa) == 0) {
            return &levels[i];
        }
    }
    return best;
}

static const cornu_kernels *of_dtype(const isa_level *level, cornu_dtype dtype) {
    return dtype == CORNU_FLOAT32 ? level->f32 : dtype == CORNU_FLOAT64 ? level->f64 : NULL;
}

const cornu_kernels *cornu_kernels_for(cornu_dtype dtype) {
    static _Atomic(const isa_level *) chosen;
    const isa_level *level = atomic_load_explicit(&chosen, memory_order_acquire);
    if (!level) {
        /* Threads that come at once choose the same; should the environment change between them,
         * the first stays. */
        const isa_level *mine = choose();
        if (atomic_compare_exchange_strong(&chosen, &level, mine)) {
            level = mine;
        }
    }
    return of_dtype(level, dtype);
}

const cornu_kernels *cornu_kernels_level(size_t index, cornu_dtype dtype) {
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (runs_here(&levels[i]) && index-- == 0) {
            return of_dtype(&levels[i], dtype);
        }
    }
    return NULL;
}
