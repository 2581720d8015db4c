/* What is known of activations without computing them: names, default parameters, what their
 * derivatives need. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

typedef struct activation_fact {
    const char *name;
    double defaults[3];
} activation_fact;

/* Names and defaults are those of keras.activations, except "gelu_tanh": gelu(approximate=True) has
 * no name there. threshold has no defaults in Keras; its parameters are 0 here. */
static const activation_fact facts[CORNU_ACTIVATION_COUNT] = {
    [CORNU_LINEAR] = {"linear", {0}},
    [CORNU_RELU] = {"relu", {0, (double)INFINITY, 0}},
    [CORNU_RELU6] = {"relu6", {0}},
    [CORNU_LEAKY_RELU] = {"leaky_relu", {0.2}},
    [CORNU_ELU] = {"elu", {1}},
    [CORNU_SELU] = {"selu", {0}},
    [CORNU_CELU] = {"celu", {1}},
    [CORNU_GELU] = {"gelu", {0}},
    [CORNU_GELU_TANH] = {"gelu_tanh", {0}},
    [CORNU_SILU] = {"silu", {0}},
    [CORNU_SIGMOID] = {"sigmoid", {0}},
    [CORNU_HARD_SIGMOID] = {"hard_sigmoid", {0}},
    [CORNU_HARD_SILU] = {"hard_silu", {0}},
    [CORNU_TANH] = {"tanh", {0}},
    [CORNU_HARD_TANH] = {"hard_tanh", {0}},
    [CORNU_TANH_SHRINK] = {"tanh_shrink", {0}},
    [CORNU_SOFTPLUS] = {"softplus", {0}},
    [CORNU_SOFTSIGN] = {"softsign", {0}},
    [CORNU_SOFT_SHRINK] = {"soft_shrink", {0.5}},
    [CORNU_HARD_SHRINK] = {"hard_shrink", {0.5}},
    [CORNU_SQUAREPLUS] = {"squareplus", {4}},
    [CORNU_SPARSE_PLUS] = {"sparse_plus", {0}},
    [CORNU_SPARSE_SIGMOID] = {"sparse_sigmoid", {0}},
    [CORNU_THRESHOLD] = {"threshold", {0}},
    [CORNU_LOG_SIGMOID] = {"log_sigmoid", {0}},
    [CORNU_EXPONENTIAL] = {"exponential", {0}},
    [CORNU_MISH] = {"mish", {0}},
    [CORNU_SOFTMAX] = {"softmax", {0}},
    [CORNU_LOG_SOFTMAX] = {"log_softmax", {0}},
    [CORNU_SPARSEMAX] = {"sparsemax", {0}},
    [CORNU_GLU] = {"glu", {0}},
};

static const struct {
    const char *name;
    cornu_activation_kind kind;
} aliases[] = {{"swish", CORNU_SILU}, {"hard_swish", CORNU_HARD_SILU}};

static bool find_kind(const char *name, cornu_activation_kind *kind) {
    for (size_t i = 0; i < CORNU_ACTIVATION_COUNT; i++) {
        if (strcmp(name, facts[i].name) == 0) {
            *kind = (cornu_activation_kind)i;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(name, aliases[i].name) == 0) {
            *kind = aliases[i].kind;
            return true;
        }
    }
    return false;
}

bool cornu_activation_find(const char *name, cornu_activation *activation) {
    cornu_activation_kind kind;
    if (!find_kind(name, &kind)) {
        return false;
    }
    activation->kind = kind;
    memcpy(activation->parameters, facts[kind].defaults, sizeof activation->parameters);
    return true;
}

const char *cornu_activation_name(cornu_activation_kind kind) {
    return facts[kind].name;
}

bool cornu_activation_exists(const cornu_activation *activation) {
    return (unsigned)activation->kind < CORNU_ACTIVATION_COUNT;
}

bool cornu_activation_needs_input(const cornu_activation *activation) {
    const double *parameters = activation->parameters;
    switch (activation->kind) {
        case CORNU_RELU:
            return parameters[1] < (double)INFINITY || parameters[2] != 0 ||
                   (parameters[0] != 0 && !(parameters[0] >= (double)FLT_MIN));
        /* With a positive factor, y has x's sign. One that float32 may round to 0 leaves 0 on both
         * sides of the kink. */
        case CORNU_LEAKY_RELU:
        case CORNU_ELU:
        case CORNU_CELU:
            return !(parameters[0] >= (double)FLT_MIN);
        case CORNU_HARD_SHRINK:
            return parameters[0] < 0;
        case CORNU_GELU:
        case CORNU_GELU_TANH:
        case CORNU_SILU:
        case CORNU_HARD_SILU:
        case CORNU_HARD_TANH:
        case CORNU_TANH_SHRINK:
        case CORNU_SOFTSIGN:
        case CORNU_SQUAREPLUS:
        case CORNU_SPARSE_PLUS:
        case CORNU_SPARSE_SIGMOID:
        case CORNU_THRESHOLD:
        case CORNU_MISH:
        case CORNU_GLU:
            return true;
        default:
            return false;
    }
}

bool cornu_activation_is_relu(const cornu_activation *activation) {
    return activation->kind == CORNU_RELU && activation->parameters[0] == 0 &&
           activation->parameters[1] == (double)INFINITY && activation->parameters[2] == 0;
}

bool cornu_activation_is_rowwise(cornu_activation_kind kind) {
    return kind >= CORNU_SOFTMAX;
}

bool cornu_activation_columns(cornu_activation_kind kind, size_t columns, size_t *output_columns) {
    if (kind == CORNU_GLU && columns % 2 != 0) {
        return false;
    }
    *output_columns = kind == CORNU_GLU ? columns / 2 : columns;
    return true;
}
