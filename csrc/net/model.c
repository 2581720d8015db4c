#include "net/model.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

cornu_status cornu_model_enter(cornu_model *model, cornu_error *error) {
    cornu_status status = cornu_lock_exclusive(model->guard, UINT64_MAX);
    return status == CORNU_OK ? CORNU_OK : cornu_forked_error(error);
}

void cornu_model_leave(cornu_model *model) {
    cornu_lock_unlock(model->guard);
}

cornu_status cornu_model_new(const char *name, cornu_model **result, cornu_error *error) {
    cornu_model *model = cornu_memory_allocate_zeroed(sizeof *model);
    if (!model || cornu_lock_new(&model->lock) != CORNU_OK ||
        cornu_lock_new(&model->guard) != CORNU_OK) {
        if (model) cornu_lock_release(model->lock);
        cornu_memory_free(model);
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a model.");
    }
    atomic_init(&model->references, 1);
    snprintf(model->name, sizeof model->name, "%s", name ? name : "");
    *result = model;
    return CORNU_OK;
}

void cornu_model_retain(cornu_model *model) {
    atomic_fetch_add_explicit(&model->references, 1, memory_order_relaxed);
}

static void drop_spares(cornu_model *model) {
    for (size_t i = 0; i < CORNU_MODEL_SPARES; i++) {
        cornu_workspace_free(model->spares[i]);
        model->spares[i] = NULL;
    }
}

void cornu_model_release(cornu_model *model) {
    if (!model || atomic_fetch_sub_explicit(&model->references, 1, memory_order_acq_rel) != 1)
        return;
    drop_spares(model);
    cornu_plan_release(model->plan);
    cornu_objective_release(model->objective);
    cornu_lock_release(model->lock);
    cornu_lock_release(model->guard);
    cornu_memory_free(model);
}

/* Needs the guard. */
static cornu_status refuse_in_training(const cornu_model *model, const char *what,
                                       cornu_error *error) {
    if (!model->trainer) return CORNU_OK;
    if (model->trainer_fork != cornu_fork_generation()) return cornu_forked_error(error);
    return cornu_error_set(error, CORNU_ERROR_STATE,
                           "Model \"%s\" is being trained by fit, so it can't be %s now. In a "
                           "callback it can predict, "
                           "evaluate and have its weights and learning rate read and set.",
                           model->name, what);
}

/* Needs the guard. */
static void replace_plan(cornu_model *model, cornu_plan *plan) {
    drop_spares(model);
    cornu_plan_release(model->plan);
    model->plan = plan;
}

cornu_status cornu_model_set_layers(cornu_model *model, size_t layer_count,
                                    cornu_layer *const *layers, const cornu_shape *input,
                                    cornu_error *error) {
    cornu_status status = cornu_model_enter(model, error);
    if (status != CORNU_OK) return status;
    cornu_plan *plan;
    status = refuse_in_training(model, "given other layers", error);
    if (status == CORNU_OK)
        status = cornu_plan_new(layer_count, layers, input, model->lock, &plan, error);
    if (status == CORNU_OK) replace_plan(model, plan);
    cornu_model_leave(model);
    return status;
}

const cornu_shape *cornu_model_shape(const cornu_model *model, size_t index) {
    const cornu_plan *plan = model->plan;
    return plan && index < plan->count ? &plan->links[index].output : NULL;
}

cornu_dtype cornu_model_dtype(const cornu_model *model) {
    return model->plan ? model->plan->dtype : CORNU_FLOAT32;
}

cornu_status cornu_model_compile(cornu_model *model, const cornu_loss *loss,
                                 cornu_optimizer *optimizer, size_t metric_count,
                                 const cornu_metric *metrics, cornu_error *error) {
    cornu_objective *objective;
    cornu_status status =
        cornu_objective_new(loss, optimizer, metric_count, metrics, &objective, error);
    if (status != CORNU_OK) return status;
    status = cornu_model_enter(model, error);
    if (status == CORNU_OK) {
        status = refuse_in_training(model, "compiled", error);
        if (status == CORNU_OK) {
            cornu_objective_release(model->objective);
            model->objective = objective;
        }
        cornu_model_leave(model);
    }
    if (status != CORNU_OK) cornu_objective_release(objective);
    return status;
}

/* Needs the guard. Layers frozen or thawed since: the same chain again, with the same spans. */
static cornu_status renew_plan(cornu_model *model, cornu_error *error) {
    const cornu_plan *old = model->plan;
    cornu_layer **layers = cornu_memory_allocate(old->count * sizeof *layers);
    if (!layers)
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for the plan of a model.");
    for (size_t i = 0; i < old->count; i++) layers[i] = old->links[i].layer;
    cornu_plan *plan;
    cornu_status status =
        cornu_plan_new(old->count, layers, &old->input, model->lock, &plan, error);
    cornu_memory_free(layers);
    if (status == CORNU_OK) replace_plan(model, plan);
    return status;
}

cornu_status cornu_model_snap(cornu_model *model, cornu_plan **plan, cornu_objective **objective,
                              cornu_error *error) {
    cornu_status status = cornu_model_enter(model, error);
    if (status != CORNU_OK) return status;
    if (!model->plan) {
        status = cornu_error_set(error, CORNU_ERROR_STATE, "Model \"%s\" is not built yet.",
                                 model->name);
    } else if (cornu_plan_is_stale(model->plan)) {
        status = renew_plan(model, error);
    }
    if (status == CORNU_OK) {
        cornu_plan_retain(model->plan);
        *plan = model->plan;
        if (model->objective) cornu_objective_retain(model->objective);
        *objective = model->objective;
    }
    cornu_model_leave(model);
    return status;
}

cornu_status cornu_model_begin_training(cornu_model *model, const void *trainer,
                                        cornu_error *error) {
    cornu_status status = cornu_model_enter(model, error);
    if (status != CORNU_OK) return status;
    status = refuse_in_training(model, "trained by another fit", error);
    if (status == CORNU_OK) {
        model->trainer = trainer;
        model->trainer_fork = cornu_fork_generation();
    }
    cornu_model_leave(model);
    return status;
}

void cornu_model_end_training(cornu_model *model, const void *trainer) {
    if (cornu_model_enter(model, NULL) != CORNU_OK) return;
    if (model->trainer == trainer) model->trainer = NULL;
    cornu_model_leave(model);
}

bool cornu_model_in_training(const cornu_model *model) {
    if (cornu_lock_shared(model->guard, UINT64_MAX) != CORNU_OK) return true;
    bool training = model->trainer != NULL;
    cornu_lock_unlock(model->guard);
    return training;
}

cornu_status cornu_model_take_workspace(cornu_model *model, const cornu_plan *plan,
                                        const cornu_workspace_use *use, size_t capacity,
                                        cornu_workspace **workspace, cornu_error *error) {
    cornu_status status = cornu_model_enter(model, error);
    if (status != CORNU_OK) return status;
    cornu_workspace *found = NULL;
    for (size_t i = 0; i < CORNU_MODEL_SPARES && !found && model->plan == plan; i++) {
        if (!model->spares[i] || !cornu_workspace_fits(model->spares[i], use, capacity)) continue;
        found = model->spares[i];
        model->spares[i] = NULL;
    }
    cornu_model_leave(model);
    if (!found) return cornu_workspace_new(plan, use, capacity, workspace, error);
    *workspace = found;
    return CORNU_OK;
}

void cornu_model_give_workspace(cornu_model *model, const cornu_plan *plan,
                                cornu_workspace *workspace) {
    if (!workspace) return;
    if (workspace->nbytes <= CORNU_MODEL_SPARE_NBYTES &&
        cornu_model_enter(model, NULL) == CORNU_OK) {
        size_t place = 0;
        while (place < CORNU_MODEL_SPARES && model->spares[place]) place++;
        /* When all places are taken the oldest goes, so that a change of batch size is not for ever
         * in the way. */
        cornu_workspace *gone = workspace;
        if (model->plan == plan) {
            if (place == CORNU_MODEL_SPARES) {
                gone = model->spares[0];
                memmove(&model->spares[0], &model->spares[1],
                        (CORNU_MODEL_SPARES - 1) * sizeof model->spares[0]);
                place = CORNU_MODEL_SPARES - 1;
            } else {
                gone = NULL;
            }
            model->spares[place] = workspace;
        }
        cornu_model_leave(model);
        workspace = gone;
    }
    cornu_workspace_free(workspace);
}

void cornu_model_publish(cornu_model *model, const cornu_objective *objective,
                         const cornu_mean *means) {
    if (cornu_model_enter(model, NULL) != CORNU_OK) return;
    if (model->objective == objective)
        memcpy(model->objective->means, means, objective->mean_count * sizeof *means);
    cornu_model_leave(model);
}

cornu_status cornu_model_results(const cornu_model *model, double *values) {
    if (cornu_lock_shared(model->guard, UINT64_MAX) != CORNU_OK) return CORNU_ERROR_FORKED;
    cornu_status status = model->objective ? CORNU_OK : CORNU_ERROR_STATE;
    if (status == CORNU_OK) cornu_objective_results(model->objective, values);
    cornu_lock_unlock(model->guard);
    return status;
}

void cornu_model_reset_results(cornu_model *model) {
    if (cornu_model_enter(model, NULL) != CORNU_OK) return;
    if (model->objective) cornu_objective_reset(model->objective);
    cornu_model_leave(model);
}
