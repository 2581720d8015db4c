/* A first-come-first-served lock, shared or exclusive, reference-counted, that knows about fork.
 *
 * It is held across whole calls (a prediction, a training step). In a forked child a lock that
 * another thread held exclusively at the fork answers CORNU_ERROR_FORKED for ever; any other state
 * left by threads that the child does not have is forgotten. What the forking thread held it still
 * holds. */
#ifndef CORNU_BASE_LOCK_H
#define CORNU_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "cornu.h"

typedef struct cornu_lock cornu_lock;

/* How often a waiting thread asks its poll. */
#define CORNU_LOCK_POLL_NS 20000000u

/* What a thread waits with. */
typedef struct cornu_wait {
    uint64_t timeout_ns; /* 0: does not wait; UINT64_MAX: for ever */
    cornu_poll poll;     /* the thread keeps its place in the queue meanwhile */
} cornu_wait;

/* What a thread has of a lock, from take to drop. The room is the caller's; {0}: nothing. */
typedef struct cornu_grip {
    cornu_lock *lock;                 /* NULL: nothing */
    struct cornu_grip *next, **place; /* among the thread's */
} cornu_grip;

/* Owner: the caller, one reference. CORNU_ERROR_MEMORY. */
cornu_status cornu_lock_new(cornu_lock **lock);
void cornu_lock_retain(cornu_lock *lock);
/* NULL is allowed. The last release frees it; nobody may hold it then. */
void cornu_lock_release(cornu_lock *lock);

/* Waits for its turn. CORNU_OK: held. Not held: CORNU_BUSY (timed out), CORNU_INTERRUPTED (the poll
 * said so), CORNU_ERROR_FORKED (see above). Requests are served in the order of arrival,
 * neighbouring shared ones together; a request that gives up leaves the queue. Not recursive.
 * `grip`, which has nothing yet, has the lock then, and must stay where it is as long. */
cornu_status cornu_lock_take(cornu_lock *lock, bool exclusive, const cornu_wait *wait,
                             cornu_grip *grip);
/* By the thread that took it, as below. */
void cornu_lock_drop(cornu_grip *grip);
/* `to`, which has nothing yet, has what `from` had. */
void cornu_grip_move(cornu_grip *from, cornu_grip *to);

/* Whether someone is waiting: one relaxed load, for the holder to decide whether to give way. */
bool cornu_lock_contended(const cornu_lock *lock);

#endif
