/* Whether several threads or one is taken, with steps that take what a made-up clock says. The file
 * under test is included, with its clock. */
#include "base/clock.h"
#include "check.h"

static uint64_t now_ns;

static uint64_t made_up_clock(void) {
    return now_ns;
}

#define cornu_clock_ns made_up_clock
#include "net/pace.c"

/* 124 of one way and 4 trials of the other follow each other. */
enum { CYCLE = 128, LEARNING = 8 };

typedef struct machine {
    uint64_t threads_ns, alone_ns; /* of a step */
    uint64_t waking_ns;            /* what the first step with threads after some without takes */
} machine;

typedef struct tally {
    size_t alone, turns;
    uint64_t ns;
} tally;

static tally take_steps(cornu_pace *pace, const machine *on, size_t count) {
    tally sum = {0};
    for (size_t i = 0; i < count; i++) {
        const bool alone = cornu_pace_begin(pace);
        uint64_t ns = alone ? on->alone_ns : on->threads_ns;
        if (!alone && pace->step == 0) ns += on->waking_ns;
        now_ns += ns;
        cornu_pace_end(pace);
        now_ns += 1000000; /* between steps, which is no part of any */
        sum.alone += alone;
        sum.turns += pace->alone != alone;
        sum.ns += ns;
    }
    return sum;
}

/* Of the steps of one cycle, those taken the slower way. */
static size_t lost_steps(cornu_pace *pace, const machine *on) {
    const size_t alone = take_steps(pace, on, CYCLE).alone;
    return on->alone_ns < on->threads_ns ? CYCLE - alone : alone;
}

static void test_begins_with_threads(void) {
    const machine on = {150, 100, 0};
    cornu_pace pace = {0};
    CHECK_SIZE(take_steps(&pace, &on, 4).alone, 0);
    CHECK_SIZE(take_steps(&pace, &on, 4).alone, 4);
}

/* However little is gained, and though the first step of a trial takes long. */
static void test_the_faster_way_is_kept(void) {
    static const machine machines[] = {
        {100, 101, 0}, {100, 150, 0}, {100, 100000, 0}, {1, 2, 0}, {1000, 1500, 50000},
        {101, 100, 0}, {150, 100, 0}, {100000, 100, 0}, {2, 1, 0}, {1500, 1000, 50000},
    };
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        cornu_pace pace = {0};
        take_steps(&pace, &machines[i], LEARNING);
        for (size_t n = 0; n < 20; n++) CHECK(lost_steps(&pace, &machines[i]) <= 4);
    }
}

static void test_cost(void) {
    const machine on = {100, 150, 0};
    cornu_pace pace = {0};
    CHECK_SIZE(take_steps(&pace, &on, LEARNING + 10 * CYCLE).ns,
               100 * (LEARNING + 10 * CYCLE) + 50 * (4 + 10 * 4));
}

/* The way under way becomes slow: seen at once. The other becomes fast: seen when it is tried. */
static void test_fortune_changes(void) {
    static const struct {
        machine before, after;
        size_t within;
    } cases[] = {
        /* 1/8 of a step of 300 is enough to make 100 more than 120. */
        {{100, 120, 0}, {300, 120, 0}, 4},
        {{120, 100, 0}, {120, 300, 0}, 4},
        {{100, 400, 0}, {500, 400, 0}, 16},
        {{400, 100, 0}, {400, 500, 0}, 16},
        /* Three steps of a trial count: (7/8)^3 of 70 is less than 50. */
        {{100, 120, 0}, {100, 50, 0}, CYCLE},
        {{120, 100, 0}, {50, 100, 0}, CYCLE},
        /* Five trials: (7/8)^15 of 370 is less than 70. */
        {{100, 400, 0}, {100, 30, 0}, 5 * CYCLE},
        {{400, 100, 0}, {30, 100, 0}, 5 * CYCLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* Wherever it happens between two trials. */
        for (size_t at = 0; at < CYCLE; at++) {
            cornu_pace pace = {0};
            take_steps(&pace, &cases[i].before, LEARNING + 10 * CYCLE + at);
            take_steps(&pace, &cases[i].after, cases[i].within);
            CHECK(lost_steps(&pace, &cases[i].after) <= 4);
        }
    }
}

/* One step in which a thread lost its processor. */
static void test_a_late_step(void) {
    const machine on = {100, 150, 0}, late = {1000, 150, 0};
    cornu_pace pace = {0};
    take_steps(&pace, &on, LEARNING + CYCLE);
    CHECK_SIZE(take_steps(&pace, &late, 1).alone, 0);
    /* It made the mean 212: three trials, for (7/8)^9 of 112 is less than 50. */
    take_steps(&pace, &on, 3 * CYCLE + 8);
    CHECK(lost_steps(&pace, &on) <= 4);
}

/* No way is better: either may be kept, and is not left before its time. */
static void test_equal_times(void) {
    static const uint64_t times[] = {1, 100, 12345, 1000000000};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const machine on = {times[i], times[i], 0};
        cornu_pace pace = {0};
        take_steps(&pace, &on, LEARNING);
        const tally sum = take_steps(&pace, &on, 124 * 20);
        CHECK(sum.turns <= 20);
        CHECK_NEAR(pace.mean_ns[0], (double)times[i], 0.0);
        CHECK_NEAR(pace.mean_ns[1], (double)times[i], 0.0);
    }
}

int main(void) {
    test_begins_with_threads();
    test_the_faster_way_is_kept();
    test_cost();
    test_fortune_changes();
    test_a_late_step();
    test_equal_times();
    return check_report();
}
