/* Chains of layers of a few numbers, in one call, against the same done by the kernels one by one,
 * bit by bit: every level, every activation. */
#include "gemm_fixture.h"
#include "kernels_fixture.h"

enum { MOST_LAYERS = 3, MOST_KINDS = CORNU_GLU, DRAWN_TRIALS = 24 };

/* Rows, then the sizes between which layers stand; 0 ends them. Some are as much as there may be.
 */
typedef struct chain {
    size_t rows, sizes[MOST_LAYERS + 2];
} chain;

static const chain chains[] = {
    {4, {4, 4}},    {4, {4, 4, 4, 4}}, {16, {4, 1}},    {16, {1, 4, 1}}, {1, {16, 4, 16}},
    {1, {4, 16}},   {2, {2, 16, 2}},   {16, {1, 1}},    {1, {1, 1, 1}},  {1, {8, 8, 8, 8}},
    {2, {2, 3, 1}}, {4, {2, 3, 1}},    {3, {2, 10, 2}}, {16, {2, 2, 2}}, {5, {3, 4, 3, 4}},
};

enum { CHAIN_COUNT = sizeof chains / sizeof *chains };

static size_t layer_count(const chain *c) {
    size_t count = 0;
    while (c->sizes[count + 1] > 0) count++;
    return count;
}

static bool is_few(const chain *c) {
    for (size_t i = 0; c->sizes[i + 1] > 0; i++) {
        if (c->rows * c->sizes[i] * c->sizes[i + 1] > CORNU_FEW_WORK) return false;
    }
    return true;
}

static chain draw_chain(uint64_t *state) {
    chain c;
    do {
        const size_t layers = 1 + next_random(state) % MOST_LAYERS;
        c = (chain){.rows = 1 + next_random(state) % CORNU_FEW_SIDE};
        for (size_t i = 0; i <= layers; i++) c.sizes[i] = 1 + next_random(state) % CORNU_FEW_SIDE;
    } while (!is_few(&c));
    return c;
}

static bool one_in(uint64_t *state, size_t count) {
    return (next_random(state) >> 20) % count == 0;
}

/* Some numbers of each kind; of each buffer there is no more than is needed. */
static void *draw_reals(cornu_dtype dtype, size_t count, uint64_t *state) {
    void *reals = malloc(count * real_nbytes(dtype));
    if (!CHECK(reals != NULL)) exit(1);
    const uint64_t seed = next_random(state) >> 8;
    if (one_in(state, 2)) {
        fill_between(dtype, reals, count, seed, -2, 2);
    } else {
        fill_awkward(dtype, reals, count, seed, !one_in(state, 4));
    }
    return reals;
}

/* Kinds have their own parameters now and then, with some of which the derivative needs x. */
static cornu_activation draw_activation(cornu_activation_kind kind, uint64_t *state) {
    cornu_activation activation;
    CHECK(cornu_activation_find(cornu_activation_name(kind), &activation));
    if (kind == CORNU_THRESHOLD) {
        activation.parameters[0] = 0.5;
        activation.parameters[1] = -0.25;
    }
    if (!one_in(state, 3)) return activation;
    if (kind == CORNU_RELU) {
        activation.parameters[0] = 0.125;
        activation.parameters[1] = 1.5;
        activation.parameters[2] = -0.5;
    } else if (activation.parameters[0] != 0) {
        activation.parameters[0] = one_in(state, 2) ? 0.75 : -0.25;
        if (kind == CORNU_SQUAREPLUS) activation.parameters[0] = 2;
    }
    return activation;
}

typedef struct trial {
    cornu_dtype dtype;
    chain shape;
    size_t count;
    cornu_activation activations[MOST_LAYERS];
    cornu_few_layer layers[MOST_LAYERS];
    void *x, *dy; /* the derivative by the last y, before it is spent */
    size_t widest;
    void *owned[6 * MOST_LAYERS];
} trial;

/* `kind` is the last layer's. */
static void draw_trial(trial *t, const chain *shape, cornu_activation_kind kind, uint64_t *state) {
    *t = (trial){.dtype = t->dtype, .shape = *shape, .count = layer_count(shape)};
    t->x = draw_reals(t->dtype, shape->rows * shape->sizes[0], state);
    t->dy = draw_reals(t->dtype, shape->rows * shape->sizes[t->count], state);
    t->widest = shape->sizes[0];
    for (size_t i = 0; i < t->count; i++) {
        const bool last = i + 1 == t->count;
        const size_t inputs = shape->sizes[i], units = shape->sizes[i + 1];
        const size_t elements = shape->rows * units;
        cornu_few_layer *layer = &t->layers[i];
        void **owned = &t->owned[6 * i];
        t->widest = units > t->widest ? units : t->widest;
        t->activations[i] = draw_activation(
            last ? kind : (cornu_activation_kind)(next_random(state) % MOST_KINDS), state);
        *layer = (cornu_few_layer){.inputs = inputs,
                                   .units = units,
                                   .activation = &t->activations[i],
                                   .stops_at_z = last && one_in(state, 4)};
        layer->keeps_z = t->activations[i].kind != CORNU_LINEAR &&
                         (cornu_activation_needs_input(&t->activations[i]) || one_in(state, 2));
        layer->kernel = owned[0] = draw_reals(t->dtype, inputs * units, state);
        if (!one_in(state, 3)) layer->bias = owned[1] = draw_reals(t->dtype, units, state);
        if (layer->keeps_z) layer->z = owned[2] = draw_reals(t->dtype, elements, state);
        layer->y = owned[3] = draw_reals(t->dtype, elements, state);
        if (one_in(state, 4)) continue; /* frozen */
        layer->kernel_gradient = owned[4] = draw_reals(t->dtype, inputs * units, state);
        if (layer->bias) layer->bias_gradient = owned[5] = draw_reals(t->dtype, units, state);
    }
}

static void *copy_of(cornu_dtype dtype, const void *reals, size_t count) {
    void *copy = malloc(count * real_nbytes(dtype));
    if (!CHECK(copy != NULL)) exit(1);
    memcpy(copy, reals, count * real_nbytes(dtype));
    return copy;
}

/* The same layers, which write elsewhere: first the same numbers as here. */
static void new_results(const trial *t, cornu_few_layer *layers) {
    for (size_t i = 0; i < t->count; i++) {
        cornu_few_layer *layer = &layers[i];
        const size_t inputs = layer->inputs, units = layer->units, rows = t->shape.rows;
        if (layer->z) layer->z = copy_of(t->dtype, layer->z, rows * units);
        layer->y = copy_of(t->dtype, layer->y, rows * units);
        if (layer->kernel_gradient)
            layer->kernel_gradient = copy_of(t->dtype, layer->kernel_gradient, inputs * units);
        if (layer->bias_gradient)
            layer->bias_gradient = copy_of(t->dtype, layer->bias_gradient, units);
    }
}

static void free_results(const trial *t, cornu_few_layer *layers) {
    for (size_t i = 0; i < t->count; i++) {
        free(layers[i].z);
        free(layers[i].y);
        free(layers[i].kernel_gradient);
        free(layers[i].bias_gradient);
    }
}

static void forward_one_by_one(const cornu_kernels *kernels, const trial *t,
                               const cornu_few_layer *layers, void *scratch) {
    const void *x = t->x;
    for (size_t i = 0; i < t->count; i++) {
        const cornu_few_layer *layer = &layers[i];
        const size_t rows = t->shape.rows;
        cornu_gemm product = product_of(rows, layer->units, layer->inputs, x, layer->kernel,
                                        layer->keeps_z ? layer->z : layer->y);
        product.bias = layer->bias;
        product.relu = !layer->keeps_z && cornu_activation_is_relu(layer->activation);
        kernels->gemm(&product, scratch);
        if (!product.relu && !layer->stops_at_z) {
            kernels->activation_forward(layer->activation, rows, layer->units, product.c, layer->y);
        }
        x = layer->y;
    }
}

static void backward_one_by_one(const cornu_kernels *kernels, const trial *t,
                                const cornu_few_layer *layers, void *dy, void *dx, void *scratch) {
    const size_t rows = t->shape.rows;
    for (size_t i = t->count; i-- > 0;) {
        const cornu_few_layer *layer = &layers[i];
        const size_t inputs = layer->inputs, units = layer->units;
        if (!layer->stops_at_z) {
            kernels->activation_backward(layer->activation, rows, units, layer->z, layer->y, dy,
                                         dy);
        }
        if (i > 0) {
            cornu_gemm product = product_of(rows, inputs, units, dy, layer->kernel, dx);
            transpose_b(&product);
            kernels->gemm(&product, scratch);
        }
        if (layer->kernel_gradient) {
            cornu_gemm product = product_of(inputs, units, rows, i > 0 ? layers[i - 1].y : t->x, dy,
                                            layer->kernel_gradient);
            transpose_a(&product);
            kernels->gemm(&product, scratch);
        }
        if (layer->bias_gradient) {
            kernels->column_sums(rows, units, dy, layer->bias_gradient, false);
        }
        void *const spent = dy;
        dy = dx;
        dx = spent;
    }
}

static void check_same(const trial *t, const char *isa, const cornu_few_layer *came,
                       const cornu_few_layer *expected) {
    for (size_t i = 0; i < t->count; i++) {
        const cornu_few_layer *layer = &came[i];
        const size_t elements = t->shape.rows * layer->units;
        char what[160];
        snprintf(what, sizeof what, "layer %zu of %zu (%s), %zu x %zu x %zu, %s%s%s%s", i + 1,
                 t->count, cornu_activation_name(layer->activation->kind), t->shape.rows,
                 layer->inputs, layer->units, isa, layer->bias ? ", bias" : "",
                 layer->keeps_z ? ", z" : "", layer->stops_at_z ? ", to z" : "");
        if (layer->z) CHECK_SAME_REALS(t->dtype, layer->z, expected[i].z, elements, what);
        CHECK_SAME_REALS(t->dtype, layer->y, expected[i].y, elements, what);
        if (layer->kernel_gradient)
            CHECK_SAME_REALS(t->dtype, layer->kernel_gradient, expected[i].kernel_gradient,
                             layer->inputs * layer->units, what);
        if (layer->bias_gradient)
            CHECK_SAME_REALS(t->dtype, layer->bias_gradient, expected[i].bias_gradient,
                             layer->units, what);
    }
}

static void check_level(const trial *t, const cornu_kernels *kernels) {
    cornu_few_layer came[MOST_LAYERS], expected[MOST_LAYERS];
    const size_t rows = t->shape.rows, last = t->shape.sizes[t->count];
    void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
    void *deltas[4];
    for (size_t i = 0; i < 4; i++) {
        deltas[i] = malloc(rows * t->widest * real_nbytes(t->dtype));
        if (!CHECK(deltas[i] != NULL)) exit(1);
        if (i % 2 == 0) memcpy(deltas[i], t->dy, rows * last * real_nbytes(t->dtype));
    }
    memcpy(came, t->layers, sizeof came);
    memcpy(expected, t->layers, sizeof expected);
    new_results(t, came);
    new_results(t, expected);
    kernels->few_forward(t->count, came, rows, t->x);
    forward_one_by_one(kernels, t, expected, scratch);
    check_same(t, kernels->isa, came, expected);
    kernels->few_backward(t->count, came, rows, t->x, deltas[0], deltas[1]);
    backward_one_by_one(kernels, t, expected, deltas[2], deltas[3], scratch);
    check_same(t, kernels->isa, came, expected);
    free_results(t, came);
    free_results(t, expected);
    for (size_t i = 0; i < 4; i++) free(deltas[i]);
    cornu_memory_free(scratch);
}

static void check_trial(trial *t) {
    for (size_t level = 0; cornu_kernels_level(level, t->dtype); level++) {
        check_level(t, cornu_kernels_level(level, t->dtype));
    }
    for (size_t i = 0; i < sizeof t->owned / sizeof *t->owned; i++) free(t->owned[i]);
    free(t->x);
    free(t->dy);
}

int main(void) {
    uint64_t state = 1;
    for (size_t i = 0; i < CHAIN_COUNT; i++) CHECK(is_few(&chains[i]));
    for (size_t kind = 0; kind < MOST_KINDS; kind++) {
        for (size_t n = 0; n < 2 * (CHAIN_COUNT + DRAWN_TRIALS); n++) {
            trial t = {.dtype = real_dtypes[n % 2]};
            const chain shape = n / 2 < CHAIN_COUNT ? chains[n / 2] : draw_chain(&state);
            draw_trial(&t, &shape, (cornu_activation_kind)kind, &state);
            check_trial(&t);
        }
    }
    return check_report();
}
