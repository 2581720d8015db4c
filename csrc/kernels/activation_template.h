/* The table's two activation kernels: one loop, with the activation inlined in it, for each kind.
 */

typedef REAL elementwise(REAL value, activation_parameters parameters);

INLINE void map_forward(elementwise *function, size_t count, const REAL *x, REAL *y,
                        activation_parameters parameters) {
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        y[i] = function(x[i], parameters);
    }
}

/* `value` is x or y, as the derivative wants. */
INLINE void map_backward(elementwise *derivative, size_t count, const REAL *value, const REAL *dy,
                         REAL *dx, activation_parameters parameters) {
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        dx[i] = dy[i] * derivative(value[i], parameters);
    }
}

/* Where the derivative is 0, no NaN and no infinity gets through: as Keras, which chooses there in
 * place of multiplying. */
INLINE void map_backward_where(elementwise *derivative, size_t count, const REAL *value,
                               const REAL *dy, REAL *dx, activation_parameters parameters) {
    INDEPENDENT
    for (size_t i = 0; i < count; i++) {
        const REAL slope = derivative(value[i], parameters);
        dx[i] = slope == 0 ? 0 : dy[i] * slope;
    }
}

static activation_parameters parameters_of(const cornu_activation *activation) {
    activation_parameters parameters = {(REAL)activation->parameters[0],
                                        (REAL)activation->parameters[1],
                                        (REAL)activation->parameters[2]};
    return parameters;
}

/* relu with neither maximum nor threshold. */
static bool is_plain_relu(activation_parameters p) {
    return p.second == real_of(REAL_INFINITY_BITS) && p.third == 0;
}

static void piecewise_forward(cornu_activation_kind kind, size_t count, const REAL *x, REAL *y,
                              activation_parameters p) {
    switch (kind) {
        case CORNU_RELU:
            if (!is_plain_relu(p)) {
                map_forward(general_relu, count, x, y, p);
            } else if (p.first != 0) {
                map_forward(leaky_relu, count, x, y, p);
            } else {
                map_forward(relu, count, x, y, p);
            }
            return;
        case CORNU_RELU6:
            map_forward(relu6, count, x, y, p);
            return;
        case CORNU_LEAKY_RELU:
            map_forward(leaky_relu, count, x, y, p);
            return;
        case CORNU_HARD_SIGMOID:
            map_forward(hard_sigmoid, count, x, y, p);
            return;
        case CORNU_HARD_SILU:
            map_forward(hard_silu, count, x, y, p);
            return;
        case CORNU_HARD_TANH:
            map_forward(hard_tanh, count, x, y, p);
            return;
        case CORNU_SOFT_SHRINK:
            map_forward(soft_shrink, count, x, y, p);
            return;
        case CORNU_HARD_SHRINK:
            map_forward(hard_shrink, count, x, y, p);
            return;
        case CORNU_SPARSE_PLUS:
            map_forward(sparse_plus, count, x, y, p);
            return;
        case CORNU_SPARSE_SIGMOID:
            map_forward(sparse_sigmoid, count, x, y, p);
            return;
        case CORNU_THRESHOLD:
            map_forward(threshold, count, x, y, p);
            return;
        default:
            memmove(y, x, count * sizeof(REAL));
            return; /* linear */
    }
}

static void smooth_forward(cornu_activation_kind kind, size_t count, const REAL *x, REAL *y,
                           activation_parameters p) {
    switch (kind) {
        case CORNU_ELU:
            map_forward(elu, count, x, y, p);
            return;
        case CORNU_SELU:
            map_forward(selu, count, x, y, p);
            return;
        case CORNU_CELU:
            map_forward(celu, count, x, y, p);
            return;
        case CORNU_GELU:
            map_forward(gelu, count, x, y, p);
            return;
        case CORNU_GELU_TANH:
            map_forward(gelu_tanh, count, x, y, p);
            return;
        case CORNU_SILU:
            map_forward(silu, count, x, y, p);
            return;
        case CORNU_SIGMOID:
            map_forward(sigmoid, count, x, y, p);
            return;
        case CORNU_TANH:
            map_forward(hyperbolic_tangent, count, x, y, p);
            return;
        case CORNU_TANH_SHRINK:
            map_forward(tanh_shrink, count, x, y, p);
            return;
        case CORNU_SOFTPLUS:
            map_forward(softplus, count, x, y, p);
            return;
        case CORNU_SOFTSIGN:
            map_forward(softsign, count, x, y, p);
            return;
        case CORNU_SQUAREPLUS:
            map_forward(squareplus, count, x, y, p);
            return;
        case CORNU_LOG_SIGMOID:
            map_forward(log_sigmoid, count, x, y, p);
            return;
        case CORNU_EXPONENTIAL:
            map_forward(exponential, count, x, y, p);
            return;
        case CORNU_MISH:
            map_forward(mish, count, x, y, p);
            return;
        default:
            piecewise_forward(kind, count, x, y, p);
            return;
    }
}

static void activation_forward(const cornu_activation *activation, size_t rows, size_t columns,
                               const void *x, void *y) {
    if (rows == 0 || columns == 0) {
        return;
    }
    switch (activation->kind) {
        case CORNU_SOFTMAX:
            softmax_forward(rows, columns, x, y);
            return;
        case CORNU_LOG_SOFTMAX:
            log_softmax_forward(rows, columns, x, y);
            return;
        case CORNU_SPARSEMAX:
            sparsemax_forward(rows, columns, x, y);
            return;
        case CORNU_GLU:
            glu_forward(rows, columns, x, y);
            return;
        default:
            smooth_forward(activation->kind, rows * columns, x, y, parameters_of(activation));
            return;
    }
}

/* Derivatives that need x. */
static void backward_from_x(cornu_activation_kind kind, size_t count, const REAL *x, const REAL *dy,
                            REAL *dx, activation_parameters p) {
    switch (kind) {
        case CORNU_RELU:
            if (!is_plain_relu(p) || p.first == 0) {
                map_backward_where(general_relu_derivative_x, count, x, dy, dx, p);
                return;
            }
            __attribute__((fallthrough));
        case CORNU_LEAKY_RELU:
            map_backward_where(leaky_relu_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_HARD_SILU:
            map_backward_where(hard_silu_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_HARD_TANH:
            map_backward_where(hard_tanh_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_HARD_SHRINK:
            map_backward_where(hard_shrink_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_SPARSE_PLUS:
            map_backward_where(sparse_plus_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_SPARSE_SIGMOID:
            map_backward_where(sparse_sigmoid_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_THRESHOLD:
            map_backward_where(threshold_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_ELU:
            map_backward(elu_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_CELU:
            map_backward(celu_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_GELU:
            map_backward(gelu_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_GELU_TANH:
            map_backward(gelu_tanh_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_SILU:
            map_backward(silu_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_TANH_SHRINK:
            map_backward(tanh_shrink_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_SOFTSIGN:
            map_backward(softsign_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_SQUAREPLUS:
            map_backward(squareplus_derivative_x, count, x, dy, dx, p);
            return;
        case CORNU_MISH:
            map_backward(mish_derivative_x, count, x, dy, dx, p);
            return;
        default:
            return;
    }
}

/* Derivatives for which y is enough. */
static void backward_from_y(cornu_activation_kind kind, size_t count, const REAL *y, const REAL *dy,
                            REAL *dx, activation_parameters p) {
    switch (kind) {
        case CORNU_RELU:
            if (p.first == 0) {
                map_backward_where(relu_derivative_y, count, y, dy, dx, p);
                return;
            }
            map_backward_where(leaky_relu_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_LEAKY_RELU:
            map_backward_where(leaky_relu_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_RELU6:
            map_backward_where(relu6_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_HARD_SIGMOID:
            map_backward_where(hard_sigmoid_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_SOFT_SHRINK:
            map_backward_where(soft_shrink_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_HARD_SHRINK:
            map_backward_where(hard_shrink_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_ELU:
            map_backward(elu_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_SELU:
            map_backward(selu_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_CELU:
            map_backward(celu_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_SIGMOID:
            map_backward(sigmoid_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_TANH:
            map_backward(tanh_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_SOFTPLUS:
            map_backward(softplus_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_LOG_SIGMOID:
            map_backward(log_sigmoid_derivative_y, count, y, dy, dx, p);
            return;
        case CORNU_EXPONENTIAL:
            map_backward(exponential_derivative_y, count, y, dy, dx, p);
            return;
        default:
            memmove(dx, dy, count * sizeof(REAL));
            return; /* linear */
    }
}

static void activation_backward(const cornu_activation *activation, size_t rows, size_t columns,
                                const void *x, const void *y, const void *dy, void *dx) {
    if (rows == 0 || columns == 0) {
        return;
    }
    activation_parameters parameters = parameters_of(activation);
    switch (activation->kind) {
        case CORNU_SOFTMAX:
            softmax_backward(rows, columns, y, dy, dx);
            return;
        case CORNU_LOG_SOFTMAX:
            log_softmax_backward(rows, columns, y, dy, dx);
            return;
        case CORNU_SPARSEMAX:
            sparsemax_backward(rows, columns, y, dy, dx);
            return;
        case CORNU_GLU:
            glu_backward(rows, columns, x, dy, dx);
            return;
        default:
            break;
    }
    if (cornu_activation_needs_input(activation)) {
        backward_from_x(activation->kind, rows * columns, x, dy, dx, parameters);
    } else {
        backward_from_y(activation->kind, rows * columns, y, dy, dx, parameters);
    }
}
