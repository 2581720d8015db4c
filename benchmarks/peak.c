/* What this machine can do at most, for the share of the peak in compare.py.
 *
 * Reads requests, one a line, and answers each with one line:
 *   level             this machine's best instruction set: avx512, avx2, neon or portable
 *   flops f32 2       multiply-adds on two threads at once: GFLOPS of both together
 *   flops f64 1 avx2  the same with another instruction set than the best; 0: this machine lacks it
 *   stream f32 65536  an update that goes through so many bytes, on one thread: GB/s read and
 *                     written
 * so that compare.py and gemm.py can ask between their measurements. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clocks.h"

/* Nothing can be computed before the program runs, and nothing is left out. */
static volatile double volatile_half = 0.5;
static _Thread_local volatile double volatile_sink;

#define PEAK_REAL float
#define PEAK_NBYTES 16
#define PEAK_TARGET
#define PEAK_NAME(x) x##_f32
#include "peak_template.h"

#define PEAK_REAL double
#define PEAK_NBYTES 16
#define PEAK_TARGET
#define PEAK_NAME(x) x##_f64
#include "peak_template.h"

#if defined(__aarch64__)
#define PEAK_BASELINE "neon"
#else
#define PEAK_BASELINE "portable"
#endif

#if defined(__x86_64__)
#define PEAK_REAL float
#define PEAK_NBYTES 32
#define PEAK_TARGET __attribute__((target("avx2,fma")))
#define PEAK_NAME(x) x##_f32_avx2
#include "peak_template.h"

#define PEAK_REAL double
#define PEAK_NBYTES 32
#define PEAK_TARGET __attribute__((target("avx2,fma")))
#define PEAK_NAME(x) x##_f64_avx2
#include "peak_template.h"

#define PEAK_REAL float
#define PEAK_NBYTES 64
#define PEAK_TARGET __attribute__((target("avx512f,fma")))
#define PEAK_NAME(x) x##_f32_avx512
#include "peak_template.h"

#define PEAK_REAL double
#define PEAK_NBYTES 64
#define PEAK_TARGET __attribute__((target("avx512f,fma")))
#define PEAK_NAME(x) x##_f64_avx512
#include "peak_template.h"
#endif

typedef struct peak_level {
    const char *name;
    /* float, double */
    double (*flops[2])(size_t turns);
    double (*stream[2])(size_t nbytes, void *weights, const void *gradient);
} peak_level;

#define PEAK_LEVEL(name, level)                       \
    {                                                 \
        name, {flops_f32##level, flops_f64##level}, { \
            stream_f32##level, stream_f64##level      \
        }                                             \
    }

/* A level of this machine by its name, NULL where it lacks it; without a name the best one. */
static const peak_level *peak_level_here(const char *name) {
    static const peak_level levels[] = {
#if defined(__x86_64__)
        PEAK_LEVEL("avx512", _avx512),
        PEAK_LEVEL("avx2", _avx2),
#endif
        PEAK_LEVEL(PEAK_BASELINE, ),
    };
    size_t count = sizeof levels / sizeof *levels;
    bool is_here[sizeof levels / sizeof *levels] = {false};
#if defined(__x86_64__)
    is_here[0] = __builtin_cpu_supports("avx512f");
    is_here[1] = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    is_here[count - 1] = true;
    for (size_t i = 0; i < count; i++) {
        if (is_here[i] && (!name || !strcmp(levels[i].name, name))) return &levels[i];
    }
    return NULL;
}

typedef struct peak_work {
    double (*flops)(size_t turns);
    double best; /* FLOPS */
} peak_work;

/* The best of short pieces, each of a fraction of a millisecond: one that nothing interrupted. */
static void *peak_work_run(void *argument) {
    peak_work *work = argument;
    double until = wall_seconds() + 0.02;
    while (wall_seconds() < until) {
        double begin = wall_seconds();
        double done = work->flops(20000);
        double rate = done / (wall_seconds() - begin);
        if (rate > work->best) work->best = rate;
    }
    return NULL;
}

static double peak_flops(const peak_level *level, bool is_double, size_t thread_count) {
    enum { MOST_THREADS = 256 };
    pthread_t threads[MOST_THREADS];
    peak_work work[MOST_THREADS];
    bool started[MOST_THREADS] = {false};
    if (thread_count > MOST_THREADS) thread_count = MOST_THREADS;
    for (size_t i = 0; i < thread_count; i++) {
        work[i] = (peak_work){level->flops[is_double], 0};
        if (i) started[i] = !pthread_create(&threads[i], NULL, peak_work_run, &work[i]);
    }
    peak_work_run(&work[0]);
    double sum = work[0].best;
    for (size_t i = 1; i < thread_count; i++) {
        if (!started[i]) continue;
        pthread_join(threads[i], NULL);
        sum += work[i].best;
    }
    return sum;
}

/* Two arrays that together have so many bytes, gone through for 20 ms. */
static double peak_stream(const peak_level *level, bool is_double, size_t nbytes) {
    size_t half_nbytes = nbytes / 2 / 64 * 64 + 64;
    void *weights = aligned_alloc(64, half_nbytes), *gradient = aligned_alloc(64, half_nbytes);
    double best = 0;
    if (weights && gradient) {
        memset(weights, 0, half_nbytes);
        memset(gradient, 0, half_nbytes);
        double until = wall_seconds() + 0.02;
        do {
            double begin = wall_seconds(), moved = 0;
            do {
                moved += level->stream[is_double](half_nbytes, weights, gradient);
            } while (wall_seconds() - begin < 1e-4);
            double rate = moved / (wall_seconds() - begin);
            if (rate > best) best = rate;
        } while (wall_seconds() < until);
    }
    free(weights);
    free(gradient);
    return best;
}

int main(void) {
    const peak_level *best = peak_level_here(NULL);
    char line[100], type[10], name[10];
    size_t number;
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "level", 5)) {
            printf("%s\n", best->name);
        } else if (sscanf(line, "flops %9s %zu %9s", type, &number, name) == 3) {
            const peak_level *level = peak_level_here(name);
            double flops = level ? peak_flops(level, !strcmp(type, "f64"), number) : 0;
            printf("%.6g\n", flops * 1e-9);
        } else if (sscanf(line, "flops %9s %zu", type, &number) == 2) {
            printf("%.6g\n", peak_flops(best, !strcmp(type, "f64"), number) * 1e-9);
        } else if (sscanf(line, "stream %9s %zu", type, &number) == 2) {
            printf("%.6g\n", peak_stream(best, !strcmp(type, "f64"), number) * 1e-9);
        } else {
            return 1;
        }
        fflush(stdout);
    }
    return 0;
}
