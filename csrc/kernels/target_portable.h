/* What the compiler was told to build for and nothing more; the level that always exists. There is
 * nothing to end. */
#define ISA portable
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define ISA_HAS_FMA 1
#else
#define ISA_HAS_FMA 0
#endif
#define GEMM_WIDE_ROWS 4
#define GEMM_WIDE_NBYTES 32
#define GEMM_NARROW_ROWS 8
#define GEMM_NARROW_NBYTES 16
