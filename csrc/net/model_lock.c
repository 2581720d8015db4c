/* The model's locks for work from outside. Which locks they are is the plan's to say, and the plan
 * may be another one by the time they are given back: so each hold keeps its own. */
#include "base/memory.h"
#include "base/status.h"
#include "net/hold.h"
#include "net/model.h"

typedef struct model_hold {
    cornu_hold hold;
    cornu_plan *plan;
} model_hold;

static void free_hold(model_hold *held) {
    cornu_hold_free(&held->hold);
    cornu_plan_release(held->plan);
    cornu_memory_free(held);
}

cornu_status cornu_model_lock(cornu_model *model, bool exclusive, uint64_t timeout_ns,
                              cornu_poll poll, cornu_error *error) {
    model_hold *held = cornu_memory_allocate_zeroed(sizeof *held);
    if (!held) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory to lock a model.");
    cornu_objective *objective = NULL;
    cornu_status status = cornu_model_snap(model, NULL, &held->plan, &objective, error);
    cornu_objective_release(objective);
    if (status == CORNU_OK) status = cornu_hold_init(&held->hold, held->plan->lock_count, error);
    if (status == CORNU_OK) {
        for (size_t i = 0; i < held->plan->lock_count; i++)
            cornu_hold_add(&held->hold, held->plan->locks[i]);
        held->hold.owner = model;
        const cornu_wait wait = {timeout_ns, poll};
        status = cornu_hold_take(&held->hold, exclusive, &wait, error);
    }
    if (status != CORNU_OK) free_hold(held);
    return status;
}

cornu_status cornu_model_unlock(cornu_model *model, cornu_error *error) {
    cornu_hold *hold = cornu_hold_newest();
    while (hold && hold->owner != model) hold = hold->outer;
    if (!hold) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Model \"%s\" is not locked by this thread.", model->name);
    }
    cornu_hold_drop(hold);
    free_hold((model_hold *)hold);
    return CORNU_OK;
}
