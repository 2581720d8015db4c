#include "base/status.h"
#include "net/model.h"

cornu_status cornu_locks_take(cornu_lock *const *locks, size_t count, bool exclusive,
                              uint64_t timeout_ns) {
    for (size_t i = 0; i < count; i++) {
        cornu_status status = exclusive ? cornu_lock_exclusive(locks[i], timeout_ns)
                                        : cornu_lock_shared(locks[i], timeout_ns);
        if (status == CORNU_OK) continue;
        cornu_locks_drop(locks, i);
        return status;
    }
    return CORNU_OK;
}

void cornu_locks_drop(cornu_lock *const *locks, size_t count) {
    while (count > 0) cornu_lock_unlock(locks[--count]);
}

cornu_status cornu_forked_error(cornu_error *error) {
    return cornu_error_set(error, CORNU_ERROR_FORKED,
                           "Another thread was training this model, or one that shares its layers, "
                           "when this process was "
                           "forked, so its weights may be half updated here. Fork before the fit, "
                           "or send the weights.");
}
