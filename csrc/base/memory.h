/* The only place that allocates: 64-byte-aligned blocks, with a switch that lets tests make one
 * fail. */
#ifndef CORNU_BASE_MEMORY_H
#define CORNU_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* One cache line, and the widest vector in use. */
#define CORNU_ALIGNMENT 64

/* Both return NULL when there is no memory (or nbytes > CORNU_SIZE_MAX); nbytes 0 gives a block of
 * one alignment unit, so NULL always means failure. `zeroed` gives bytes of zero (from the system's
 * own zero pages where it can, so that untouched parts of a large block cost nothing). */
void *cornu_memory_allocate(size_t nbytes);
void *cornu_memory_allocate_zeroed(size_t nbytes);
/* NULL is allowed. */
void cornu_memory_free(void *memory);

/* For tests: after `count` more successful allocations every allocation fails, until called again;
 * a negative count switches it off. Process-wide and atomic. */
void cornu_memory_fail_after(int64_t count);

#endif
