/* The same bits: small networks trained on every level of this machine, with several threads, in
 * the caller's floating-point environment whatever it is, against hashes that were recorded once
 * (recorded_bits.h) and hold for every machine.
 *
 *     test_net_bits --record    prints that file anew: make record-bits */
#define _GNU_SOURCE
#include <fenv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/kernels.h"
#include "net_fixture.h"
#include "recorded_bits.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#define MOST_LAYERS 8

typedef struct bits_layer {
    size_t units; /* 0: dropout of a quarter */
    const char *activation;
} bits_layer;

typedef struct network {
    const char *name;
    size_t inputs;
    bits_layer layers[MOST_LAYERS]; /* up to one without an activation */
    cornu_loss loss;
    cornu_optimizer_options optimizer;
    double learning_rate;
    size_t rows, batch_size;
    bool subnormal; /* x, so the first layer's gradient; its kernel begins with zeros */
} network;

#define SGD {.kind = CORNU_SGD}
#define MOMENTUM {.kind = CORNU_SGD, .momentum = 0.9}
#define NESTEROV {.kind = CORNU_SGD, .momentum = 0.9, .nesterov = true}
#define ADAM {.kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7}
#define AMSGRAD \
    {.kind = CORNU_ADAM, .beta_1 = 0.8, .beta_2 = 0.99, .epsilon = 1e-7, .amsgrad = true}
#define ADAGRAD {.kind = CORNU_ADAGRAD, .initial_accumulator_value = 0.1, .epsilon = 1e-7}
#define ADADELTA {.kind = CORNU_ADADELTA, .rho = 0.95, .epsilon = 1e-7}
#define ADAMAX {.kind = CORNU_ADAMAX, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7}
#define NADAM {.kind = CORNU_NADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7}
#define FTRL {.kind = CORNU_FTRL, .learning_rate_power = -0.5, .l1 = 1e-3, .beta = 0.1}
#define FTRL_POWER                     \
    {.kind = CORNU_FTRL,               \
     .initial_accumulator_value = 0.1, \
     .learning_rate_power = -0.7,      \
     .l2 = 1e-3,                       \
     .l2_shrinkage = 1e-3}
#define LION {.kind = CORNU_LION, .beta_1 = 0.9, .beta_2 = 0.99}
#define MSE {.kind = CORNU_MEAN_SQUARED_ERROR}
#define SPARSE {.kind = CORNU_SPARSE_CATEGORICAL_CROSSENTROPY}
#define DENSE {.kind = CORNU_CATEGORICAL_CROSSENTROPY}
#define SMOOTHED {.kind = CORNU_CATEGORICAL_CROSSENTROPY, .label_smoothing = 0.1}
#define DROPOUT {0, "dropout"}
#define COLUMNS(count) {.units = 40, .activation = "elu"}, {count, "tanh"}
#define CLASSIFIER {{33, "tanh"}, DROPOUT, {17, "relu"}, {3, "softmax"}}
#define LARGE {{300, "gelu"}, {33, "softplus"}, {3, "softmax"}}
#define CLIPPED {{9, "softsign"}, {4, "softplus"}}
#define WIDE {{16, "tanh"}, {40, "softmax"}}

/* Sizes are small for the emulators; those of "tiles" are cut among threads all the same. */
static const network networks[] = {
    {"sgd", 13, CLASSIFIER, SPARSE, SGD, 0.1, 71, 17, false},
    {"momentum", 13, CLASSIFIER, SPARSE, MOMENTUM, 0.03, 71, 33, false},
    {"nesterov", 13, CLASSIFIER, SPARSE, NESTEROV, 0.03, 71, 1, false},
    {"adam", 13, CLASSIFIER, SPARSE, ADAM, 0.01, 71, 17, false},
    {"amsgrad", 13, CLASSIFIER, SPARSE, AMSGRAD, 0.01, 71, 71, false},
    {"adagrad", 13, CLASSIFIER, SPARSE, ADAGRAD, 0.05, 71, 17, false},
    {"adadelta", 13, CLASSIFIER, SPARSE, ADADELTA, 1, 71, 17, false},
    {"adamax", 13, CLASSIFIER, SPARSE, ADAMAX, 0.01, 71, 17, false},
    {"nadam", 13, CLASSIFIER, SPARSE, NADAM, 0.01, 71, 17, false},
    {"ftrl", 13, CLASSIFIER, SPARSE, FTRL, 0.1, 71, 17, false},
    {"ftrl power", 13, CLASSIFIER, SPARSE, FTRL_POWER, 0.1, 71, 17, false},
    {"lion", 13, CLASSIFIER, SPARSE, LION, 0.003, 71, 17, false},
    {"columns 1", 530, {{1, "tanh"}, COLUMNS(1)}, MSE, SGD, 0.01, 33, 8, false},
    {"columns 2", 530, {{2, "tanh"}, COLUMNS(2)}, MSE, SGD, 0.01, 33, 33, false},
    {"columns 3", 530, {{3, "tanh"}, COLUMNS(3)}, MSE, SGD, 0.01, 33, 1, false},
    {"columns 4", 530, {{4, "tanh"}, COLUMNS(4)}, MSE, SGD, 0.01, 33, 8, false},
    {"columns 5", 530, {{5, "tanh"}, COLUMNS(5)}, MSE, SGD, 0.01, 33, 33, false},
    {"three blocks", 1051, {{7, "silu"}, {2, "linear"}}, MSE, ADAM, 0.01, 9, 5, false},
    {"tiles", 100, LARGE, SPARSE, SGD, 0.1, 150, 131, false},
    {"subnormal", 5, {{3, "linear"}, {2, "linear"}}, MSE, SGD, 0.5, 11, 4, true},
    {"absolute",
     6,
     {{9, "selu"}, {2, "sigmoid"}},
     {.kind = CORNU_MEAN_ABSOLUTE_ERROR, .reduction = CORNU_SUM},
     NESTEROV,
     0.01,
     20,
     7,
     false},
    {"binary",
     6,
     {{9, "mish"}, {2, "sigmoid"}},
     {.kind = CORNU_BINARY_CROSSENTROPY, .label_smoothing = 0.1},
     ADAM,
     0.01,
     20,
     7,
     false},
    {"binary, clipped",
     6,
     {{9, "celu"}, {2, "hard_sigmoid"}},
     {.kind = CORNU_BINARY_CROSSENTROPY, .reduction = CORNU_MEAN_WITH_SAMPLE_WEIGHT},
     ADAM,
     0.01,
     20,
     7,
     false},
    {"categorical", 6, {{9, "log_sigmoid"}, {4, "softmax"}}, DENSE, ADAM, 0.01, 20, 7, false},
    {"categorical, clipped", 6, CLIPPED, DENSE, ADAM, 0.01, 20, 7, false},
    /* More classes than are taken side by side. */
    {"wide", 7, WIDE, SPARSE, ADAM, 0.01, 45, 20, false},
    {"wide, dense", 7, WIDE, SMOOTHED, ADAM, 0.01, 45, 20, false},
};
enum {
    NETWORKS = sizeof networks / sizeof *networks,
    CASES = NETWORKS + CORNU_ACTIVATION_COUNT,
    HASHES = 2 * CASES, /* float32, then float64 */
    RECORDED = sizeof recorded_bits / sizeof *recorded_bits,
};

/* ---- The caller's floating-point environment ---- */

#if defined(__x86_64__)
#define FLUSH_TO_ZERO 0x8040u /* denormals-are-zero too */
#elif defined(__aarch64__)
#define FLUSH_TO_ZERO (UINT64_C(1) << 24) /* FPCR.FZ: inputs too */

static uint64_t read_fpcr(void) {
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control;
}
#endif

static bool other_mode;

/* Upwards, and subnormal numbers flushed to zero. */
static void enter_mode(void) {
    if (!other_mode) return;
    fesetround(FE_UPWARD);
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | FLUSH_TO_ZERO);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(read_fpcr() | FLUSH_TO_ZERO));
#endif
}

static void leave_mode(void) {
    fesetround(FE_TONEAREST);
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() & ~FLUSH_TO_ZERO);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(read_fpcr() & ~FLUSH_TO_ZERO));
#endif
}

/* ---- One network ---- */

/* FNV-1a. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t nbytes) {
    for (size_t i = 0; i < nbytes; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void *random_numbers(cornu_dtype dtype, size_t count, uint64_t seed, double limit) {
    void *values = calloc(count + 1, sizeof(double));
    CHECK_INT(cornu_random_fill(CORNU_UNIFORM, dtype, count, seed, 0, -limit, limit, values,
                                CORNU_NO_POLL),
              CORNU_OK);
    return values;
}

static cornu_array array_of(const void *data, cornu_dtype dtype, size_t rows, size_t columns) {
    ptrdiff_t nbytes = (ptrdiff_t)cornu_dtype_nbytes(dtype);
    return (cornu_array){.data = data,
                         .dtype = dtype,
                         .rank = 2,
                         .shape = {rows, columns},
                         .strides = {(ptrdiff_t)columns * nbytes, nbytes}};
}

typedef struct trained {
    const network *net;
    cornu_dtype dtype;
    size_t layer_count, output;
    cornu_layer *layers[MOST_LAYERS];
    cornu_model *model;
    cornu_array x;
} trained;

static void make_layers(trained *self) {
    for (; self->net->layers[self->layer_count].activation; self->layer_count++) {
        const bits_layer *layer = &self->net->layers[self->layer_count];
        cornu_layer **made = &self->layers[self->layer_count];
        if (layer->units == 0) {
            CHECK_INT(cornu_layer_new_dropout("", self->dtype, 0.25, 0, NULL, 9, made, NULL),
                      CORNU_OK);
            continue;
        }
        cornu_activation activation = activation_named(layer->activation);
        CHECK_INT(
            cornu_layer_new_dense("", self->dtype, layer->units, &activation, true, made, NULL),
            CORNU_OK);
    }
}

static void make_model(trained *self) {
    make_layers(self);
    cornu_shape input = row_shape(self->net->inputs), shape;
    cornu_optimizer *optimizer = NULL;
    CHECK_INT(cornu_model_new("", &self->model, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(self->model, self->layer_count, self->layers, &input, NULL),
              CORNU_OK);
    CHECK_INT(
        cornu_optimizer_new(&self->net->optimizer, self->net->learning_rate, &optimizer, NULL),
        CORNU_OK);
    CHECK_INT(cornu_model_compile(self->model, &self->net->loss, optimizer, 0, NULL, NULL),
              CORNU_OK);
    cornu_optimizer_release(optimizer);
    CHECK_INT(cornu_model_shape(self->model, self->layer_count - 1, &shape), CORNU_OK);
    self->output = shape.sizes[0];
    for (size_t i = 0; i < self->layer_count; i++) {
        for (size_t j = 0; j < cornu_layer_span_count(self->layers[i]); j++) {
            cornu_span *span = cornu_layer_span(self->layers[i], j);
            /* A power of two near the usual deviation, so that nothing is rounded here. */
            double limit = 0.5;
            for (size_t n = cornu_span_shape(span)->sizes[0]; n > 8; n /= 4) limit /= 2;
            CHECK_INT(cornu_random_fill(CORNU_UNIFORM, self->dtype, cornu_span_count(span), i, j,
                                        -limit, limit, cornu_span_data(span), CORNU_NO_POLL),
                      CORNU_OK);
        }
    }
}

/* Targets of any loss: numbers in [0, 1), or class ids. */
static void *make_targets(const trained *self, cornu_array *y) {
    size_t rows = self->net->rows, columns = self->output;
    if (cornu_loss_is_sparse(&self->net->loss)) {
        int32_t *ids = calloc(rows, sizeof *ids);
        for (size_t i = 0; i < rows; i++) ids[i] = (int32_t)(i * i % (columns + 4) % columns);
        *y = array_of(ids, CORNU_INT32, rows, 1);
        return ids;
    }
    double *values = random_numbers(CORNU_FLOAT64, rows * columns, 2, 1.0);
    for (size_t i = 0; i < rows * columns; i++) values[i] = fabs(values[i]);
    *y = array_of(values, CORNU_FLOAT64, rows, columns);
    return values;
}

static uint64_t hash_trained(const trained *self, double loss) {
    size_t rows = self->net->rows, nbytes = rows * self->output * cornu_dtype_nbytes(self->dtype);
    uint64_t hash = hash_bytes(UINT64_C(0xcbf29ce484222325), &loss, sizeof loss);
    for (size_t i = 0; i < self->layer_count; i++) {
        for (size_t j = 0; j < cornu_layer_span_count(self->layers[i]); j++) {
            cornu_span *span = cornu_layer_span(self->layers[i], j);
            hash = hash_bytes(hash, cornu_span_data(span),
                              cornu_span_count(span) * cornu_dtype_nbytes(self->dtype));
        }
    }
    /* A batch of 1 to begin with: predictions do not depend on it. */
    void *alone = calloc(1, nbytes), *together = calloc(1, nbytes);
    for (size_t batch_size = 1; batch_size <= rows; batch_size = batch_size * 3 + 1) {
        cornu_run_options options = {.mode = CORNU_RUN_PREDICT,
                                     .x = &self->x,
                                     .batch_size = batch_size,
                                     .output = batch_size == 1 ? alone : together,
                                     .output_dtype = self->dtype,
                                     .output_nbytes = nbytes};
        CHECK_INT(run_whole(self->model, &options, NULL, NULL), CORNU_OK);
        if (batch_size > 1) CHECK_BYTES(together, alone, nbytes);
    }
    hash = hash_bytes(hash, alone, nbytes);
    free(alone);
    free(together);
    return hash;
}

static uint64_t train(const network *net, cornu_dtype dtype) {
    trained self = {.net = net, .dtype = dtype};
    make_model(&self);
    cornu_array y;
    void *targets = make_targets(&self, &y);
    double *x = random_numbers(CORNU_FLOAT64, net->rows * net->inputs, 1, 1.0);
    if (net->subnormal) {
        double scale = dtype == CORNU_FLOAT32 ? 0x1p-140 : 0x1p-1060;
        for (size_t i = 0; i < net->rows * net->inputs; i++) x[i] *= scale;
        cornu_span *kernel = cornu_layer_span(self.layers[0], 0);
        memset(cornu_span_data(kernel), 0, cornu_span_count(kernel) * cornu_dtype_nbytes(dtype));
    }
    self.x = array_of(x, CORNU_FLOAT64, net->rows, net->inputs);
    double *weights = random_numbers(CORNU_FLOAT64, net->rows, 3, 1.0);
    for (size_t i = 0; i < net->rows; i++) weights[i] = fabs(weights[i]);
    cornu_array sample_weight = array_of(weights, CORNU_FLOAT64, net->rows, 1);
    sample_weight.rank = 1;
    cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                 .x = &self.x,
                                 .y = &y,
                                 .sample_weight = &sample_weight,
                                 .batch_size = net->batch_size,
                                 .epochs = 2,
                                 .shuffle = true,
                                 .shuffle_seed = 5};
    double loss = 0.0;
    enter_mode();
    CHECK_INT(run_whole(self.model, &options, &loss, NULL), CORNU_OK);
    CHECK(isfinite(loss));
    uint64_t hash = hash_trained(&self, loss);
    leave_mode();
    for (size_t i = 0; i < self.layer_count; i++) cornu_layer_release(self.layers[i]);
    cornu_model_release(self.model);
    free(targets);
    free(weights);
    free(x);
    return hash;
}

/* Every activation between two layers. The last one, glu, halves an even number. */
static network network_of(size_t activation) {
    cornu_activation kind = {.kind = (cornu_activation_kind)activation};
    return (network){.name = cornu_activation_name(kind.kind),
                     .inputs = 5,
                     .layers = {{10, cornu_activation_name(kind.kind)}, {2, "linear"}},
                     .loss = MSE,
                     .optimizer = ADAM,
                     .learning_rate = 0.01,
                     .rows = 19,
                     .batch_size = 11};
}

static network network_at(size_t index) {
    size_t i = index % CASES;
    return i < NETWORKS ? networks[i] : network_of(i - NETWORKS);
}

static cornu_dtype dtype_at(size_t index) {
    return index < CASES ? CORNU_FLOAT32 : CORNU_FLOAT64;
}

static void train_all(uint64_t *hashes) {
    for (size_t i = 0; i < HASHES; i++) {
        network net = network_at(i);
        hashes[i] = train(&net, dtype_at(i));
    }
}

static int record(void) {
    static uint64_t hashes[HASHES];
    train_all(hashes);
    printf("/* Made by `make record-bits`, read by test_net_bits.c. */\n\n");
    printf("static const struct {\n    const char *name;\n    uint64_t hash;\n");
    printf("} recorded_bits[] = {\n");
    for (size_t i = 0; i < HASHES; i++)
        printf("    {\"%s, %s\", UINT64_C(0x%016" PRIx64 ")},\n", network_at(i).name,
               cornu_dtype_name(dtype_at(i)), hashes[i]);
    printf("};\n");
    return atomic_load(&check_failed_count) != 0;
}

/* ---- One level, in a process of its own: it is chosen once in each ---- */

static void compare_in_child(const char *isa, size_t thread_count, int to) {
    static uint64_t hashes[HASHES];
    const size_t failed_before = atomic_load(&check_failed_count);
    setenv("CORNU_ISA", isa, 1);
    cornu_set_num_threads(thread_count);
    CHECK_TEXT(cornu_isa(), isa);
    train_all(hashes);
    if (write(to, hashes, sizeof hashes) != (ssize_t)sizeof hashes) _exit(2);
    _exit(atomic_load(&check_failed_count) != failed_before ? 1 : 0);
}

static void check_level(const char *isa, size_t thread_count, bool with_other_mode) {
    static uint64_t hashes[HASHES];
    int ends[2], status = -1;
    if (!CHECK_INT(pipe(ends), 0)) return;
    fflush(NULL);
    other_mode = with_other_mode;
    pid_t child = fork();
    if (child == 0) compare_in_child(isa, thread_count, ends[1]);
    close(ends[1]);
    size_t got = 0;
    for (ssize_t n = 1; n > 0 && got < sizeof hashes; got += n > 0 ? (size_t)n : 0)
        n = read(ends[0], (char *)hashes + got, sizeof hashes - got);
    close(ends[0]);
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    if (!CHECK_SIZE(got, sizeof hashes)) return;
    for (size_t i = 0; i < HASHES && i < RECORDED; i++)
        check_that(hashes[i] == recorded_bits[i].hash, __FILE__, __LINE__,
                   "%s has not the recorded bits: %s, %zu threads%s", recorded_bits[i].name, isa,
                   thread_count, with_other_mode ? ", upwards and flushed" : "");
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "--record") == 0) return record();
    CHECK_SIZE(RECORDED, HASHES);
    for (size_t level = 0; cornu_kernels_level(level, CORNU_FLOAT32); level++) {
        const char *isa = cornu_kernels_level(level, CORNU_FLOAT32)->isa;
        check_level(isa, 1, false);
        check_level(isa, 2, false);
        check_level(isa, 3, true);
        check_level(isa, 8, false);
    }
    return check_report();
}
