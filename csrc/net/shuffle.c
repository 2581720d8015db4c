#include "net/shuffle.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/size.h"
#include "base/status.h"

/* Random words drawn at a time: two a row. */
#define CHUNK_WORDS 1024
/* Rows between two polls. */
#define POLL_ROWS 65536
/* What a swap counts as: two places somewhere in memory. */
#define SWAP_WORK 20.0

cornu_status cornu_order_new(size_t count, cornu_order *order, cornu_error *error) {
    bool narrow = count <= UINT32_MAX;
    size_t nbytes;
    void *memory = NULL;
    if (cornu_size_multiply(count, narrow ? sizeof(uint32_t) : sizeof(uint64_t), &nbytes)) {
        memory = cornu_memory_allocate(nbytes);
    }
    if (!memory) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY,
                               "No memory for the order of %zu rows. Use shuffle=False.", count);
    }
    *order = (cornu_order){count, narrow ? memory : NULL, narrow ? NULL : memory};
    return CORNU_OK;
}

void cornu_order_free(cornu_order *order) {
    cornu_memory_free(order->order32);
    cornu_memory_free(order->order64);
    *order = (cornu_order){0, NULL, NULL};
}

static void swap_rows(cornu_order *order, size_t a, size_t b) {
    if (order->order32) {
        uint32_t row = order->order32[a];
        order->order32[a] = order->order32[b];
        order->order32[b] = row;
    } else {
        uint64_t row = order->order64[a];
        order->order64[a] = order->order64[b];
        order->order64[b] = row;
    }
}

static void set_row(cornu_order *order, size_t place, size_t row) {
    if (order->order32) {
        order->order32[place] = (uint32_t)row;
    } else {
        order->order64[place] = row;
    }
}

/* Puts rows in the place of the numbers of their blocks, which stand in the first places: from the
 * last block on, no number is overwritten before it was read. */
static void spread_blocks(cornu_order *order, size_t count, size_t block) {
    for (size_t place = count; place-- > 0;) {
        const size_t number =
            order->order32 ? order->order32[place] : (size_t)order->order64[place];
        for (size_t i = 0; i < block; i++) set_row(order, place * block + i, number * block + i);
    }
}

/* Fisher and Yates, from the last row or block down. */
cornu_status cornu_order_shuffle(cornu_order *order, size_t block, uint64_t seed, uint64_t epoch,
                                 cornu_task *task) {
    const size_t count = block > 1 ? order->count / block : order->count;
    for (size_t i = 0; i < order->count; i++) set_row(order, i, i);
    uint32_t words[CHUNK_WORDS];
    for (size_t done = 0; done + 1 < count; done++) {
        size_t at = 2 * done % CHUNK_WORDS;
        if (at == 0) {
            /* No more words than this call can use: 20 rows should not pay for 512. */
            size_t left = 2 * (count - 1 - done);
            task->kernels->random_words(seed, epoch, 2 * (uint64_t)done,
                                        left < CHUNK_WORDS ? left : CHUNK_WORDS, words);
        }
        uint64_t word = (uint64_t)words[at] << 32 | words[at + 1];
        size_t last = count - 1 - done;
        swap_rows(order, last, (size_t)cornu_random_below(word, (uint64_t)last + 1));
        if (done % POLL_ROWS == POLL_ROWS - 1 &&
            cornu_task_poll_after(task, SWAP_WORK * POLL_ROWS) != CORNU_OK)
            return CORNU_INTERRUPTED;
    }
    if (block > 1) spread_blocks(order, count, block);
    return CORNU_OK;
}
