/* arm64, where Advanced SIMD and the fused multiply-add are always there. There is
 * nothing to end. */
#define ISA neon
#define ISA_HAS_FMA 1
#define VECTOR_HEADER "kernels/vector_neon.h"
#define VEC_LOADS_PARTS 0
#define VEC_HAS_WORDS 1
#define GEMM_MOST_ROWS 12
