#include "net/model.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

/* What was the model's and is not needed any more. It goes after the guard is left, since what is
 * freed with it may have guards of its own. */
typedef struct leftovers {
    cornu_plan *plan;
    cornu_objective *objective;
    cornu_workspace *spares[CORNU_MODEL_SPARES];
} leftovers;

static void free_leftovers(const leftovers *old) {
    for (size_t i = 0; i < CORNU_MODEL_SPARES; i++) cornu_workspace_free(old->spares[i]);
    cornu_plan_release(old->plan);
    cornu_objective_release(old->objective);
}

static void forget_trainer(cornu_guard *guard) {
    cornu_model *model = (cornu_model *)guard;
    if (model->trainer && atomic_load(&model->trainer_thread) != cornu_this_thread())
        model->forked = true;
    model->changing = false;
}

cornu_status cornu_model_new(const char *name, cornu_model **result, cornu_error *error) {
    cornu_model *model = cornu_memory_allocate_zeroed(sizeof *model);
    if (!model || cornu_lock_new(&model->lock) != CORNU_OK) {
        cornu_memory_free(model);
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a model.");
    }
    atomic_init(&model->references, 1);
    atomic_init(&model->trainable, true);
    snprintf(model->name, sizeof model->name, "%s", name ? name : "");
    cornu_guard_init(&model->guard, forget_trainer);
    *result = model;
    return CORNU_OK;
}

void cornu_model_retain(cornu_model *model) {
    atomic_fetch_add_explicit(&model->references, 1, memory_order_relaxed);
}

bool cornu_model_trainable(const cornu_model *model) {
    return atomic_load_explicit(&model->trainable, memory_order_relaxed);
}

void cornu_model_set_trainable(cornu_model *model, bool trainable) {
    atomic_store_explicit(&model->trainable, trainable, memory_order_relaxed);
}

/* Needs the guard. */
static void take_spares(cornu_model *model, leftovers *old) {
    memcpy(old->spares, model->spares, sizeof old->spares);
    memset(model->spares, 0, sizeof model->spares);
}

void cornu_model_release(cornu_model *model) {
    if (!model || atomic_fetch_sub_explicit(&model->references, 1, memory_order_acq_rel) != 1)
        return;
    leftovers old = {.plan = model->plan, .objective = model->objective};
    take_spares(model, &old);
    free_leftovers(&old);
    cornu_exclusion_release(model->exclusion);
    cornu_lock_release(model->lock);
    cornu_guard_destroy(&model->guard);
    cornu_memory_free(model);
}

/* Needs the guard. */
static cornu_status refuse_in_training(const cornu_model *model, const char *what,
                                       cornu_error *error) {
    if (model->forked) {
        return cornu_error_set(error, CORNU_ERROR_FORKED,
                               "Another thread was training model \"%s\" when this process was "
                               "forked, so it can't be %s here. Fork before the fit, or make "
                               "another model of the same layers.",
                               model->name, what);
    }
    if (model->changing) {
        return cornu_error_set(error, CORNU_ERROR_STATE,
                               "Another thread is changing the layers of model \"%s\", so it can't "
                               "be %s now.",
                               model->name, what);
    }
    if (!model->trainer) return CORNU_OK;
    return cornu_error_set(error, CORNU_ERROR_STATE,
                           "Model \"%s\" is being trained by fit, so it can't be %s now. In a "
                           "callback it can predict, "
                           "evaluate and have its weights and learning rate read and set.",
                           model->name, what);
}

/* Needs the guard. */
static void replace_plan(cornu_model *model, cornu_plan *plan, leftovers *old) {
    take_spares(model, old);
    old->plan = model->plan;
    model->plan = plan;
}

cornu_status cornu_model_set_layers(cornu_model *model, size_t layer_count,
                                    cornu_layer *const *layers, const cornu_shape *input,
                                    cornu_error *error) {
    cornu_guard_enter(&model->guard);
    cornu_status status = refuse_in_training(model, "given other layers", error);
    if (status == CORNU_OK) model->changing = true;
    cornu_guard_leave(&model->guard);
    if (status != CORNU_OK) return status;
    cornu_plan *plan;
    leftovers old = {0};
    status = cornu_plan_new(layer_count, layers, input, cornu_model_trainable(model), model->lock,
                            &plan, error);
    cornu_guard_enter(&model->guard);
    if (status == CORNU_OK) replace_plan(model, plan, &old);
    model->changing = false;
    cornu_guard_leave(&model->guard);
    free_leftovers(&old);
    return status;
}

cornu_status cornu_model_shape(cornu_model *model, size_t index, cornu_shape *shape) {
    cornu_guard_enter(&model->guard);
    bool there = model->plan && index < model->plan->count;
    if (there) *shape = model->plan->links[index].output;
    cornu_guard_leave(&model->guard);
    return there ? CORNU_OK : CORNU_ERROR_STATE;
}

cornu_dtype cornu_model_dtype(cornu_model *model) {
    cornu_guard_enter(&model->guard);
    cornu_dtype dtype = model->plan ? model->plan->dtype : CORNU_FLOAT32;
    cornu_guard_leave(&model->guard);
    return dtype;
}

cornu_status cornu_model_compile(cornu_model *model, const cornu_loss *loss,
                                 cornu_optimizer *optimizer, size_t metric_count,
                                 const cornu_metric *metrics, cornu_error *error) {
    cornu_objective *objective;
    cornu_status status =
        cornu_objective_new(loss, optimizer, metric_count, metrics, &objective, error);
    if (status != CORNU_OK) return status;
    cornu_guard_enter(&model->guard);
    status = refuse_in_training(model, "compiled", error);
    /* The one that is not the model's afterwards. */
    leftovers old = {.objective = objective};
    if (status == CORNU_OK) {
        old.objective = model->objective;
        model->objective = objective;
    }
    cornu_guard_leave(&model->guard);
    free_leftovers(&old);
    return status;
}

cornu_status cornu_model_exclude(cornu_model *model, const cornu_excluded *excluded,
                                 cornu_error *error) {
    cornu_exclusion *exclusion;
    cornu_status status = cornu_exclusion_new(excluded, &exclusion, error);
    if (status != CORNU_OK) return status;
    cornu_guard_enter(&model->guard);
    cornu_exclusion *old = model->exclusion;
    model->exclusion = exclusion;
    cornu_guard_leave(&model->guard);
    cornu_exclusion_release(old);
    return CORNU_OK;
}

cornu_exclusion *cornu_model_exclusion(cornu_model *model) {
    cornu_guard_enter(&model->guard);
    cornu_exclusion *exclusion = model->exclusion;
    cornu_exclusion_retain(exclusion);
    cornu_guard_leave(&model->guard);
    return exclusion;
}

/* The same chain again, with the same spans: layers, or all of them, were frozen or thawed since
 * `stale` was made, or rows come in another shape. */
static cornu_status renew_plan(cornu_model *model, const cornu_plan *stale,
                               const cornu_shape *input, cornu_error *error) {
    cornu_layer **layers = cornu_memory_allocate(stale->count * sizeof *layers);
    if (!layers)
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for the plan of a model.");
    for (size_t i = 0; i < stale->count; i++) layers[i] = stale->links[i].layer;
    cornu_plan *plan;
    cornu_status status = cornu_plan_new(stale->count, layers, input, cornu_model_trainable(model),
                                         model->lock, &plan, error);
    cornu_memory_free(layers);
    if (status != CORNU_OK) return status;
    leftovers old = {.plan = plan};
    cornu_guard_enter(&model->guard);
    if (model->plan == stale) replace_plan(model, plan, &old);
    cornu_guard_leave(&model->guard);
    free_leftovers(&old);
    return CORNU_OK;
}

cornu_status cornu_model_set_input(cornu_model *model, const cornu_shape *input,
                                   cornu_error *error) {
    cornu_guard_enter(&model->guard);
    cornu_plan *found = model->plan;
    if (found) cornu_plan_retain(found);
    cornu_guard_leave(&model->guard);
    if (!found) {
        return cornu_error_set(error, CORNU_ERROR_STATE, "Model \"%s\" is not built yet.",
                               model->name);
    }
    const cornu_status status = renew_plan(model, found, input, error);
    cornu_plan_release(found);
    return status;
}

void cornu_model_take_training(cornu_model *model) {
    atomic_store_explicit(&model->trainer_thread, cornu_this_thread(), memory_order_relaxed);
}

/* Needs the guard. */
static cornu_status begin_training(cornu_model *model, const void *trainer, cornu_error *error) {
    cornu_status status = refuse_in_training(model, "trained by another fit", error);
    if (status != CORNU_OK) return status;
    model->trainer = trainer;
    cornu_model_take_training(model);
    return CORNU_OK;
}

cornu_status cornu_model_snap(cornu_model *model, const void *trainer, cornu_plan **plan,
                              cornu_objective **objective, cornu_error *error) {
    for (;;) {
        cornu_guard_enter(&model->guard);
        cornu_plan *found = model->plan;
        cornu_status status = CORNU_OK;
        if (found) cornu_plan_retain(found);
        bool stale = found && cornu_plan_is_stale(found, cornu_model_trainable(model));
        if (found && !stale) {
            if (trainer) status = begin_training(model, trainer, error);
            if (status == CORNU_OK) {
                *plan = found;
                *objective = model->objective;
                if (model->objective) cornu_objective_retain(model->objective);
            }
        }
        cornu_guard_leave(&model->guard);
        if (!found) {
            return cornu_error_set(error, CORNU_ERROR_STATE, "Model \"%s\" is not built yet.",
                                   model->name);
        }
        if (!stale && status == CORNU_OK) return CORNU_OK;
        if (stale) status = renew_plan(model, found, &found->input, error);
        cornu_plan_release(found);
        if (status != CORNU_OK) return status;
    }
}

void cornu_model_end_training(cornu_model *model, const void *trainer) {
    cornu_guard_enter(&model->guard);
    if (model->trainer == trainer) model->trainer = NULL;
    cornu_guard_leave(&model->guard);
}

bool cornu_model_in_training(cornu_model *model) {
    cornu_guard_enter(&model->guard);
    bool training = model->trainer != NULL;
    cornu_guard_leave(&model->guard);
    return training;
}

cornu_workspace *cornu_model_take_spare_guarded(cornu_model *model, const cornu_workspace_use *use,
                                                size_t capacity) {
    for (size_t i = 0; i < CORNU_MODEL_SPARES; i++) {
        cornu_workspace *spare = model->spares[i];
        if (!spare || !cornu_workspace_fits(spare, use, capacity)) continue;
        model->spares[i] = NULL;
        return spare;
    }
    return NULL;
}

cornu_status cornu_model_take_workspace(cornu_model *model, const cornu_plan *plan,
                                        const cornu_workspace_use *use, size_t capacity,
                                        cornu_workspace **workspace, cornu_error *error) {
    cornu_workspace *found = NULL;
    cornu_guard_enter(&model->guard);
    if (model->plan == plan) found = cornu_model_take_spare_guarded(model, use, capacity);
    cornu_guard_leave(&model->guard);
    if (!found) return cornu_workspace_new(plan, use, capacity, workspace, error);
    *workspace = found;
    return CORNU_OK;
}

/* Needs the guard. When all places are taken the oldest goes, so that a change of batch size is not
 * for ever in the way. Returns what has no place. */
static cornu_workspace *keep_workspace(cornu_model *model, cornu_workspace *workspace) {
    size_t place = 0;
    while (place < CORNU_MODEL_SPARES && model->spares[place]) place++;
    cornu_workspace *gone = NULL;
    if (place == CORNU_MODEL_SPARES) {
        place--;
        gone = model->spares[0];
        memmove(&model->spares[0], &model->spares[1], place * sizeof model->spares[0]);
    }
    model->spares[place] = workspace;
    return gone;
}

void cornu_model_give_workspace(cornu_model *model, const cornu_plan *plan,
                                cornu_workspace *workspace) {
    if (!workspace) return;
    if (workspace->nbytes <= CORNU_MODEL_SPARE_NBYTES) {
        cornu_guard_enter(&model->guard);
        if (model->plan == plan) workspace = keep_workspace(model, workspace);
        cornu_guard_leave(&model->guard);
    }
    cornu_workspace_free(workspace);
}

void cornu_model_publish(cornu_model *model, const cornu_objective *objective,
                         const cornu_mean *means) {
    cornu_guard_enter(&model->guard);
    if (model->objective == objective)
        memcpy(model->objective->means, means, objective->mean_count * sizeof *means);
    cornu_guard_leave(&model->guard);
}

void cornu_model_recall(cornu_model *model, const cornu_objective *objective, cornu_mean *means) {
    cornu_guard_enter(&model->guard);
    memcpy(means, objective->means, objective->mean_count * sizeof *means);
    cornu_guard_leave(&model->guard);
}

size_t cornu_model_result_count(cornu_model *model) {
    cornu_guard_enter(&model->guard);
    const size_t count = model->objective ? model->objective->result_count : 0;
    cornu_guard_leave(&model->guard);
    return count;
}

cornu_status cornu_model_results(cornu_model *model, double *values) {
    cornu_guard_enter(&model->guard);
    cornu_status status = model->objective ? CORNU_OK : CORNU_ERROR_STATE;
    if (status == CORNU_OK)
        cornu_objective_results(model->objective, model->objective->means, values);
    cornu_guard_leave(&model->guard);
    return status;
}

void cornu_model_reset_results(cornu_model *model) {
    cornu_guard_enter(&model->guard);
    if (model->objective) cornu_objective_reset(model->objective);
    cornu_guard_leave(&model->guard);
}
