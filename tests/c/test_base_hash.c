/* Hashes: published values, and none that reads past its bytes or depends on where they lie. */
#include "base/hash.h"
#include "check.h"

static void test_published_values(void) {
    /* SipHash's key and message are the bytes 0, 1, 2, ... (Aumasson and Bernstein, appendix A). */
    unsigned char bytes[15];
    const uint64_t key[] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)i;
    CHECK(cornu_hash_keyed(key, NULL, 0) == 0x726fdb47dd0e0e31u);
    CHECK(cornu_hash_keyed(key, bytes, 15) == 0xa129ca6149be45e5u);
    /* FarmHash of nothing is its constant k2. */
    CHECK(cornu_hash_fingerprint(NULL, 0) == 0x9ae16a3b2f90404fu);
    /* Keras's page of Hashing: "A" to "E" in 3 bins. */
    const unsigned bins[] = {1, 0, 1, 1, 2};
    for (size_t i = 0; i < 5; i++) CHECK_SIZE(cornu_hash_fingerprint(&"ABCDE"[i], 1) % 3, bins[i]);
}

/* A copy of just its size, at each alignment, for the sanitizers to watch. */
static void test_every_length(void) {
    unsigned char source[200];
    const uint64_t key[] = {3, 5};
    for (size_t i = 0; i < sizeof source; i++) source[i] = (unsigned char)(7 * i + 1);
    for (size_t count = 1; count <= sizeof source; count++) {
        const size_t offset = count % 8;
        unsigned char *block = malloc(offset + count);
        if (!CHECK(block != NULL)) return;
        memcpy(block + offset, source, count);
        const uint64_t plain = cornu_hash_fingerprint(source, count);
        CHECK(cornu_hash_fingerprint(block + offset, count) == plain);
        CHECK(cornu_hash_keyed(key, block + offset, count) == cornu_hash_keyed(key, source, count));
        block[offset + count / 2] ^= 1;
        CHECK(cornu_hash_fingerprint(block + offset, count) != plain);
        free(block);
    }
}

int main(void) {
    test_published_values();
    test_every_length();
    return check_report();
}
