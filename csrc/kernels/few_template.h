/* Chains of layers of a few numbers, which would fill no vector: to get a product ready, choose its
 * way and go back to the engine between two of them would take many times as long as to compute.
 * Each element gets the chain that gemm and column_sums give it. */

/* In a loop of a few times round: keeps the compiler from preparing for many. */
#define FEW_TIMES __asm__ volatile("")

static void few_layer_forward(const cornu_few_layer *layer, size_t rows, const REAL *x) {
    const size_t inputs = layer->inputs, units = layer->units;
    const REAL *kernel = layer->kernel, *bias = layer->bias;
    const bool rectifies = !layer->keeps_z && cornu_activation_is_relu(layer->activation);
    REAL *z = layer->keeps_z ? layer->z : layer->y;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < units; j++) {
            FEW_TIMES;
            REAL sum = 0;
            for (size_t k = 0; k < inputs; k++) {
                FEW_TIMES;
                sum = multiply_add(x[i * inputs + k], kernel[k * units + j], sum);
            }
            sum = bias ? sum + bias[j] : sum;
            z[i * units + j] = rectifies && sum <= 0 ? 0 : sum;
        }
    }
    if (!rectifies && !layer->stops_at_z && layer->activation->kind != CORNU_LINEAR) {
        activation_forward(layer->activation, rows, units, z, layer->y);
    }
}

static void few_forward(size_t count, const cornu_few_layer *layers, size_t rows, const void *x) {
    for (size_t i = 0; i < count; i++) {
        few_layer_forward(&layers[i], rows, x);
        x = layers[i].y;
    }
}

static void few_layer_gradients(const cornu_few_layer *layer, size_t rows, const REAL *x,
                                const REAL *dz) {
    const size_t inputs = layer->inputs, units = layer->units;
    REAL *kernel = layer->kernel_gradient, *bias = layer->bias_gradient;
    for (size_t j = 0; j < units; j++) {
        FEW_TIMES;
        for (size_t k = 0; kernel && k < inputs; k++) {
            FEW_TIMES;
            REAL sum = 0;
            for (size_t i = 0; i < rows; i++) {
                FEW_TIMES;
                sum = multiply_add(x[i * inputs + k], dz[i * units + j], sum);
            }
            kernel[k * units + j] = sum;
        }
        REAL sum = 0;
        for (size_t i = 0; bias && i < rows; i++) {
            FEW_TIMES;
            sum += dz[i * units + j];
        }
        if (bias) {
            bias[j] = sum;
        }
    }
}

static void few_layer_dx(const cornu_few_layer *layer, size_t rows, const REAL *dz, REAL *dx) {
    const size_t inputs = layer->inputs, units = layer->units;
    const REAL *kernel = layer->kernel;
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < inputs; k++) {
            FEW_TIMES;
            REAL sum = 0;
            for (size_t j = 0; j < units; j++) {
                FEW_TIMES;
                sum = multiply_add(dz[i * units + j], kernel[k * units + j], sum);
            }
            dx[i * inputs + k] = sum;
        }
    }
}

static void few_backward(size_t count, const cornu_few_layer *layers, size_t rows, const void *x,
                         void *dy, void *room) {
    for (size_t i = count; i-- > 0;) {
        const cornu_few_layer *layer = &layers[i];
        if (!layer->stops_at_z && layer->activation->kind != CORNU_LINEAR) {
            activation_backward(layer->activation, rows, layer->units, layer->z, layer->y, dy, dy);
        }
        few_layer_gradients(layer, rows, i > 0 ? layers[i - 1].y : x, dy);
        if (i > 0) {
            few_layer_dx(layer, rows, dy, room);
            void *const spent = dy;
            dy = room;
            room = spent;
        }
    }
}

#undef FEW_TIMES
