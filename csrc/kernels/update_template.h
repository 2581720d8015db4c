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

static void update_sgd_row(const cornu_optimizer_options *options, REAL rate, size_t count,
                           REAL *weights, const REAL *gradient, REAL *const slots[]) {
    if (options->momentum != 0) {
        update_momentum(rate, (REAL)options->momentum, options->nesterov, count, weights, gradient,
                        slots[0]);
    } else {
        update_sgd(rate, count, weights, gradient);
    }
}

/* What is the same for all rows. */
typedef struct update_constants {
    const cornu_optimizer_options *options;
    REAL rate, weight_decay;
    union {
        adam_step adam;
        rmsprop_step rmsprop;
        adagrad_step adagrad;
        ftrl_step ftrl;
        adamax_step adamax;
        nadam_step nadam;
        lion_step lion;
    } step;
} update_constants;

static update_constants update_constants_of(const cornu_update *update) {
    update_constants constants = {.options = update->options,
                                  .rate = (REAL)update->learning_rate,
                                  .weight_decay = (REAL)update->weight_decay};
    switch ((int)update->options->kind) {
        case CORNU_ADAM:
            constants.step.adam = adam_step_of(update);
            break;
        case CORNU_RMSPROP:
        case CORNU_ADADELTA:
            constants.step.rmsprop = rmsprop_step_of(update);
            break;
        case CORNU_ADAGRAD:
            constants.step.adagrad = adagrad_step_of(update);
            break;
        case CORNU_FTRL:
            constants.step.ftrl = ftrl_step_of(update);
            break;
        case CORNU_ADAMAX:
            constants.step.adamax = adamax_step_of(update);
            break;
        case CORNU_NADAM:
            constants.step.nadam = nadam_step_of(update);
            break;
        case CORNU_LION:
            constants.step.lion = lion_step_of(update);
            break;
        default:
            break;
    }
    return constants;
}

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
    switch ((int)options->kind) {
        case CORNU_ADAM:
            update_adam_row(options, constants->step.adam, count, weights, gradient, slots);
            break;
        case CORNU_RMSPROP:
            update_rmsprop_row(options, constants->step.rmsprop, count, weights, gradient, slots);
            break;
        case CORNU_ADAGRAD:
            update_adagrad(constants->step.adagrad, count, weights, gradient, slots[0]);
            break;
        case CORNU_ADADELTA:
            update_adadelta(constants->step.rmsprop, count, weights, gradient, slots[0], slots[1]);
            break;
        case CORNU_FTRL:
            update_ftrl(constants->step.ftrl, count, weights, gradient, slots[0], slots[1]);
            break;
        case CORNU_ADAMAX:
            update_adamax(constants->step.adamax, count, weights, gradient, slots[0], slots[1]);
            break;
        case CORNU_NADAM:
            update_nadam(constants->step.nadam, count, weights, gradient, slots[0], slots[1]);
            break;
        case CORNU_LION:
            update_lion(constants->step.lion, count, weights, gradient, slots[0]);
            break;
        default:
            update_sgd_row(options, constants->rate, count, weights, gradient, slots);
            break;
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
    const update_constants constants = update_constants_of(update);
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
