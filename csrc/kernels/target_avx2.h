/* From here on: AVX2 with FMA. Ended by target_end.h. */
#define ISA avx2
#define ISA_HAS_FMA 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define VECTOR_HEADER "kernels/vector_avx2.h"
#define VEC_LOADS_PARTS 1
#define VEC_HAS_WORDS 1
#define GEMM_MOST_ROWS 6
