/* From here on: AVX-512 F, BW, DQ and VL. Ended by target_end.h. */
#define ISA avx512
#define ISA_HAS_FMA 1
#if defined(__clang__)
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")
#endif
#define VECTOR_HEADER "kernels/vector_avx512.h"
#define VEC_LOADS_PARTS 1
#define VEC_HAS_WORDS 1
#define GEMM_MOST_ROWS 12
