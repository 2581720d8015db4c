/* From here on: AVX2 with FMA. Ended by target_end.h. */
#define ISA avx2
#define ISA_HAS_FMA 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
/* 16 registers of 32 bytes: 12 sums, a pair of b, one of a. */
#define GEMM_WIDE_ROWS 6
#define GEMM_WIDE_NBYTES 64
#define GEMM_NARROW_ROWS 12
#define GEMM_NARROW_NBYTES 32
