/* Preloaded into a process, counts its calls of the malloc family (Linux, glibc). */
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t nbytes);
void *__libc_calloc(size_t count, size_t nbytes);
void *__libc_realloc(void *memory, size_t nbytes);
void *__libc_memalign(size_t alignment, size_t nbytes);

void *malloc(size_t nbytes);
void *calloc(size_t count, size_t nbytes);
void *realloc(void *memory, size_t nbytes);
void *memalign(size_t alignment, size_t nbytes);
void *aligned_alloc(size_t alignment, size_t nbytes);
int posix_memalign(void **memory, size_t alignment, size_t nbytes);
size_t malloc_count(void);

static atomic_size_t calls;

size_t malloc_count(void) {
    return atomic_load(&calls);
}

void *malloc(size_t nbytes) {
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    return __libc_malloc(nbytes);
}

void *calloc(size_t count, size_t nbytes) {
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    return __libc_calloc(count, nbytes);
}

void *realloc(void *memory, size_t nbytes) {
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    return __libc_realloc(memory, nbytes);
}

void *memalign(size_t alignment, size_t nbytes) {
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    return __libc_memalign(alignment, nbytes);
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
