/* Optimizer steps on a vector of weights: Keras's formulas in its order (keras.optimizers, 3.15),
 * in REAL, each multiply-add fused. Here is gradient descent, and the choice of the others. */

static void update_sgd(REAL rate, size_t count, REAL *restrict weights,
                       const REAL *restrict gradient) {
    for (size_t i = 0; i < count; i++) {
        weights[i] = multiply_add(-rate, gradient[i], weights[i]);
    }
}

static void update_momentum(REAL rate, REAL momentum, bool nesterov, size_t count,
                            REAL *restrict weights, const REAL *restrict gradient,
                            REAL *restrict velocity) {
    if (nesterov) {
        for (size_t i = 0; i < count; i++) {
            const REAL step = rate * gradient[i];
            velocity[i] = multiply_add(velocity[i], momentum, -step);
            weights[i] += multiply_add(velocity[i], momentum, -step);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        velocity[i] = multiply_add(velocity[i], momentum, -(rate * gradient[i]));
        weights[i] += velocity[i];
    }
}

/* What is the same for all rows. */
typedef struct update_constants {
    const cornu_optimizer_options *options;
    REAL rate, weight_decay;
    adam_step adam;
    rmsprop_step rmsprop;
} update_constants;

/* A pass of its own, over what the step reads next. */
static void decay_weights(REAL decay, REAL rate, size_t count, REAL *weights) {
    for (size_t i = 0; i < count; i++) {
        weights[i] = multiply_add(-(weights[i] * decay), rate, weights[i]);
    }
}

static void update_row(const update_constants *constants, size_t count, REAL *weights,
                       const REAL *gradient, REAL *const slots[]) {
    const cornu_optimizer_options *options = constants->options;
    if (constants->weight_decay != 0) {
        decay_weights(constants->weight_decay, constants->rate, count, weights);
    }
    if (options->kind == CORNU_ADAM) {
        if (options->amsgrad) {
            update_amsgrad(constants->adam, count, weights, gradient, slots[0], slots[1], slots[2]);
        } else {
            update_adam(constants->adam, count, weights, gradient, slots[0], slots[1]);
        }
    } else if (options->kind == CORNU_RMSPROP) {
        update_rmsprop_row(options, constants->rmsprop, count, weights, gradient, slots);
    } else if (options->momentum != 0) {
        update_momentum(constants->rate, (REAL)options->momentum, options->nesterov, count, weights,
                        gradient, slots[0]);
    } else {
        update_sgd(constants->rate, count, weights, gradient);
    }
}

static void update(const cornu_update *update, size_t rows, size_t columns, void *weights_,
                   size_t stride, const void *gradient_, size_t gradient_stride,
                   void *const slots[]) {
    REAL *weights = weights_;
    const REAL *gradient = gradient_;
    const size_t slot_count = cornu_optimizer_slot_count(update->options);
    REAL *at[CORNU_MAX_SLOTS] = {NULL};
    for (size_t slot = 0; slot < slot_count; slot++) {
        at[slot] = slots[slot];
    }
    update_constants constants = {.options = update->options,
                                  .rate = (REAL)update->learning_rate,
                                  .weight_decay = (REAL)update->weight_decay};
    if (update->options->kind == CORNU_ADAM) {
        constants.adam = adam_step_of(update);
    } else if (update->options->kind == CORNU_RMSPROP) {
        constants.rmsprop = rmsprop_step_of(update);
    }
    if (stride == columns && gradient_stride == columns) {
        columns *= rows;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++) {
        update_row(&constants, columns, weights, gradient, at);
        weights += stride;
        gradient += gradient_stride;
        for (size_t slot = 0; slot < slot_count; slot++) {
            at[slot] += stride;
        }
    }
}
