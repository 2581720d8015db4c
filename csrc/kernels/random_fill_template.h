/* Random numbers in REAL, from base/random.h's words: each element is a function of (seed, stream,
 * its index).
 *
 * A float takes one word for each element, a double two. */

enum {
    RANDOM_GROUP = 256, /* elements at once; even */
    RANDOM_WORDS = REAL_IS_DOUBLE ? 2 : 1,
};

/* The words of elements first, first + 1, ...; count <= RANDOM_GROUP. */
static void draw(uint64_t seed, uint64_t stream, uint64_t first, size_t count, uint32_t *words) {
    random_words(seed, stream, first * RANDOM_WORDS, count * RANDOM_WORDS, words);
}

/* Uniform in [0, 1), a multiple of 2^-24 or 2^-53. */
INLINE REAL unit_uniform(const uint32_t *words) {
#if REAL_IS_DOUBLE
    uint64_t word = (uint64_t)words[0] << 32 | words[1];
    return (double)(int64_t)(word >> 11) * 0x1p-53;
#else
    return (float)(int32_t)(words[0] >> 8) * 0x1p-24F;
#endif
}

/* Uniform in (0, 1], never 0, with all the bits there are: what tails are made of. */
INLINE REAL open_uniform(const uint32_t *words) {
#if REAL_IS_DOUBLE
    uint64_t word = (uint64_t)words[0] << 32 | words[1];
    return (double)(int64_t)((word >> 11) | 1) * 0x1p-53;
#else
    return (float)(((double)words[0] + 0.5) * 0x1p-32);
#endif
}

/* Uniform in (-1, 1), symmetric. */
INLINE REAL signed_uniform(const uint32_t *words) {
#if REAL_IS_DOUBLE
    uint64_t word = (uint64_t)words[0] << 32 | words[1];
    return ((double)((int64_t)(word >> 11) - (INT64_C(1) << 52)) + 0.5) * 0x1p-52;
#else
    return (float)(((double)words[0] - 2147483647.5) * 0x1p-31);
#endif
}

static void fill_uniform(size_t count, uint64_t seed, uint64_t stream, uint64_t first, double low_,
                         double high_, void *x_) {
    REAL *x = x_;
    const REAL low = (REAL)low_, high = (REAL)high_;
    /* The number below high. */
    const REAL below = high > 0   ? real_of(bits_of(high) - 1)
                       : high < 0 ? real_of(bits_of(high) + 1)
                                  : -real_of(1);
    uint32_t words[RANDOM_GROUP * RANDOM_WORDS];
    for (size_t begin = 0; begin < count; begin += RANDOM_GROUP) {
        const size_t group = count - begin < RANDOM_GROUP ? count - begin : RANDOM_GROUP;
        draw(seed, stream, first + begin, group, words);
        for (size_t i = 0; i < group; i++) {
            const REAL u = unit_uniform(words + i * RANDOM_WORDS);
            /* low (1 - u) + high u: the difference of the two may overflow. */
            const REAL value = multiply_add(u, high, multiply_add(-u, low, low));
            const REAL bounded_value = value < high ? value : below;
            x[begin + i] = bounded_value > low ? bounded_value : low;
        }
    }
}

/* Box and Muller, "A note on the generation of random normal deviates", 1958: elements 2 j and 2 j
 * + 1 are one pair. */
static void normal_pair(const uint32_t *words, REAL *pair) {
    const REAL radius = square_root(-2 * real_log(open_uniform(words)));
    REAL sine, cosine;
    sin_cos_turn(unit_uniform(words + RANDOM_WORDS), &sine, &cosine);
    pair[0] = radius * cosine;
    pair[1] = radius * sine;
}

static void fill_normal(size_t count, uint64_t seed, uint64_t stream, uint64_t first, double mean_,
                        double deviation_, void *x_) {
    REAL *x = x_;
    const REAL mean = (REAL)mean_, deviation = (REAL)deviation_;
    uint32_t words[(RANDOM_GROUP + 2) * RANDOM_WORDS];
    REAL normals[RANDOM_GROUP + 2];
    for (size_t begin = 0; begin < count; begin += RANDOM_GROUP) {
        const size_t group = count - begin < RANDOM_GROUP ? count - begin : RANDOM_GROUP;
        /* Whole pairs. */
        const size_t skip = (size_t)((first + begin) & 1);
        const size_t pairs = (skip + group + 1) / 2;
        draw(seed, stream, first + begin - skip, 2 * pairs, words);
        for (size_t i = 0; i < pairs; i++) {
            normal_pair(words + 2 * i * RANDOM_WORDS, normals + 2 * i);
        }
        for (size_t i = 0; i < group; i++) {
            x[begin + i] = multiply_add(deviation, normals[skip + i], mean);
        }
    }
}

/* By the inverse of the distribution: the same law as redrawing beyond two deviations, with one
 * draw. With v uniform in (-1, 1), the quantile of (1 + v erf(sqrt 2)) / 2 is within [-2, 2]. */
static void fill_truncated_normal(size_t count, uint64_t seed, uint64_t stream, uint64_t first,
                                  double mean_, double deviation_, void *x_) {
    REAL *x = x_;
    const REAL mean = (REAL)mean_, deviation = (REAL)deviation_;
    uint32_t words[RANDOM_GROUP * RANDOM_WORDS];
    for (size_t begin = 0; begin < count; begin += RANDOM_GROUP) {
        const size_t group = count - begin < RANDOM_GROUP ? count - begin : RANDOM_GROUP;
        draw(seed, stream, first + begin, group, words);
        for (size_t i = 0; i < group; i++) {
            const REAL v = R(0.95449973610364158560) * signed_uniform(words + i * RANDOM_WORDS);
            const REAL w = negated(real_log(multiply_add(-v, v, 1)));
            const REAL z = clamp(v * POLYNOMIAL(quantile_coefficients, w), -2, 2);
            x[begin + i] = multiply_add(deviation, z, mean);
        }
    }
}

/* Words below it are dropped: a share of `rate` of them, all of them at 1. */
static uint64_t dropout_limit(const cornu_dropout *dropout) {
    return (uint64_t)(dropout->rate * 0x1p32);
}

/* The words of elements begin, begin + 1, ...; with step 0 they are all the same, and made once. */
INLINE void dropout_words(const cornu_dropout *dropout, uint64_t first, size_t step, size_t begin,
                          size_t group, uint32_t *words) {
    if (step != 0) {
        random_words(dropout->seed, dropout->stream, first + begin, group, words);
    } else if (begin == 0) {
        cornu_random_words(dropout->seed, dropout->stream, first, 1, words);
        for (size_t i = 1; i < RANDOM_GROUP; i++) {
            words[i] = words[0];
        }
    }
}

static void dropout(const cornu_dropout *dropout, uint64_t first, size_t step, size_t count,
                    const void *x_, void *y_) {
    const REAL *x = x_;
    REAL *y = y_;
    const REAL kept = (REAL)(1.0 - dropout->rate);
    const uint64_t limit = dropout_limit(dropout);
    uint32_t words[RANDOM_GROUP];
    for (size_t begin = 0; begin < count; begin += RANDOM_GROUP) {
        const size_t group = count - begin < RANDOM_GROUP ? count - begin : RANDOM_GROUP;
        dropout_words(dropout, first, step, begin, group, words);
        INDEPENDENT
        for (size_t i = 0; i < group; i++) {
            const REAL value = x[begin + i] / kept;
            y[begin + i] = words[i] >= limit ? value : 0;
        }
    }
}

static void alpha_dropout(const cornu_dropout *dropout, double dropped_, double scale_,
                          double shift_, uint64_t first, size_t step, size_t count, const void *x_,
                          void *y_) {
    const REAL *x = x_;
    REAL *y = y_;
    const REAL dropped = (REAL)dropped_, scale = (REAL)scale_, shift = (REAL)shift_;
    const uint64_t limit = dropout_limit(dropout);
    uint32_t words[RANDOM_GROUP];
    for (size_t begin = 0; begin < count; begin += RANDOM_GROUP) {
        const size_t group = count - begin < RANDOM_GROUP ? count - begin : RANDOM_GROUP;
        dropout_words(dropout, first, step, begin, group, words);
        INDEPENDENT
        for (size_t i = 0; i < group; i++) {
            const REAL value = x[begin + i];
            y[begin + i] = multiply_add(words[i] >= limit ? value : dropped, scale, shift);
        }
    }
}

static void noise(const cornu_noise *noise, uint64_t first, size_t count, const void *x_,
                  void *y_) {
    const REAL *x = x_;
    REAL *y = y_;
    REAL normals[RANDOM_GROUP];
    for (size_t begin = 0; begin < count; begin += RANDOM_GROUP) {
        const size_t group = count - begin < RANDOM_GROUP ? count - begin : RANDOM_GROUP;
        fill_normal(group, noise->seed, noise->stream, first + begin, noise->multiplies ? 1.0 : 0.0,
                    noise->deviation, normals);
        INDEPENDENT
        for (size_t i = 0; i < group; i++) {
            const REAL value = x[begin + i];
            y[begin + i] = noise->multiplies ? value * normals[i] : value + normals[i];
        }
    }
}
