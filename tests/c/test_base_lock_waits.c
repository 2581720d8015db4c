/* The lock, for threads that are asked while they wait, that come back from there, and that are
 * lost by a fork. */
#define _GNU_SOURCE
#include "lock_fixture.h"

/* ---- Waiting with a poll ---- */

/* A thread that waits and is asked meanwhile. */
typedef struct asked_waiter {
    cornu_lock *lock;
    bool exclusive;
    uint64_t timeout_ns;
    size_t stop_at; /* the poll says stop when it is asked that often; 0: never */
    atomic_size_t asked;
    atomic_size_t *order;
    size_t place;
    cornu_status status, passed; /* what one who came later got, before this one's turn */
    bool tries_to_pass;
} asked_waiter;

static void *take_shared_at_once(void *argument) {
    asked_waiter *self = argument;
    self->passed = take(self->lock, false, 0);
    if (self->passed == CORNU_OK) drop(self->lock);
    return NULL;
}

/* The waiter's place in the queue is kept while it is asked: a reader that comes now must wait. */
static bool note_asking(void *argument) {
    asked_waiter *self = argument;
    if (self->tries_to_pass && self->passed != CORNU_OK) {
        pthread_t thread;
        pthread_create(&thread, NULL, take_shared_at_once, self);
        pthread_join(thread, NULL);
    }
    return atomic_fetch_add(&self->asked, 1) + 1 != self->stop_at;
}

static void *take_asked_turn(void *argument) {
    asked_waiter *self = argument;
    const cornu_wait wait = {self->timeout_ns, {note_asking, self}};
    self->status = take_with(self->lock, self->exclusive, &wait);
    if (self->status != CORNU_OK) return NULL;
    self->place = atomic_fetch_add(self->order, 1);
    pause_ms(2);
    drop(self->lock);
    return NULL;
}

/* Readers hold, over several polls of a writer that waits; then readers come, with and without a
 * poll of their own. */
static void test_a_writer_that_is_asked_is_not_passed(void) {
    cornu_lock *lock = new_lock();
    atomic_size_t order = 0;
    asked_waiter writer = {.lock = lock,
                           .exclusive = true,
                           .timeout_ns = FOREVER,
                           .order = &order,
                           .place = 99,
                           .passed = CORNU_BUSY,
                           .tries_to_pass = true};
    asked_waiter late = {.lock = lock, .timeout_ns = FOREVER, .order = &order, .place = 99};
    queued later = {lock, false, FOREVER, &order, 99, CORNU_OK};
    pthread_t threads[3];
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    pthread_create(&threads[0], NULL, take_asked_turn, &writer);
    while (atomic_load(&writer.asked) < 2) pause_ms(1);
    pthread_create(&threads[1], NULL, take_asked_turn, &late);
    pthread_create(&threads[2], NULL, take_turn, &later);
    while (atomic_load(&late.asked) < 2 || atomic_load(&writer.asked) < 5) pause_ms(1);
    CHECK_INT(writer.passed, CORNU_BUSY);
    CHECK_INT(take(lock, false, 0), CORNU_BUSY);
    CHECK_SIZE(atomic_load(&order), 0);
    drop(lock);
    drop(lock);
    for (size_t i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK_INT(writer.status, CORNU_OK);
    CHECK_SIZE(writer.place, 0);
    CHECK_SIZE(atomic_load(&order), 3);
    CHECK(!cornu_lock_contended(lock));
    cornu_lock_release(lock);
}

/* Told to stop, or out of time: it leaves the queue, and those who waited behind it only go on. */
static void test_a_wait_that_ends_without_the_lock(void) {
    cornu_lock *lock = new_lock();
    atomic_size_t order = 0;
    asked_waiter stopped = {.lock = lock,
                            .exclusive = true,
                            .timeout_ns = FOREVER,
                            .stop_at = 4,
                            .order = &order,
                            .place = 99};
    asked_waiter late = {
        .lock = lock, .exclusive = true, .timeout_ns = 90 * MS, .order = &order, .place = 99};
    queued reader = {lock, false, FOREVER, &order, 99, CORNU_BUSY};
    pthread_t threads[3];
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    pthread_create(&threads[0], NULL, take_asked_turn, &stopped);
    pthread_create(&threads[1], NULL, take_asked_turn, &late);
    while (atomic_load(&stopped.asked) < 1) pause_ms(1);
    pthread_create(&threads[2], NULL, take_turn, &reader);
    for (size_t i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK_INT(stopped.status, CORNU_INTERRUPTED);
    CHECK_SIZE(stopped.asked, 4);
    CHECK_INT(late.status, CORNU_BUSY);
    CHECK(late.asked >= 1);
    CHECK_INT(reader.status, CORNU_OK);
    CHECK(!cornu_lock_contended(lock));
    drop(lock);
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    drop(lock);
    cornu_lock_release(lock);
}

/* From its poll a thread comes for the lock that it waits for. */
typedef struct nested_poll {
    cornu_lock *lock;
    lock_holder *holder;
    bool exclusive, done;
} nested_poll;

static bool take_the_same(void *argument) {
    nested_poll *self = argument;
    if (self->done) return true;
    self->done = true;
    CHECK_INT(take(self->lock, self->exclusive, 0), CORNU_BUSY);
    atomic_store(&self->holder->stop, true);
    CHECK_INT(take(self->lock, self->exclusive, FOREVER), CORNU_OK);
    CHECK_INT(take(self->lock, true, 0), CORNU_BUSY);
    drop(self->lock);
    return true;
}

/* The inner wait is not behind the outer one, whose turn may come while the poll runs; and the
 * outer one has the lock in the end, which it lost its place for. */
static void test_a_poll_that_takes_the_same_lock(bool outer_exclusive, bool inner_exclusive) {
    cornu_lock *lock = new_lock();
    lock_holder holder = {.lock = lock, .exclusive = true};
    pthread_t thread;
    pthread_create(&thread, NULL, hold, &holder);
    while (!atomic_load(&holder.held)) pause_ms(1);
    nested_poll poll = {lock, &holder, inner_exclusive, false};
    const cornu_wait wait = {FOREVER, {take_the_same, &poll}};
    CHECK_INT(take_with(lock, outer_exclusive, &wait), CORNU_OK);
    CHECK(poll.done);
    CHECK_INT(take(lock, true, 0), CORNU_BUSY);
    cornu_status reader = take(lock, false, 0);
    CHECK_INT(reader, outer_exclusive ? CORNU_BUSY : CORNU_OK);
    if (reader == CORNU_OK) drop(lock);
    drop(lock);
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    drop(lock);
    CHECK(!cornu_lock_contended(lock));
    pthread_join(thread, NULL);
    cornu_lock_release(lock);
}

/* ---- Fork, with waits and threads on both sides ---- */

typedef struct forking_poll {
    pid_t child; /* of the parent's; 0 in the child; -1: not forked yet */
    lock_holder *holder;
} forking_poll;

/* A child that waits for ever is ended by the alarm, and its status shows it. */
static void begin_child(void) {
    alarm(30);
}

static bool fork_once(void *argument) {
    forking_poll *self = argument;
    if (self->child != -1) return true;
    fflush(NULL);
    self->child = fork();
    if (self->child == 0) begin_child();
    if (self->child > 0) atomic_store(&self->holder->stop, true);
    return true;
}

/* The child of a poll stands in no queue any more. It gets the lock that a reader had, and the
 * answer where a writer had it; the parent goes on waiting. */
static void test_a_poll_that_forks(bool holder_exclusive, bool exclusive) {
    cornu_lock *lock = new_lock();
    lock_holder holder = {.lock = lock, .exclusive = holder_exclusive};
    pthread_t thread;
    pthread_create(&thread, NULL, hold, &holder);
    while (!atomic_load(&holder.held)) pause_ms(1);
    /* A reader waits for a reader only behind a writer. */
    atomic_size_t order = 0;
    queued between = {lock, true, 150 * MS, &order, 99, CORNU_OK};
    pthread_t between_thread;
    bool reads_behind = !holder_exclusive && !exclusive;
    if (reads_behind) pthread_create(&between_thread, NULL, take_turn, &between);
    while (reads_behind && !cornu_lock_contended(lock)) pause_ms(1);
    forking_poll poll = {-1, &holder};
    const cornu_wait wait = {FOREVER, {fork_once, &poll}};
    cornu_status status = take_with(lock, exclusive, &wait);
    if (poll.child == 0) {
        bool right = status == (holder_exclusive ? CORNU_ERROR_FORKED : CORNU_OK);
        if (status == CORNU_OK) {
            right = right && take(lock, true, 0) == CORNU_BUSY;
            drop(lock);
            right = right && take(lock, true, 0) == CORNU_OK;
        }
        _exit(right && !cornu_lock_contended(lock) ? 0 : 1);
    }
    CHECK_INT(status, CORNU_OK);
    if (status == CORNU_OK) drop(lock);
    int child_status = -1;
    CHECK(waitpid(poll.child, &child_status, 0) == poll.child);
    CHECK_INT(child_status, 0);
    pthread_join(thread, NULL);
    if (reads_behind) pthread_join(between_thread, NULL);
    cornu_lock_release(lock);
}

static bool wait_until_stopped(void *argument) {
    lock_holder *self = argument;
    atomic_store(&self->held, true);
    while (!atomic_load(&self->stop)) pause_ms(1);
    return true;
}

static void *take_with_a_long_poll(void *argument) {
    lock_holder *self = argument;
    const cornu_wait wait = {FOREVER, {wait_until_stopped, self}};
    CHECK_INT(take_with(self->lock, true, &wait), CORNU_OK);
    drop(self->lock);
    return NULL;
}

/* A writer that was given its turn while its poll ran has written nothing: in the child the lock is
 * free. */
static void test_fork_before_a_turn_begins(void) {
    cornu_lock *lock = new_lock();
    lock_holder waiter = {.lock = lock};
    pthread_t thread;
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    pthread_create(&thread, NULL, take_with_a_long_poll, &waiter);
    while (!atomic_load(&waiter.held)) pause_ms(1);
    drop(lock);
    CHECK_INT(take(lock, false, 0), CORNU_BUSY);
    check_child(lock, CORNU_OK, CORNU_OK);
    atomic_store(&waiter.stop, true);
    pthread_join(thread, NULL);
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    drop(lock);
    cornu_lock_release(lock);
}

/* ThreadSanitizer (of gcc 12) ends a child that starts a thread where a lost one lay. */
#if defined(__SANITIZE_THREAD__)
static const size_t child_threads = 0;
#else
static const size_t child_threads = 8;
#endif

static void *take_in_child(void *argument) {
    queued *self = argument;
    self->status = take(self->lock, self->exclusive, 50 * MS);
    return NULL;
}

/* Threads of the child may come to lie where the lost ones lay, and be the first to touch the lock:
 * neither makes one of them the holder. */
static void test_threads_of_a_child(void) {
    cornu_lock *lock = new_lock();
    lock_holder holder = {.lock = lock, .exclusive = true};
    pthread_t thread;
    pthread_create(&thread, NULL, hold, &holder);
    while (!atomic_load(&holder.held)) pause_ms(1);
    size_t count = check_skips_under_qemu("threads of a forked child") ? 0 : child_threads;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        begin_child();
        bool right = true;
        for (size_t i = 0; i < count; i++) {
            queued one = {.lock = lock, .exclusive = i % 2, .status = CORNU_OK};
            right = right && pthread_create(&thread, NULL, take_in_child, &one) == 0;
            pthread_join(thread, NULL);
            right = right && one.status == CORNU_ERROR_FORKED;
        }
        _exit(right && take(lock, true, 0) == CORNU_ERROR_FORKED ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    atomic_store(&holder.stop, true);
    pthread_join(thread, NULL);
    cornu_lock_release(lock);
}

int main(void) {
    test_a_writer_that_is_asked_is_not_passed();
    test_a_wait_that_ends_without_the_lock();
    for (int i = 0; i < 4; i++) test_a_poll_that_takes_the_same_lock(i / 2, i % 2);
    for (int i = 0; i < 4; i++) test_a_poll_that_forks(i / 2, i % 2);
    test_fork_before_a_turn_begins();
    test_threads_of_a_child();
    return check_report();
}
