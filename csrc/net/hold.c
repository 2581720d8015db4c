#include "net/hold.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/status.h"

static _Thread_local cornu_hold *newest;

cornu_hold *cornu_hold_newest(void) {
    return newest;
}

cornu_status cornu_hold_init(cornu_hold *hold, size_t capacity, cornu_error *error) {
    *hold = (cornu_hold){0};
    hold->locks = cornu_memory_allocate(capacity * sizeof *hold->locks);
    hold->grips = cornu_memory_allocate_zeroed(capacity * sizeof *hold->grips);
    if (hold->locks && hold->grips) return CORNU_OK;
    cornu_hold_free(hold);
    return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory to lock a model.");
}

void cornu_hold_free(cornu_hold *hold) {
    cornu_memory_free(hold->locks);
    cornu_memory_free(hold->grips);
    *hold = (cornu_hold){0};
}

void cornu_hold_add(cornu_hold *hold, cornu_lock *lock) {
    size_t at = 0;
    while (at < hold->count && (uintptr_t)hold->locks[at] < (uintptr_t)lock) at++;
    memmove(&hold->locks[at + 1], &hold->locks[at], (hold->count - at) * sizeof(cornu_lock *));
    hold->locks[at] = lock;
    hold->count++;
}

static size_t find_lock(const cornu_hold *hold, const cornu_lock *lock) {
    size_t at = 0;
    while (at < hold->count && hold->locks[at] != lock) at++;
    return at;
}

/* Whether the calling thread has the lock. */
static bool has_lock(const cornu_lock *lock) {
    for (const cornu_hold *hold = newest; hold; hold = hold->outer) {
        size_t at = find_lock(hold, lock);
        if (at < hold->count && hold->grips[at].lock) return true;
    }
    return false;
}

/* Whether all that this thread is doing with a lock that it has lets another hold change what the
 * lock is for. */
static bool may_change(const cornu_hold *hold, const cornu_lock *lock) {
    for (const cornu_hold *other = hold->outer; other; other = other->outer) {
        if (find_lock(other, lock) < other->count && !other->is_for_changes) return false;
    }
    return true;
}

static cornu_status refuse_nested(cornu_error *error) {
    return cornu_error_set(error, CORNU_ERROR_STATE,
                           "This thread is in the middle of a step of this model, or of one that "
                           "shares its layers: a signal handler can predict and evaluate with it "
                           "and read its weights here, but not change it.");
}

static cornu_status forked_error(cornu_error *error) {
    return cornu_error_set(
        error, CORNU_ERROR_FORKED,
        "Another thread was training this model, or one that shares its layers, when this process "
        "was forked, so its weights may be half updated here. Fork before the fit, or send the "
        "weights.");
}

/* Takes a hold out of the thread's. */
static void forget(const cornu_hold *hold) {
    cornu_hold **place = &newest;
    while (*place != hold) place = &(*place)->outer;
    *place = hold->outer;
}

/* The hold next inside `hold`. */
static cornu_hold *inner_of(const cornu_hold *hold) {
    cornu_hold *inner = NULL;
    for (cornu_hold *other = newest; other != hold; other = other->outer) inner = other;
    return inner;
}

/* A lock that an inner hold goes on needing passes to it. */
static bool hand_on(cornu_hold *hold, size_t index) {
    for (cornu_hold *other = inner_of(hold); other; other = inner_of(other)) {
        size_t at = find_lock(other, hold->locks[index]);
        if (at == other->count) continue;
        cornu_grip_move(&hold->grips[index], &other->grips[at]);
        return true;
    }
    return false;
}

void cornu_hold_drop(cornu_hold *hold) {
    for (size_t i = 0; i < hold->count; i++) {
        if (hold->grips[i].lock && !hand_on(hold, i)) cornu_lock_drop(&hold->grips[i]);
    }
    forget(hold);
}

/* Waits for lock `first` and takes the others if they are free. CORNU_BUSY: *busy is not. */
static cornu_status take_from(cornu_hold *hold, size_t first, bool exclusive,
                              const cornu_wait *wait, size_t *busy, cornu_error *error) {
    const cornu_wait at_once = {0};
    for (size_t n = 0; n < hold->count; n++) {
        size_t i = (first + n) % hold->count;
        if (has_lock(hold->locks[i])) {
            if (exclusive && !hold->grips[i].lock && !may_change(hold, hold->locks[i]))
                return refuse_nested(error);
            continue;
        }
        *busy = i;
        cornu_status status =
            cornu_lock_take(hold->locks[i], exclusive, n == 0 ? wait : &at_once, &hold->grips[i]);
        if (status != CORNU_OK) return status;
    }
    return CORNU_OK;
}

/* Nobody waits with a lock in hand: a thread that holds others already, in whose poll this is,
 * could be waited for by the one that it waits for. */
cornu_status cornu_hold_take(cornu_hold *hold, bool exclusive, const cornu_wait *wait,
                             cornu_error *error) {
    const uint64_t now = cornu_clock_ns();
    const uint64_t end = wait->timeout_ns < UINT64_MAX - now ? now + wait->timeout_ns : UINT64_MAX;
    cornu_wait left = *wait;
    for (size_t first = 0;;) {
        size_t busy = first;
        hold->outer = newest;
        newest = hold;
        cornu_status status = take_from(hold, first, exclusive, &left, &busy, error);
        if (status == CORNU_OK) return CORNU_OK;
        cornu_hold_drop(hold);
        if (status == CORNU_ERROR_FORKED) return forked_error(error);
        uint64_t then = cornu_clock_ns();
        if (status != CORNU_BUSY || busy == first || then >= end) return status;
        first = busy;
        if (end != UINT64_MAX) left.timeout_ns = end - then;
    }
}

bool cornu_hold_is_contended(const cornu_hold *hold) {
    for (size_t i = 0; i < hold->count; i++) {
        if (hold->grips[i].lock && cornu_lock_contended(hold->locks[i])) return true;
    }
    return false;
}
