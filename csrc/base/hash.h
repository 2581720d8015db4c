/* Hashes of bytes: the same numbers on every machine. */
#ifndef CORNU_BASE_HASH_H
#define CORNU_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FarmHash's Fingerprint64 (https://github.com/google/farmhash), and SipHash-2-4 with a key of two
 * numbers (Aumasson and Bernstein, 2012). `bytes` may be NULL where there are none. */
uint64_t cornu_hash_fingerprint(const void *bytes, size_t nbytes);
uint64_t cornu_hash_keyed(const uint64_t key[2], const void *bytes, size_t nbytes);

#endif
