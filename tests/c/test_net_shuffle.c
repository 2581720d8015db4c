/* The order of an epoch, beyond what is drawn and asked between two polls. */
#include <stdlib.h>

#include "base/random.h"
#include "check.h"
#include "net/shuffle.h"

#define ROWS 70001

static unsigned char seen[ROWS];

static void shuffled(cornu_order *order, size_t count, uint64_t seed, uint64_t epoch) {
    cornu_task task = {.kernels = cornu_kernels_for(CORNU_FLOAT32)};
    CHECK_INT(cornu_order_new(count, order, NULL), CORNU_OK);
    CHECK_INT(cornu_order_shuffle(order, 1, seed, epoch, &task), CORNU_OK);
}

static void check_permutation(const cornu_order *order) {
    memset(seen, 0, sizeof seen);
    size_t repeated = 0;
    for (size_t i = 0; i < order->count; i++) {
        size_t row = order->order32[i];
        if (!CHECK(row < order->count)) return;
        repeated += seen[row]++ != 0;
    }
    CHECK_SIZE(repeated, 0);
}

/* One less and one more than a chunk of 512 rows, and more than are drawn between two polls. */
static void test_each_row_once(void) {
    const size_t counts[] = {0, 1, 2, 3, 511, 512, 513, 514, 1025, 65536, 65537, 65538, ROWS};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        cornu_order order;
        shuffled(&order, counts[i], 7, 2);
        check_permutation(&order);
        cornu_order_free(&order);
    }
}

/* The words of all rows drawn at once, in place of chunk by chunk: a chunk that began at another
 * word, or used one twice, would give another order. */
static void test_chunks_follow_each_other(void) {
    const size_t counts[] = {512, 513, 514, 1025, 1026, ROWS};
    uint32_t *words = malloc(2 * ROWS * sizeof *words), *expected = malloc(ROWS * sizeof *expected);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        size_t count = counts[i];
        cornu_order order;
        shuffled(&order, count, 7, 2);
        cornu_random_words(7, 2, 0, 2 * (count - 1), words);
        for (size_t row = 0; row < count; row++) expected[row] = (uint32_t)row;
        for (size_t done = 0; done + 1 < count; done++) {
            size_t last = count - 1 - done;
            uint64_t word = (uint64_t)words[2 * done] << 32 | words[2 * done + 1];
            size_t other = (size_t)cornu_random_below(word, last + 1);
            uint32_t kept = expected[last];
            expected[last] = expected[other];
            expected[other] = kept;
        }
        CHECK_BYTES(order.order32, expected, count * sizeof *expected);
        cornu_order_free(&order);
    }
    free(words);
    free(expected);
}

/* A word that is used twice, or a part that is left as it was, shows in how far rows are moved: a
 * row comes to its own place or to its neighbour's 3 times in all, not thousands of times. */
static void test_rows_are_moved_everywhere(void) {
    cornu_order first, next;
    shuffled(&first, ROWS, 7, 0);
    shuffled(&next, ROWS, 7, 1);
    size_t near = 0, same = 0;
    for (size_t i = 0; i < ROWS; i++) {
        size_t row = first.order32[i];
        near += row + 1 >= i && row <= i + 1;
        same += row == next.order32[i];
    }
    CHECK(near < 30);
    CHECK(same < 30);
    cornu_order_free(&first);
    cornu_order_free(&next);
}

/* Of 3 rows each of the 6 orders comes equally often. */
static void test_orders_are_equally_likely(void) {
    size_t times[27] = {0};
    for (size_t seed = 0; seed < 6000; seed++) {
        cornu_order order;
        shuffled(&order, 3, seed, 0);
        times[order.order32[0] * 9 + order.order32[1] * 3 + order.order32[2]]++;
        cornu_order_free(&order);
    }
    const size_t orders[] = {5, 7, 11, 15, 19, 21};
    /* Five deviations of 29. */
    for (size_t i = 0; i < 6; i++) CHECK_NEAR((double)times[orders[i]], 1000.0, 150.0);
}

/* Blocks change places as that many rows would, whole; what is left over stays at the end. */
static void test_blocks(void) {
    enum { BLOCK = 7, BLOCKS = 600, LEFT = 3 };
    cornu_task task = {.kernels = cornu_kernels_for(CORNU_FLOAT32)};
    cornu_order order, numbers;
    shuffled(&numbers, BLOCKS, 7, 2);
    CHECK_INT(cornu_order_new(BLOCKS * BLOCK + LEFT, &order, NULL), CORNU_OK);
    CHECK_INT(cornu_order_shuffle(&order, BLOCK, 7, 2, &task), CORNU_OK);
    for (size_t i = 0; i < order.count; i++) {
        const size_t row = i < BLOCKS * BLOCK ? numbers.order32[i / BLOCK] * BLOCK + i % BLOCK : i;
        CHECK_SIZE(order.order32[i], row);
    }
    CHECK_INT(cornu_order_shuffle(&order, order.count + 1, 7, 2, &task), CORNU_OK);
    for (size_t i = 0; i < order.count; i++) CHECK_SIZE(order.order32[i], i);
    cornu_order_free(&order);
    cornu_order_free(&numbers);
}

static bool stop(void *argument) {
    ++*(size_t *)argument;
    return false;
}

/* The poll is asked within a long shuffle, and stops it. */
static void test_poll(void) {
    cornu_order order;
    size_t asked = 0;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    cornu_task task = {.kernels = cornu_kernels_for(CORNU_FLOAT32),
                       .poll = {stop, &asked},
                       .environment = &environment};
    CHECK_INT(cornu_order_new(ROWS, &order, NULL), CORNU_OK);
    CHECK_INT(cornu_order_shuffle(&order, 1, 7, 2, &task), CORNU_INTERRUPTED);
    CHECK_SIZE(asked, 1);
    cornu_float_environment_leave(&environment);
    cornu_order_free(&order);
}

int main(void) {
    test_each_row_once();
    test_chunks_follow_each_other();
    test_rows_are_moved_everywhere();
    test_orders_are_equally_likely();
    test_blocks();
    test_poll();
    return check_report();
}
