/* Counter-based random numbers: word i of (seed, stream) is a pure function of the three.
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): key =
 * seed, counter = (stream, i / 4), the four words of a block in order. No state, so any thread can
 * make any part. */
#ifndef CORNU_BASE_RANDOM_H
#define CORNU_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Multipliers, and what the key grows by each round (golden ratio, sqrt(3) - 1). */
#define CORNU_PHILOX_MULTIPLIER_0 0xD2511F53u
#define CORNU_PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define CORNU_PHILOX_WEYL_0 0x9E3779B9u
#define CORNU_PHILOX_WEYL_1 0xBB67AE85u
#define CORNU_PHILOX_ROUNDS 10

/* Writes words[0..count) = words `first`, first + 1, ... of (seed, stream). */
void cornu_random_words(uint64_t seed, uint64_t stream, uint64_t first, size_t count,
                        uint32_t *words);

/* Maps a random 64-bit word evenly to [0, below), off by at most below / 2^64. */
uint64_t cornu_random_below(uint64_t word, uint64_t below);

#endif
