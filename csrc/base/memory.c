#define _DEFAULT_SOURCE
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/size.h"

/* What stands before each block: where the allocator's own block begins. */
typedef struct block_header {
    void *origin;
} block_header;

static atomic_int_fast64_t allocations_left = -1;

static bool may_allocate(void) {
    if (atomic_load_explicit(&allocations_left, memory_order_relaxed) < 0) return true;
    int_fast64_t left = atomic_load(&allocations_left);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&allocations_left, &left, left - 1)) return true;
    }
    return left < 0;
}

void cornu_memory_fail_after(int64_t count) {
    atomic_store(&allocations_left, count < 0 ? -1 : count);
}

/* From this size on large pages are asked for. */
#define HUGE_NBYTES ((size_t)4 << 20)
#define HUGE_PAGE_NBYTES ((size_t)2 << 20)

/* Gigabytes in pages of 4 KiB take a tenth of a second to give back to the system, in which nobody
 * could answer Ctrl-C; in pages of 2 MiB a hundredth. It is a wish only: a failure changes nothing.
 */
static void ask_for_large_pages(void *origin, size_t nbytes) {
#if defined(MADV_HUGEPAGE)
    if (nbytes < HUGE_NBYTES) return;
    uintptr_t mask = ~(uintptr_t)(HUGE_PAGE_NBYTES - 1);
    uintptr_t begin = ((uintptr_t)origin + HUGE_PAGE_NBYTES - 1) & mask;
    uintptr_t end = ((uintptr_t)origin + nbytes) & mask;
    if (begin < end) madvise((void *)begin, (size_t)(end - begin), MADV_HUGEPAGE);
#else
    (void)origin;
    (void)nbytes;
#endif
}

/* calloc and not aligned_alloc: it knows which pages are zero already, and leaves those untouched.
 */
static void *allocate(size_t nbytes, bool zeroed) {
    size_t total;
    if (!may_allocate()) return NULL;
    if (!cornu_size_add(nbytes ? nbytes : CORNU_ALIGNMENT, CORNU_ALIGNMENT + sizeof(block_header),
                        &total))
        return NULL;
    unsigned char *origin = zeroed ? calloc(1, total) : malloc(total);
    if (!origin) return NULL;
    ask_for_large_pages(origin, total);
    uintptr_t first = (uintptr_t)origin + sizeof(block_header);
    uintptr_t aligned = (first + CORNU_ALIGNMENT - 1) & ~(uintptr_t)(CORNU_ALIGNMENT - 1);
    unsigned char *memory = origin + (aligned - (uintptr_t)origin);
    ((block_header *)(void *)memory)[-1].origin = origin;
    return memory;
}

void *cornu_memory_allocate(size_t nbytes) {
    return allocate(nbytes, false);
}

void *cornu_memory_allocate_zeroed(size_t nbytes) {
    return allocate(nbytes, true);
}

void cornu_memory_free(void *memory) {
    if (memory) free(((block_header *)memory)[-1].origin);
}
