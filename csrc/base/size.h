/* Sizes that cannot wrap: every size that depends on a user's number goes through these. */
#ifndef CORNU_BASE_SIZE_H
#define CORNU_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

/* The largest size that may be asked of the allocator; pointer differences inside it still fit
 * ptrdiff_t. */
#define CORNU_SIZE_MAX ((size_t)PTRDIFF_MAX)

/* Each stores the result and returns true, or returns false (result untouched) above
 * CORNU_SIZE_MAX. */
bool cornu_size_add(size_t a, size_t b, size_t *sum);
bool cornu_size_multiply(size_t a, size_t b, size_t *product);
/* Rounds up to a multiple of `unit`, a power of two. */
bool cornu_size_round_up(size_t size, size_t unit, size_t *rounded);

#endif
