#include "net/hold.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"

static _Thread_local cornu_hold *newest;

cornu_hold *cornu_hold_newest(void) {
    return newest;
}

cornu_status cornu_hold_init(cornu_hold *hold, size_t capacity, cornu_error *error) {
    *hold = (cornu_hold){0};
    hold->locks = cornu_memory_allocate(capacity * sizeof *hold->locks);
    hold->taken = cornu_memory_allocate_zeroed(capacity * sizeof *hold->taken);
    if (hold->locks && hold->taken) return CORNU_OK;
    cornu_hold_free(hold);
    return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory to lock a model.");
}

void cornu_hold_free(cornu_hold *hold) {
    cornu_memory_free(hold->locks);
    cornu_memory_free(hold->taken);
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
        if (at < hold->count && hold->taken[at]) return true;
    }
    return false;
}

static cornu_status refuse_nested(cornu_error *error) {
    return cornu_error_set(error, CORNU_ERROR_STATE,
                           "This thread is in the middle of a step of this model, or of one that "
                           "shares its layers: a signal handler can predict and evaluate with it "
                           "and read its weights here, but not change it.");
}

static void drop_taken(cornu_hold *hold, size_t count) {
    while (count > 0) {
        count--;
        if (hold->taken[count]) cornu_lock_drop(hold->locks[count]);
        hold->taken[count] = false;
    }
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

cornu_status cornu_hold_take(cornu_hold *hold, bool exclusive, const cornu_wait *wait,
                             cornu_error *error) {
    for (size_t i = 0; i < hold->count && exclusive; i++) {
        if (has_lock(hold->locks[i])) return refuse_nested(error);
    }
    /* The first locks are had while the next one's turn is waited for, and polls come then. */
    hold->outer = newest;
    newest = hold;
    for (size_t i = 0; i < hold->count; i++) {
        if (has_lock(hold->locks[i])) continue;
        cornu_status status = cornu_lock_take(hold->locks[i], exclusive, wait);
        hold->taken[i] = status == CORNU_OK;
        if (status == CORNU_OK) continue;
        drop_taken(hold, i);
        forget(hold);
        return status == CORNU_ERROR_FORKED ? forked_error(error) : status;
    }
    return CORNU_OK;
}

/* The hold next inside `hold`. */
static cornu_hold *inner_of(const cornu_hold *hold) {
    cornu_hold *inner = NULL;
    for (cornu_hold *other = newest; other != hold; other = other->outer) inner = other;
    return inner;
}

/* A lock that an inner hold goes on needing passes to it. */
static bool hand_on(const cornu_hold *hold, const cornu_lock *lock) {
    for (cornu_hold *other = inner_of(hold); other; other = inner_of(other)) {
        size_t at = find_lock(other, lock);
        if (at == other->count) continue;
        other->taken[at] = true;
        return true;
    }
    return false;
}

void cornu_hold_drop(cornu_hold *hold) {
    for (size_t i = 0; i < hold->count; i++) {
        if (hold->taken[i] && hand_on(hold, hold->locks[i])) hold->taken[i] = false;
    }
    forget(hold);
    drop_taken(hold, hold->count);
}

bool cornu_hold_is_contended(const cornu_hold *hold) {
    for (size_t i = 0; i < hold->count; i++) {
        if (hold->taken[i] && cornu_lock_contended(hold->locks[i])) return true;
    }
    return false;
}
