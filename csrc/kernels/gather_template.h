/* One pair of gather kernels, plain and byte-swapped, for one source type; gather_table_template.h
 * includes it once for each.
 *
 * Parameters, undefined at the end: SOURCE_NAME (of the kernels), SOURCE (the type that is loaded),
 * SOURCE_WORD (the unsigned type of its size), SOURCE_SWAP (reverses a word's bytes),
 * SOURCE_TO_REAL (a value as REAL). */

INLINE REAL GATHER(load, SOURCE_NAME)(const unsigned char *source) {
    SOURCE value;
    memcpy(&value, source, sizeof value);
    return SOURCE_TO_REAL(value);
}

INLINE REAL GATHER(load_swapped, SOURCE_NAME)(const unsigned char *source) {
    SOURCE_WORD word;
    memcpy(&word, source, sizeof word);
    word = SOURCE_SWAP(word);
    SOURCE value;
    memcpy(&value, &word, sizeof value);
    return SOURCE_TO_REAL(value);
}

static void GATHER(gather, SOURCE_NAME)(size_t count, const void *source_, ptrdiff_t stride,
                                        void *real_) {
    const unsigned char *source = source_;
    REAL *real = real_;
    /* Without gaps: a loop that vectorises. */
    if (stride == (ptrdiff_t)sizeof(SOURCE)) {
        for (size_t i = 0; i < count; i++) {
            real[i] = GATHER(load, SOURCE_NAME)(source + i * sizeof(SOURCE));
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        real[i] = GATHER(load, SOURCE_NAME)(source + (ptrdiff_t)i * stride);
    }
}

static void GATHER(gather_swapped, SOURCE_NAME)(size_t count, const void *source_, ptrdiff_t stride,
                                                void *real_) {
    const unsigned char *source = source_;
    REAL *real = real_;
    if (stride == (ptrdiff_t)sizeof(SOURCE)) {
        for (size_t i = 0; i < count; i++) {
            real[i] = GATHER(load_swapped, SOURCE_NAME)(source + i * sizeof(SOURCE));
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        real[i] = GATHER(load_swapped, SOURCE_NAME)(source + (ptrdiff_t)i * stride);
    }
}

#undef SOURCE_NAME
#undef SOURCE
#undef SOURCE_WORD
#undef SOURCE_SWAP
#undef SOURCE_TO_REAL
