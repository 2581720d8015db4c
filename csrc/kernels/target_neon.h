/* arm64, where Advanced SIMD and the fused multiply-add are always there. There is
 * nothing to end. */
#define ISA neon
#define ISA_HAS_FMA 1
/* 32 registers of 16 bytes: 24 sums, four of b, the rest for a. */
#define GEMM_WIDE_ROWS 6
#define GEMM_WIDE_NBYTES 64
#define GEMM_NARROW_ROWS 12
#define GEMM_NARROW_NBYTES 32
