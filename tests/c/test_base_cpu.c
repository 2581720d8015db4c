/* What a processor is said to have, on processors that are made up: the leaves of CPUID, and XCR0.
 * The file under test is included, with what it asks the machine. */
#include "base/cpu.h"
#include "check.h"

#if defined(__x86_64__)

#include <cpuid.h>

#define AVX_BITS (bit_OSXSAVE | bit_AVX | bit_FMA) /* leaf 1, ecx */
#define AVX512_BITS (bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL)
#define ALL_BITS (bit_AVX2 | AVX512_BITS) /* leaf 7, ebx */

typedef struct processor {
    unsigned highest_leaf;
    unsigned leaf_1_c, leaf_7_b;
    uint64_t xcr0;
} processor;

static processor here;
static size_t xcr0_readings;

/* As <cpuid.h>: a leaf that is not there leaves the registers as they were. What the bits of others
 * would be is set in those that nobody should read. */
static int made_up_cpuid_count(unsigned leaf, unsigned subleaf, unsigned *a, unsigned *b,
                               unsigned *c, unsigned *d) {
    if (leaf > here.highest_leaf) return 0;
    CHECK_SIZE(subleaf, 0);
    *a = *d = ~0u;
    *b = leaf == 7 ? here.leaf_7_b : ~0u;
    *c = leaf == 1 ? here.leaf_1_c : ~0u;
    return 1;
}

static int made_up_cpuid(unsigned leaf, unsigned *a, unsigned *b, unsigned *c, unsigned *d) {
    return made_up_cpuid_count(leaf, 0, a, b, c, d);
}

#define __get_cpuid made_up_cpuid
#define __get_cpuid_count made_up_cpuid_count
#define XGETBV(low, high) \
    (xcr0_readings++, (low) = (uint32_t)here.xcr0, (high) = (uint32_t)(here.xcr0 >> 32))
#include "base/cpu.c"

static void check_processor(const char *name, const processor *made_up, bool avx2, bool avx512) {
    here = *made_up;
    features = (cornu_cpu){0};
    xcr0_readings = 0;
    detect();
    check_that(features.avx2 == avx2, __FILE__, __LINE__, "%s: AVX2 is %d", name, features.avx2);
    check_that(features.avx512 == avx512, __FILE__, __LINE__, "%s: AVX-512 is %d", name,
               features.avx512);
    CHECK(!features.neon);
    /* Without OSXSAVE the instruction would end the program. */
    if (!(here.leaf_1_c & bit_OSXSAVE) || here.highest_leaf < 1) CHECK_SIZE(xcr0_readings, 0);
}

static void test_missing_bits(void) {
    static const struct {
        const char *name;
        unsigned leaf_1_c, leaf_7_b; /* what is missing */
        bool avx2, avx512;
    } cases[] = {
        {"nothing missing", 0, 0, true, true},
        {"no OSXSAVE", bit_OSXSAVE, 0, false, false},
        {"no AVX", bit_AVX, 0, false, false},
        {"AVX2 without FMA", bit_FMA, AVX512_BITS, false, false},
        {"AVX-512 without FMA", bit_FMA, 0, false, false},
        {"AVX-512 without AVX2", 0, bit_AVX2, false, false},
        {"AVX2 alone", 0, AVX512_BITS, true, false},
        {"no F", 0, bit_AVX512F, true, false},
        {"no BW", 0, bit_AVX512BW, true, false},
        {"no DQ", 0, bit_AVX512DQ, true, false},
        {"no VL", 0, bit_AVX512VL, true, false},
        {"AVX alone", bit_FMA, ALL_BITS, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const processor made_up = {7, AVX_BITS & ~cases[i].leaf_1_c, ALL_BITS & ~cases[i].leaf_7_b,
                                   0xe7};
        check_processor(cases[i].name, &made_up, cases[i].avx2, cases[i].avx512);
    }
}

/* x87, SSE, AVX; masks, upper halves, upper sixteen; above them what is of no use here. */
static void test_saved_registers(void) {
    static const struct {
        uint64_t xcr0;
        bool avx2, avx512;
    } cases[] = {
        {0x1, false, false},
        {0x3, false, false},
        {0x5, false, false},
        {0x7, true, false},
        {0x27, true, false},
        {0x67, true, false},
        {0xa7, true, false},
        {0xc7, true, false},
        {0xe1, false, false},
        {0xe3, false, false},
        {0xe5, false, false},
        {0xe7, true, true},
        {0x602e7, true, true},
        {UINT64_C(0x700000000), false, false},
        {UINT64_C(0xe700000007), true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const processor made_up = {7, AVX_BITS, ALL_BITS, cases[i].xcr0};
        char name[40];
        snprintf(name, sizeof name, "XCR0 0x%" PRIx64, cases[i].xcr0);
        check_processor(name, &made_up, cases[i].avx2, cases[i].avx512);
    }
}

/* Leaf 1's ebx would have all the bits that leaf 7's is asked for. */
static void test_missing_leaves(void) {
    processor made_up = {0, AVX_BITS, ALL_BITS, 0xe7};
    check_processor("no leaf 1", &made_up, false, false);
    made_up.highest_leaf = 6;
    check_processor("no leaf 7", &made_up, false, false);
    made_up.highest_leaf = 0x20;
    check_processor("many leaves", &made_up, true, true);
}

static void test_asked_once(void) {
    here = (processor){7, AVX_BITS, bit_AVX2, 0x7};
    features = (cornu_cpu){0};
    CHECK(cornu_cpu_features()->avx2);
    here.highest_leaf = 0;
    CHECK(cornu_cpu_features()->avx2);
}

int main(void) {
    test_missing_bits();
    test_saved_registers();
    test_missing_leaves();
    test_asked_once();
    return check_report();
}

#else

/* No other machine is asked. */
int main(void) {
    const cornu_cpu *cpu = cornu_cpu_features();
    CHECK(!cpu->avx2 && !cpu->avx512);
#if defined(__aarch64__)
    CHECK(cpu->neon);
#endif
    return check_report();
}

#endif
