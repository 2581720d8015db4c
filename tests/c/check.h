/* Checks for the C tests. A test is a program: checks print what failed and go on, `return
 * check_report();` ends main.
 *
 *     int main(void) {
 *         CHECK_SIZE(cornu_dtype_nbytes(CORNU_FLOAT32), 4);
 *         return check_report();
 *     }
 *
 * The value that came stands first, the expected one second; each is evaluated once. A macro has
 * the value of its check (true: passed), so that `if (!CHECK(pointer)) return check_report();` can
 * stop early. Any thread may check. */
#ifndef CORNU_TESTS_CHECK_H
#define CORNU_TESTS_CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, "%s", #condition)
/* Any signed integer or enum; any unsigned one. */
#define CHECK_INT(came, expected) check_int((came), (expected), __FILE__, __LINE__, #came)
#define CHECK_SIZE(came, expected) check_size((came), (expected), __FILE__, __LINE__, #came)
/* |came - expected| <= tolerance. NaN and infinity pass only against themselves. */
#define CHECK_NEAR(came, expected, tolerance) \
    check_near((came), (expected), (tolerance), __FILE__, __LINE__, #came)
/* The same bits: -0 is not 0, and a NaN equals itself. */
#define CHECK_SAME_F32(came, expected) check_same_f32((came), (expected), __FILE__, __LINE__, #came)
#define CHECK_SAME_F64(came, expected) check_same_f64((came), (expected), __FILE__, __LINE__, #came)
#define CHECK_BYTES(came, expected, nbytes) \
    check_bytes((came), (expected), (nbytes), __FILE__, __LINE__, #came)
#define CHECK_TEXT(came, expected) check_text((came), (expected), __FILE__, __LINE__, #came)
/* The part occurs in the text. */
#define CHECK_CONTAINS(came, part) check_contains((came), (part), __FILE__, __LINE__, #came)

static atomic_size_t check_count;
static atomic_size_t check_failed_count;

__attribute__((format(printf, 4, 5))) static inline bool check_that(bool passed, const char *file,
                                                                    int line, const char *format,
                                                                    ...) {
    atomic_fetch_add(&check_count, 1);
    if (passed) return true;
    /* A loop that fails throughout would bury its first failure. */
    if (atomic_fetch_add(&check_failed_count, 1) < 50) {
        char what[600];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(what, sizeof what, format, arguments);
        va_end(arguments);
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return false;
}

static inline bool check_int(intmax_t came, intmax_t expected, const char *file, int line,
                             const char *name) {
    return check_that(came == expected, file, line, "%s is %" PRIdMAX ", expected %" PRIdMAX, name,
                      came, expected);
}

static inline bool check_size(uintmax_t came, uintmax_t expected, const char *file, int line,
                              const char *name) {
    return check_that(came == expected, file, line, "%s is %" PRIuMAX ", expected %" PRIuMAX, name,
                      came, expected);
}

static inline bool check_near(double came, double expected, double tolerance, const char *file,
                              int line, const char *name) {
    bool near = isfinite(came) && isfinite(expected)
                    ? fabs(came - expected) <= tolerance
                    : (isnan(came) && isnan(expected)) || came == expected;
    return check_that(near, file, line, "%s is %.17g, expected %.17g within %g", name, came,
                      expected, tolerance);
}

static inline bool check_same_f32(float came, float expected, const char *file, int line,
                                  const char *name) {
    return check_that(memcmp(&came, &expected, sizeof came) == 0, file, line,
                      "%s is %a, expected %a", name, (double)came, (double)expected);
}

static inline bool check_same_f64(double came, double expected, const char *file, int line,
                                  const char *name) {
    return check_that(memcmp(&came, &expected, sizeof came) == 0, file, line,
                      "%s is %a, expected %a", name, came, expected);
}

static inline bool check_bytes(const void *came, const void *expected, size_t nbytes,
                               const char *file, int line, const char *name) {
    const unsigned char *a = came, *b = expected;
    size_t at = 0;
    while (at < nbytes && a[at] == b[at]) at++;
    return check_that(at == nbytes, file, line, "%s differs at byte %zu of %zu", name, at, nbytes);
}

static inline bool check_text(const char *came, const char *expected, const char *file, int line,
                              const char *name) {
    return check_that(strcmp(came, expected) == 0, file, line, "%s is \"%s\", expected \"%s\"",
                      name, came, expected);
}

static inline bool check_contains(const char *came, const char *part, const char *file, int line,
                                  const char *name) {
    return check_that(strstr(came, part) != NULL, file, line, "%s is \"%s\", without \"%s\"", name,
                      came, part);
}

/* Whether the program runs under qemu-user (csrc/Makefile says so in the environment), and leaves
 * out `what`, which is printed: qemu 7.2 ends a process that was forked from one of several threads
 * when it starts a thread itself (qemu_plugin_vcpu_init_hook: the lost threads' numbers are still
 * taken), and lets no one limit the address space. */
static inline bool check_skips_under_qemu(const char *what) {
    const char *set = getenv("CORNU_UNDER_QEMU");
    if (!set || *set == '\0') return false;
    printf("skipped under qemu: %s\n", what);
    fflush(stdout);
    return true;
}

/* main's exit code: 0 when there was at least one check and none failed. */
static inline int check_report(void) {
    size_t count = atomic_load(&check_count), failed = atomic_load(&check_failed_count);
    printf("%zu of %zu checks passed\n", count - failed, count);
    return count > 0 && failed == 0 ? 0 : 1;
}

#endif
