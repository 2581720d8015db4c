/* A hold: several locks that a thread takes together.
 *
 * A thread can come back to locks that it has already: a signal handler that runs in the poll of a
 * step may predict with the model. So each thread knows its holds. A lock that an outer hold has is
 * not taken again; to read is allowed then, to change anything only where that hold was taken,
 * between two steps, for several changes. */
#ifndef CORNU_NET_HOLD_H
#define CORNU_NET_HOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lock.h"
#include "cornu.h"

typedef struct cornu_hold {
    struct cornu_hold *outer; /* taken before it by the same thread */
    cornu_lock **locks;       /* in order of address, once each */
    cornu_grip *grips;        /* on those that this hold took, not an outer one */
    size_t count;
    bool is_for_changes; /* exclusive, and inner holds may change what it locks */
    const void *owner;   /* whoever will look for it among the thread's holds; NULL: nobody */
} cornu_hold;

/* Room for up to `capacity` locks; none yet. CORNU_ERROR_MEMORY. */
cornu_status cornu_hold_init(cornu_hold *hold, size_t capacity, cornu_error *error);
/* Frees the room. The hold may be all zero. */
void cornu_hold_free(cornu_hold *hold);
/* Puts a lock in its place among those to be taken. Borrowed. */
void cornu_hold_add(cornu_hold *hold, cornu_lock *lock);

/* Takes all or none. CORNU_BUSY, CORNU_INTERRUPTED; CORNU_ERROR_FORKED;
 * CORNU_ERROR_STATE: exclusive, and the thread has one of them already, not for changes. */
cornu_status cornu_hold_take(cornu_hold *hold, bool exclusive, const cornu_wait *wait,
                             cornu_error *error);
/* By the thread that took it. */
void cornu_hold_drop(cornu_hold *hold);
/* Whether another thread waits for one of them. */
bool cornu_hold_is_contended(const cornu_hold *hold);
/* The calling thread's newest hold; NULL: none. */
cornu_hold *cornu_hold_newest(void);

#endif
