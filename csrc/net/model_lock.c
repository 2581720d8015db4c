/* The model's locks for work from outside. Which locks they are is the plan's to say, and the plan
 * may be another one by the time they are given back: so each hold keeps its own. */
#include "net/model_lock.h"

#include "base/memory.h"
#include "base/status.h"
#include "net/hold.h"
#include "net/model.h"
#include "net/optimizer_parts.h"

typedef struct model_hold {
    cornu_hold hold;
    cornu_plan *plan;
    cornu_objective *objective; /* whose optimizer is locked too; NULL: none is */
} model_hold;

static void free_hold(model_hold *held) {
    cornu_hold_free(&held->hold);
    cornu_plan_release(held->plan);
    cornu_objective_release(held->objective);
    cornu_memory_free(held);
}

static cornu_status lock(cornu_model *model, bool exclusive, bool has_optimizer,
                         const cornu_wait *wait, model_hold **result, cornu_error *error) {
    model_hold *held = cornu_memory_allocate_zeroed(sizeof *held);
    if (!held) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory to lock a model.");
    cornu_status status = cornu_model_snap(model, NULL, &held->plan, &held->objective, error);
    if (!has_optimizer) {
        cornu_objective_release(held->objective);
        held->objective = NULL;
    }
    if (status == CORNU_OK)
        status = cornu_hold_collect(&held->hold, held->plan,
                                    held->objective ? held->objective->optimizer : NULL, error);
    if (status == CORNU_OK) {
        held->hold.owner = model;
        held->hold.is_for_changes = exclusive && has_optimizer;
        status = cornu_hold_take(&held->hold, exclusive, wait, error);
    }
    if (status == CORNU_OK) {
        *result = held;
    } else {
        free_hold(held);
    }
    return status;
}

/* Whether the model has still the layers and the optimizer that were locked. */
static bool is_current(cornu_model *model, const model_hold *held) {
    cornu_guard_enter(&model->guard);
    const bool same = model->plan == held->plan && model->objective == held->objective;
    cornu_guard_leave(&model->guard);
    return same;
}

cornu_status cornu_model_lock(cornu_model *model, bool exclusive, uint64_t timeout_ns,
                              cornu_poll poll, cornu_error *error) {
    model_hold *held = NULL;
    return lock(model, exclusive, false, &(cornu_wait){timeout_ns, poll}, &held, error);
}

cornu_status cornu_model_lock_state(cornu_model *model, bool exclusive, uint64_t timeout_ns,
                                    cornu_poll poll, cornu_error *error) {
    const cornu_wait wait = {timeout_ns, poll};
    for (;;) {
        model_hold *held = NULL;
        const cornu_status status = lock(model, exclusive, true, &wait, &held, error);
        if (status != CORNU_OK || is_current(model, held)) return status;
        cornu_hold_drop(&held->hold);
        free_hold(held);
    }
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
