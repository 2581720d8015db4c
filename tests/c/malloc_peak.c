/* Preloaded into a process, knows how many bytes of the malloc family are in use and how many were
 * at most (Linux, glibc). */
#include "malloc_interposers.h"

size_t malloc_in_use(void);
size_t malloc_peak(void);
void malloc_forget_peak(void);

static atomic_size_t in_use, peak;

size_t malloc_in_use(void) {
    return atomic_load(&in_use);
}

size_t malloc_peak(void) {
    return atomic_load(&peak);
}

void malloc_forget_peak(void) {
    atomic_store(&peak, atomic_load(&in_use));
}

static void note_taken(void *memory) {
    size_t nbytes = malloc_usable_size(memory);
    size_t now = atomic_fetch_add(&in_use, nbytes) + nbytes;
    size_t most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
}

static void note_given_back(size_t nbytes) {
    atomic_fetch_sub(&in_use, nbytes);
}
