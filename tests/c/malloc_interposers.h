/* The malloc family of a process that a library with this header is preloaded into (Linux, glibc):
 * glibc's own, and what the includer notes of each call. Included once, by the library's only
 * file. */
#ifndef CORNU_TESTS_MALLOC_INTERPOSERS_H
#define CORNU_TESTS_MALLOC_INTERPOSERS_H

#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

/* The includer's: called with what each allocation returns, NULL where it failed, and with the
 * usable size of what is given back, 0 for NULL. A realloc does both. They allocate nothing. */
static void note_taken(void *memory);
static void note_given_back(size_t nbytes);

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

void *malloc(size_t nbytes) {
    void *made = __libc_malloc(nbytes);
    note_taken(made);
    return made;
}

void *calloc(size_t count, size_t nbytes) {
    void *made = __libc_calloc(count, nbytes);
    note_taken(made);
    return made;
}

void *realloc(void *memory, size_t nbytes) {
    size_t before = malloc_usable_size(memory);
    void *made = __libc_realloc(memory, nbytes);
    if (made || nbytes == 0) note_given_back(before);
    note_taken(made);
    return made;
}

void *memalign(size_t alignment, size_t nbytes) {
    void *made = __libc_memalign(alignment, nbytes);
    note_taken(made);
    return made;
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
    note_given_back(malloc_usable_size(memory));
    __libc_free(memory);
}

#endif
