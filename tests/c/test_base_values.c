/* Sizes, memory, random words, status texts, processor and clock. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/size.h"
#include "base/status.h"
#include "check.h"

static void test_sizes(void) {
    size_t result = 7;
    CHECK(cornu_size_add(2, 3, &result) && result == 5);
    CHECK(cornu_size_add(CORNU_SIZE_MAX, 0, &result) && result == CORNU_SIZE_MAX);
    CHECK(!cornu_size_add(CORNU_SIZE_MAX, 1, &result) && result == CORNU_SIZE_MAX);
    CHECK(!cornu_size_add(SIZE_MAX, 0, &result));
    CHECK(!cornu_size_add(0, SIZE_MAX, &result));
    CHECK(cornu_size_multiply(0, SIZE_MAX, &result) && result == 0);
    CHECK(!cornu_size_multiply(1, SIZE_MAX, &result));
    CHECK(!cornu_size_multiply(CORNU_SIZE_MAX / 2, 3, &result));
    CHECK(cornu_size_multiply(CORNU_SIZE_MAX / 3, 3, &result) && result == CORNU_SIZE_MAX / 3 * 3);
    CHECK(cornu_size_round_up(0, 64, &result) && result == 0);
    CHECK(cornu_size_round_up(65, 64, &result) && result == 128);
    CHECK(!cornu_size_round_up(CORNU_SIZE_MAX, 64, &result) && result == 128);
}

static void test_memory(void) {
    const size_t sizes[] = {0, 1, 63, 64, 65, 4097, 1 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *plain = cornu_memory_allocate(sizes[i]),
                      *zeroed = cornu_memory_allocate_zeroed(sizes[i]);
        if (!CHECK(plain && zeroed)) return;
        CHECK_SIZE((uintptr_t)plain % CORNU_ALIGNMENT, 0);
        CHECK_SIZE((uintptr_t)zeroed % CORNU_ALIGNMENT, 0);
        size_t nonzero = 0;
        for (size_t at = 0; at < sizes[i]; at++) nonzero += zeroed[at] != 0;
        CHECK_SIZE(nonzero, 0);
        memset(plain, 1, sizes[i]);
        cornu_memory_free(plain);
        cornu_memory_free(zeroed);
    }
    cornu_memory_free(NULL);
    CHECK(cornu_memory_allocate(SIZE_MAX) == NULL);
    CHECK(cornu_memory_allocate_zeroed(CORNU_SIZE_MAX) == NULL);
}

static void test_failing_memory(void) {
    cornu_memory_fail_after(2);
    void *first = cornu_memory_allocate(8), *second = cornu_memory_allocate_zeroed(8);
    CHECK(first && second);
    CHECK(cornu_memory_allocate(8) == NULL);
    CHECK(cornu_memory_allocate_zeroed(8) == NULL);
    cornu_memory_fail_after(-5);
    void *third = cornu_memory_allocate(8);
    CHECK(third != NULL);
    cornu_memory_free(first);
    cornu_memory_free(second);
    cornu_memory_free(third);
}

/* The first is a known answer of the paper's authors (Random123, kat_vectors); the second comes
 * from a program written anew from the paper, which gives their three answers too. */
static void test_random_known_answers(void) {
    const uint32_t zeros[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    const uint32_t other[] = {0x5cfe2bab, 0x91293ced, 0xa6f7609d, 0xfe449f8f};
    uint32_t words[4];
    cornu_random_words(0, 0, 0, 4, words);
    CHECK_BYTES(words, zeros, sizeof words);
    cornu_random_words(UINT64_C(0x299f31d0a4093822), 0, 0, 0, words);
    CHECK_BYTES(words, zeros, sizeof words);
    cornu_random_words(UINT64_C(0xa4093822299f31d0), UINT64_C(0x13198a2e03707344),
                       UINT64_C(0x48d159e26af37bc), 4, words);
    CHECK_BYTES(words, other, sizeof words);
}

static void test_random_parts(void) {
    uint32_t whole[41], part[41];
    cornu_random_words(3, 9, 5, 41, whole);
    for (size_t first = 0; first < 41; first++) {
        for (size_t count = 0; first + count <= 41; count++) {
            cornu_random_words(3, 9, 5 + first, count, part);
            CHECK_BYTES(part, whole + first, count * sizeof *part);
        }
    }
    cornu_random_words(3, 10, 5, 41, part);
    CHECK(memcmp(part, whole, sizeof whole) != 0);
    cornu_random_words(4, 9, 5, 41, part);
    CHECK(memcmp(part, whole, sizeof whole) != 0);
}

static void test_status(void) {
    cornu_error error = {0};
    CHECK_INT(cornu_error_set(NULL, CORNU_ERROR_VALUE, "%d", 1), CORNU_ERROR_VALUE);
    CHECK_INT(cornu_error_set(&error, CORNU_ERROR_STATE, "%s %d", "layer", 3), CORNU_ERROR_STATE);
    CHECK_TEXT(error.message, "layer 3");
    CHECK_INT(error.status, CORNU_ERROR_STATE);
    cornu_error_set(&error, CORNU_ERROR_VALUE, "%2000d", 1);
    CHECK_SIZE(strlen(error.message), sizeof error.message - 1);
    const size_t nbytes[CORNU_DTYPE_COUNT] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
    for (int dtype = 0; dtype < CORNU_DTYPE_COUNT; dtype++) {
        CHECK_SIZE(cornu_dtype_nbytes((cornu_dtype)dtype), nbytes[dtype]);
    }
    CHECK_TEXT(cornu_dtype_name(CORNU_FLOAT16), "float16");
    CHECK_TEXT(cornu_dtype_name(CORNU_DTYPE_COUNT), "unknown");
    CHECK_SIZE(cornu_dtype_nbytes(CORNU_DTYPE_COUNT), 0);
}

static void test_machine(void) {
    const cornu_cpu *cpu = cornu_cpu_features();
    CHECK(cpu == cornu_cpu_features());
    CHECK(!cpu->avx512 || cpu->avx2);
    CHECK(!(cpu->avx2 && cpu->neon));
#if defined(__x86_64__)
    /* The compiler's own detection asks the same questions. */
    CHECK(cpu->avx2 == (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")));
    CHECK(cpu->avx512 ==
          (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && cpu->avx2));
#endif
    CHECK(cornu_cpu_count() >= 1);
    uint64_t before = cornu_clock_ns();
    CHECK(cornu_clock_ns() >= before);
}

int main(void) {
    test_sizes();
    test_memory();
    test_failing_memory();
    test_random_known_answers();
    test_random_parts();
    test_status();
    test_machine();
    return check_report();
}
