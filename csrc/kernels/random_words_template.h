/* base/random.h's words along the vector: the same words, several blocks at once. */

#if VEC_HAS_WORDS

enum {
    RANDOM_VECTORS = 4, /* at once: each round waits for the one before */
    RANDOM_BLOCKS = RANDOM_VECTORS * WORDS_WIDTH,
    RANDOM_BLOCK_WORDS = 4,
};

/* The words of the lanes: a[0], b[0], c[0], d[0], a[1], ... */
INLINE void store_blocks(vec_words a, vec_words b, vec_words c, vec_words d, uint32_t *words) {
    const vec_words halves[2] = {a | b << 32, c | d << 32};
    uint64_t pairs[2][WORDS_WIDTH];
    memcpy(pairs, halves, sizeof pairs);
    for (size_t i = 0; i < WORDS_WIDTH; i++) {
        for (size_t half = 0; half < 2; half++) {
            *words++ = (uint32_t)pairs[half][i];
            *words++ = (uint32_t)(pairs[half][i] >> 32);
        }
    }
}

/* The words of blocks index, index + 1, ... of (seed, stream). A lane holds one word of a block in
 * its low half; of what is multiplied, only that counts. */
static void random_blocks(uint64_t seed, uint64_t stream, uint64_t index, uint32_t *words) {
    vec_words counter[RANDOM_BLOCK_WORDS][RANDOM_VECTORS];
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const vec_words zero = {0};
    const vec_words multiplier_0 = zero + CORNU_PHILOX_MULTIPLIER_0;
    const vec_words multiplier_1 = zero + CORNU_PHILOX_MULTIPLIER_1;
    vec_words at = words_count() + index;
    UNROLL
    for (size_t v = 0; v < RANDOM_VECTORS; v++) {
        counter[0][v] = at;
        counter[1][v] = at >> 32;
        counter[2][v] = zero + (uint32_t)stream;
        counter[3][v] = zero + (stream >> 32);
        at += WORDS_WIDTH;
    }
    for (int round = 0; round < CORNU_PHILOX_ROUNDS; round++) {
        UNROLL
        for (size_t v = 0; v < RANDOM_VECTORS; v++) {
            const vec_words product_0 = words_multiply(counter[0][v], multiplier_0);
            const vec_words product_1 = words_multiply(counter[2][v], multiplier_1);
            counter[0][v] = product_1 >> 32 ^ counter[1][v] ^ key[0];
            counter[1][v] = product_1 & UINT32_MAX;
            counter[2][v] = product_0 >> 32 ^ counter[3][v] ^ key[1];
            counter[3][v] = product_0 & UINT32_MAX;
        }
        key[0] += CORNU_PHILOX_WEYL_0;
        key[1] += CORNU_PHILOX_WEYL_1;
    }
    UNROLL
    for (size_t v = 0; v < RANDOM_VECTORS; v++) {
        store_blocks(counter[0][v], counter[1][v], counter[2][v], counter[3][v],
                     words + v * WORDS_WIDTH * RANDOM_BLOCK_WORDS);
    }
}

static void random_words(uint64_t seed, uint64_t stream, uint64_t first, size_t count,
                         uint32_t *words) {
    enum { GROUP = RANDOM_BLOCKS * RANDOM_BLOCK_WORDS };
    size_t done = (size_t)(-first % RANDOM_BLOCK_WORDS); /* up to where a block begins */
    done = done < count ? done : count;
    cornu_random_words(seed, stream, first, done, words);
    for (; count - done >= GROUP; done += GROUP) {
        random_blocks(seed, stream, (first + done) / RANDOM_BLOCK_WORDS, words + done);
    }
    cornu_random_words(seed, stream, first + done, count - done, words + done);
}

#else

static void random_words(uint64_t seed, uint64_t stream, uint64_t first, size_t count,
                         uint32_t *words) {
    cornu_random_words(seed, stream, first, count, words);
}

#endif
