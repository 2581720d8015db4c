#include "base/random.h"

static void make_block(uint64_t seed, uint64_t stream, uint64_t index, uint32_t block[4]) {
    uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream,
                           (uint32_t)(stream >> 32)};
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (int round = 0; round < CORNU_PHILOX_ROUNDS; round++) {
        uint64_t product_0 = (uint64_t)CORNU_PHILOX_MULTIPLIER_0 * counter[0];
        uint64_t product_1 = (uint64_t)CORNU_PHILOX_MULTIPLIER_1 * counter[2];
        uint32_t mixed_0 = (uint32_t)(product_1 >> 32) ^ counter[1] ^ key[0];
        uint32_t mixed_2 = (uint32_t)(product_0 >> 32) ^ counter[3] ^ key[1];
        counter[0] = mixed_0;
        counter[1] = (uint32_t)product_1;
        counter[2] = mixed_2;
        counter[3] = (uint32_t)product_0;
        key[0] += CORNU_PHILOX_WEYL_0;
        key[1] += CORNU_PHILOX_WEYL_1;
    }
    for (int word = 0; word < 4; word++) block[word] = counter[word];
}

void cornu_random_words(uint64_t seed, uint64_t stream, uint64_t first, size_t count,
                        uint32_t *words) {
    uint32_t block[4];
    size_t at = (size_t)(first % 4);
    uint64_t index = first / 4;
    for (size_t done = 0; done < count; index++, at = 0) {
        make_block(seed, stream, index, block);
        while (at < 4 && done < count) words[done++] = block[at++];
    }
}

/* The high half of a 64 x 64-bit product. */
uint64_t cornu_random_below(uint64_t word, uint64_t below) {
    uint64_t low_low = (word & UINT32_MAX) * (below & UINT32_MAX);
    uint64_t high_low = (word >> 32) * (below & UINT32_MAX);
    uint64_t low_high = (word & UINT32_MAX) * (below >> 32);
    uint64_t carry = (low_low >> 32) + (high_low & UINT32_MAX) + (low_high & UINT32_MAX);
    return (word >> 32) * (below >> 32) + (high_low >> 32) + (low_high >> 32) + (carry >> 32);
}
