/* One level of peak.c: the multiply-add loop and the streaming loop.
 *
 * Parameters, undefined at the end:
 *   PEAK_REAL      float or double
 *   PEAK_NBYTES    bytes of a vector
 *   PEAK_TARGET    an attribute that lets the compiler use the level's instructions, or nothing
 *   PEAK_NAME(x)   x with the level's and the type's names
 *
 * Compiled with -ffp-contract=fast, so that a product and a sum are one instruction where there is
 * one. */

typedef PEAK_REAL PEAK_NAME(vector) __attribute__((vector_size(PEAK_NBYTES)));

/* Twelve chains hide the latency of 4 cycles on two units, and leave AVX2 registers for the rest.
 * Returns the floating-point operations done. */
PEAK_TARGET static double PEAK_NAME(flops)(size_t turns) {
    enum { CHAINS = 12, LANES = PEAK_NBYTES / sizeof(PEAK_REAL) };
    const PEAK_NAME(vector) half = (PEAK_NAME(vector)){0} + (PEAK_REAL)volatile_half;
    const PEAK_NAME(vector) one = half + half;
    PEAK_NAME(vector) chains[CHAINS];
    for (int k = 0; k < CHAINS; k++) chains[k] = one;
    /* Each chain goes to 2: no subnormal, no overflow. */
    for (size_t turn = 0; turn < turns; turn++) {
        for (int k = 0; k < CHAINS; k++) chains[k] = chains[k] * half + one;
    }
    PEAK_REAL sum = 0;
    for (int k = 0; k < CHAINS; k++) {
        for (int lane = 0; lane < LANES; lane++) sum += chains[k][lane];
    }
    volatile_sink = (double)sum;
    return 2.0 * CHAINS * LANES * (double)turns;
}

/* weights -= gradient / 2, the plainest of updates. Returns the bytes read and written. */
PEAK_TARGET static double PEAK_NAME(stream)(size_t nbytes, void *weights, const void *gradient) {
    const PEAK_NAME(vector) half = (PEAK_NAME(vector)){0} + (PEAK_REAL)volatile_half;
    PEAK_NAME(vector) *w = weights;
    const PEAK_NAME(vector) *g = gradient;
    size_t vectors = nbytes / PEAK_NBYTES;
    for (size_t i = 0; i < vectors; i++) w[i] -= half * g[i];
    volatile_sink = (double)w[0][0];
    return 3.0 * (double)(vectors * PEAK_NBYTES);
}

#undef PEAK_REAL
#undef PEAK_NBYTES
#undef PEAK_TARGET
#undef PEAK_NAME
