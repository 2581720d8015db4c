/* Preloaded into a process, counts its calls of the malloc family (Linux, glibc). */
#include "malloc_interposers.h"

size_t malloc_count(void);

static atomic_size_t calls;

size_t malloc_count(void) {
    return atomic_load(&calls);
}

static void note_taken(void *memory) {
    (void)memory;
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

static void note_given_back(size_t nbytes) {
    (void)nbytes;
}
