/* What the compiler was told to build for and nothing more; the level that always exists. There is
 * nothing to end. */
#define ISA portable
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define ISA_HAS_FMA 1
#else
#define ISA_HAS_FMA 0
#endif
#define VECTOR_HEADER "kernels/vector_portable.h"
#define VEC_LOADS_PARTS 0
#define VEC_HAS_WORDS 0
#define GEMM_MOST_ROWS 6
