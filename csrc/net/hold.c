/* The model's locks for work from outside. Which locks they are is the plan's to say, and the plan
 * may be another one by the time they are given back: so each hold remembers its own. */
#include "base/memory.h"
#include "base/status.h"
#include "net/model.h"

struct cornu_hold {
    struct cornu_hold *next;
    const void *thread;
    cornu_plan *plan;
};

/* An address that no other thread has. */
static const void *this_thread(void) {
    static _Thread_local char self;
    return &self;
}

cornu_status cornu_model_lock(cornu_model *model, bool exclusive, uint64_t timeout_ns,
                              cornu_error *error) {
    struct cornu_hold *hold = cornu_memory_allocate(sizeof *hold);
    if (!hold) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory to lock a model.");
    cornu_objective *objective = NULL;
    cornu_status status = cornu_model_snap(model, &hold->plan, &objective, error);
    if (status != CORNU_OK) {
        cornu_memory_free(hold);
        return status;
    }
    cornu_objective_release(objective);
    hold->thread = this_thread();
    status = cornu_locks_take(hold->plan->locks, hold->plan->lock_count, exclusive, timeout_ns);
    if (status == CORNU_ERROR_FORKED) cornu_forked_error(error);
    if (status == CORNU_OK && (status = cornu_model_enter(model, error)) == CORNU_OK) {
        hold->next = model->holds;
        model->holds = hold;
        cornu_model_leave(model);
        return CORNU_OK;
    }
    if (status != CORNU_BUSY && status != CORNU_ERROR_FORKED)
        cornu_locks_drop(hold->plan->locks, hold->plan->lock_count);
    cornu_plan_release(hold->plan);
    cornu_memory_free(hold);
    return status;
}

cornu_status cornu_model_unlock(cornu_model *model, cornu_error *error) {
    cornu_status status = cornu_model_enter(model, error);
    if (status != CORNU_OK) return status;
    struct cornu_hold **place = &model->holds;
    while (*place && (*place)->thread != this_thread()) place = &(*place)->next;
    struct cornu_hold *hold = *place;
    if (hold) *place = hold->next;
    cornu_model_leave(model);
    if (!hold) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Model \"%s\" is not locked by this thread.", model->name);
    }
    cornu_locks_drop(hold->plan->locks, hold->plan->lock_count);
    cornu_plan_release(hold->plan);
    cornu_memory_free(hold);
    return CORNU_OK;
}
