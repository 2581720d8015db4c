/* Preloaded into a process, knows how many bytes of the malloc family are in use and how many were
 * at most (Linux, glibc). */
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t nbytes);
void *__libc_calloc(size_t count, size_t nbytes);
void *__libc_realloc(void *memory, size_t nbytes);
void *__libc_memalign(size_t alignment, size_t nbytes);
void __libc_free(void *memory);

void *malloc(size_t nbytes);
void *calloc(size_t count, size_t nbytes);
void *realloc(void *memory, size_t nbytes);
void *memalign(size_t alignment, size_t nbytes);
void *aligned_alloc(size_t alignment, size_t nbytes);
int posix_memalign(void **memory, size_t alignment, size_t nbytes);
void free(void *memory);
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

static void *note(void *memory) {
    size_t nbytes = malloc_usable_size(memory);
    size_t now = atomic_fetch_add(&in_use, nbytes) + nbytes;
    size_t most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
    return memory;
}

void *malloc(size_t nbytes) {
    return note(__libc_malloc(nbytes));
}

void *calloc(size_t count, size_t nbytes) {
    return note(__libc_calloc(count, nbytes));
}

void *realloc(void *memory, size_t nbytes) {
    size_t before = malloc_usable_size(memory);
    void *made = __libc_realloc(memory, nbytes);
    if (made || nbytes == 0) atomic_fetch_sub(&in_use, before);
    return note(made);
}

void *memalign(size_t alignment, size_t nbytes) {
    return note(__libc_memalign(alignment, nbytes));
}

void *aligned_alloc(size_t alignment, size_t nbytes) {
    return memalign(alignment, nbytes);
}

int posix_memalign(void **memory, size_t alignment, size_t nbytes) {
    void *made = memalign(alignment, nbytes);
    if (!made) return 12; /* ENOMEM */
    *memory = made;
    return 0;
}

void free(void *memory) {
    atomic_fetch_sub(&in_use, malloc_usable_size(memory));
    __libc_free(memory);
}
