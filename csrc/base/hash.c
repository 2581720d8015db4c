#include "base/hash.h"

/* Numbers are read as they lie on a little-endian machine. */
static uint64_t read_64(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | at[i];
    return value;
}

static uint64_t read_32(const unsigned char *at) {
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

static uint64_t rotate_right(uint64_t x, unsigned shift) {
    return x >> shift | x << (64 - shift);
}

static uint64_t rotate_left(uint64_t x, unsigned shift) {
    return x << shift | x >> (64 - shift);
}

/* ---- FarmHash ----
 * Four ways, by the length: up to 16, 32 and 64 bytes, and blocks of 64. */

#define K0 0xc3a5c85c97cb3127u
#define K1 0xb492b66fbe98f273u
#define K2 0x9ae16a3b2f90404fu

static uint64_t shift_mix(uint64_t x) {
    return x ^ x >> 47;
}

static uint64_t mix_two(uint64_t u, uint64_t v, uint64_t factor) {
    const uint64_t a = shift_mix((u ^ v) * factor);
    return shift_mix((v ^ a) * factor) * factor;
}

static uint64_t hash_to_16(const unsigned char *s, size_t n) {
    const uint64_t factor = K2 + 2 * (uint64_t)n;
    if (n >= 8) {
        const uint64_t a = read_64(s) + K2, b = read_64(s + n - 8);
        const uint64_t c = rotate_right(b, 37) * factor + a;
        return mix_two(c, (rotate_right(a, 25) + b) * factor, factor);
    }
    if (n >= 4) return mix_two(n + (read_32(s) << 3), read_32(s + n - 4), factor);
    if (n == 0) return K2;
    const uint64_t y = (uint64_t)s[0] + ((uint64_t)s[n >> 1] << 8);
    const uint64_t z = (uint64_t)n + ((uint64_t)s[n - 1] << 2);
    return shift_mix(y * K2 ^ z * K0) * K2;
}

static uint64_t hash_to_32(const unsigned char *s, size_t n) {
    const uint64_t factor = K2 + 2 * (uint64_t)n;
    const uint64_t a = read_64(s) * K1, b = read_64(s + 8);
    const uint64_t c = read_64(s + n - 8) * factor, d = read_64(s + n - 16) * K2;
    return mix_two(rotate_right(a + b, 43) + rotate_right(c, 30) + d,
                   a + rotate_right(b + K2, 18) + c, factor);
}

static uint64_t hash_to_64(const unsigned char *s, size_t n) {
    const uint64_t factor = K2 + 2 * (uint64_t)n;
    const uint64_t a = read_64(s) * K2, b = read_64(s + 8);
    const uint64_t c = read_64(s + n - 8) * factor, d = read_64(s + n - 16) * K2;
    const uint64_t y = rotate_right(a + b, 43) + rotate_right(c, 30) + d;
    const uint64_t z = mix_two(y, a + rotate_right(b + K2, 18) + c, factor);
    const uint64_t e = read_64(s + 16) * factor, f = read_64(s + 24);
    const uint64_t g = (y + read_64(s + n - 32)) * factor, h = (z + read_64(s + n - 24)) * factor;
    return mix_two(rotate_right(e + f, 43) + rotate_right(g, 30) + h,
                   e + rotate_right(f + a, 18) + g, factor);
}

typedef struct pair {
    uint64_t first, second;
} pair;

static pair mix_32_bytes(const unsigned char *s, uint64_t a, uint64_t b) {
    const uint64_t w = read_64(s), x = read_64(s + 8), y = read_64(s + 16), z = read_64(s + 24);
    a += w;
    b = rotate_right(b + a + z, 21);
    const uint64_t c = a;
    a += x + y;
    b += rotate_right(a, 44);
    return (pair){a + z, b + c};
}

typedef struct long_state {
    uint64_t x, y, z;
    pair v, w;
} long_state;

/* A block of 64 bytes; only in the last one `factor` is another, and two numbers count nine times.
 */
static void mix_block(long_state *state, const unsigned char *s, uint64_t factor, uint64_t times) {
    long_state t = *state;
    t.x = rotate_right(t.x + t.y + t.v.first + read_64(s + 8), 37) * factor;
    t.y = rotate_right(t.y + t.v.second + read_64(s + 48), 42) * factor;
    t.x ^= t.w.second * times;
    t.y += t.v.first * times + read_64(s + 40);
    t.z = rotate_right(t.z + t.w.first, 33) * factor;
    t.v = mix_32_bytes(s, t.v.second * factor, t.x + t.w.first);
    t.w = mix_32_bytes(s + 32, t.z + t.w.second, t.y + read_64(s + 16));
    state->x = t.z;
    state->y = t.y;
    state->z = t.x;
    state->v = t.v;
    state->w = t.w;
}

static uint64_t hash_long(const unsigned char *s, size_t n) {
    const uint64_t seed = 81;
    long_state state = {.x = seed * K2 + read_64(s), .y = seed * K1 + 113};
    state.z = shift_mix(state.y * K2 + 113) * K2;
    const unsigned char *const end = s + (n - 1) / 64 * 64;
    for (; s < end; s += 64) mix_block(&state, s, K1, 1);
    const size_t last = (n - 1) & 63;
    const uint64_t factor = K1 + ((state.z & 0xff) << 1);
    state.w.first += last;
    state.v.first += state.w.first;
    state.w.first += state.v.first;
    mix_block(&state, end + last - 63, factor, 9);
    return mix_two(
        mix_two(state.v.first, state.w.first, factor) + shift_mix(state.y) * K0 + state.z,
        mix_two(state.v.second, state.w.second, factor) + state.x, factor);
}

uint64_t cornu_hash_fingerprint(const void *bytes, size_t nbytes) {
    if (nbytes <= 16) return hash_to_16(bytes, nbytes);
    if (nbytes <= 32) return hash_to_32(bytes, nbytes);
    if (nbytes <= 64) return hash_to_64(bytes, nbytes);
    return hash_long(bytes, nbytes);
}

/* ---- SipHash ---- */

static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[1] = rotate_left(v[1], 13) ^ v[0];
    v[0] = rotate_left(v[0], 32);
    v[2] += v[3];
    v[3] = rotate_left(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate_left(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate_left(v[1], 17) ^ v[2];
    v[2] = rotate_left(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word) {
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t cornu_hash_keyed(const uint64_t key[2], const void *bytes, size_t nbytes) {
    const unsigned char *s = bytes;
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                     key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
    for (size_t word = 0; word < nbytes / 8; word++) sip_word(v, read_64(s + 8 * word));
    uint64_t last = (uint64_t)nbytes << 56;
    for (size_t i = nbytes / 8 * 8; i < nbytes; i++) last |= (uint64_t)s[i] << (8 * (i % 8));
    sip_word(v, last);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
