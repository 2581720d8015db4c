/* A small thread pool, one a process.
 *
 * Threads start when first needed, end after a while without work, and are started anew in a forked
 * child (pthread_atfork). A thread that cannot be made is done without: the caller always works
 * too. To wake a sleeping thread takes longer than many a layer's work, so threads that have ended
 * one run look out for the next for some 100 us, but only while a session is open: after the last
 * has been closed no thread spins. */
#ifndef CORNU_BASE_POOL_H
#define CORNU_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

/* Does one tile. `worker` is below the thread_count of the run and is held by one thread at a time,
 * so it can choose a scratch buffer; the calling thread is worker 0. The pool's threads run it with
 * round-to-nearest and gradual underflow; the calling thread sees to that itself. */
typedef void cornu_pool_tile(void *argument, size_t tile, size_t worker);

/* Runs every tile in [0, tile_count), each once, on at most thread_count threads (the caller and
 * pool threads), and returns when all that were started have ended. The calling thread polls
 * between its tiles; when it is to stop, tiles not yet started are left out: CORNU_INTERRUPTED.
 * CORNU_ERROR_FORKED in a child that the poll forked: the tiles of other threads are lost. Any
 * number of threads may call it at once; a tile must not call it. */
cornu_status cornu_pool_run(cornu_pool_tile *run_tile, void *argument, size_t tile_count,
                            size_t thread_count, cornu_poll poll);

/* Says that runs will follow each other closely until the session is closed; sessions of any number
 * of threads count. The number is handed back to close it. */
uint64_t cornu_pool_open_session(void);
void cornu_pool_close_session(uint64_t session);

/* How many threads a run may use: what was set last, else CORNU_NUM_THREADS, else OMP_NUM_THREADS
 * (a whole number from 1 on; anything else is ignored), else cornu_cpu_count(). */
size_t cornu_pool_thread_count(void);
/* The value of CORNU_NUM_THREADS, as the environment has it, where it is ignored; else NULL. */
const char *cornu_pool_ignored_variable(void);
/* 0 goes back to the environment's choice. Takes effect with the next run. */
void cornu_pool_set_thread_count(size_t count);

#endif
