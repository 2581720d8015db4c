/* A first-come-first-served lock, shared or exclusive, reference-counted, that knows about fork.
 *
 * It is held across whole calls (a prediction, a training step). In a forked child a lock that
 * another thread held exclusively at the fork answers CORNU_ERROR_FORKED for ever; any other state
 * left by threads that the child does not have is forgotten. */
#ifndef CORNU_BASE_LOCK_H
#define CORNU_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "cornu.h"

typedef struct cornu_lock cornu_lock;

/* Owner: the caller, one reference. CORNU_ERROR_MEMORY. */
cornu_status cornu_lock_new(cornu_lock **lock);
void cornu_lock_retain(cornu_lock *lock);
/* NULL is allowed. The last release frees it; nobody may hold it then. */
void cornu_lock_release(cornu_lock *lock);

/* Waits at most timeout_ns for its turn (0: does not wait). CORNU_OK: held. CORNU_BUSY: not held,
 * timed out. CORNU_ERROR_FORKED: see above. Requests are served in the order of arrival,
 * neighbouring shared ones together; a request that gives up leaves the queue. Not recursive. */
cornu_status cornu_lock_shared(cornu_lock *lock, uint64_t timeout_ns);
cornu_status cornu_lock_exclusive(cornu_lock *lock, uint64_t timeout_ns);
void cornu_lock_unlock(cornu_lock *lock);

/* Whether someone is waiting: one relaxed load, for the holder to decide whether to give way. */
bool cornu_lock_contended(const cornu_lock *lock);

/* How often this process has been forked from its ancestors since the library was loaded: a child
 * sees a larger number than its parent. */
uint64_t cornu_fork_generation(void);

#endif
