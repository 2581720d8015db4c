/* The order of rows in an epoch. */
#ifndef CORNU_NET_SHUFFLE_H
#define CORNU_NET_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

#include "cornu.h"
#include "net/source.h"
#include "net/task.h"

/* 4 bytes a row, 8 above 2^32 rows. */
typedef struct cornu_order {
    size_t count;
    uint32_t *order32; /* one of the two, or neither: rows come as they are */
    uint64_t *order64;
} cornu_order;

/* CORNU_ERROR_MEMORY. Freed by cornu_order_free. */
cornu_status cornu_order_new(size_t count, cornu_order *order, cornu_error *error);
void cornu_order_free(cornu_order *order);
/* A permutation that is a function of (seed, epoch, block, count) alone: of blocks of so many rows,
 * each in its order; rows that make no whole block stay at the end. CORNU_INTERRUPTED leaves it
 * unfit for use. */
cornu_status cornu_order_shuffle(cornu_order *order, size_t block, uint64_t seed, uint64_t epoch,
                                 cornu_task *task);

#endif
