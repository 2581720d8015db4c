/* Every level of this machine gives the same bits as the portable one: every kernel, odd sizes,
 * awkward numbers, and wherever the arrays begin and calls are split. A multiply-add that one
 * compiler target fuses and another does not, a sum in the vector's order, or a tail computed
 * another way than the body fails here. */
#include "gemm_fixture.h"
#include "kernels_fixture.h"

static const size_t sizes[] = {0,  1,  2,  3,  5,  7,  8,   9,   15,  16,
                               17, 31, 33, 63, 64, 65, 127, 257, 1021};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0], LARGEST = 1021 };

/* What every kernel writes: reals, doubles, and as many of each. */
typedef struct output {
    void *reals;
    double *doubles;
    size_t real_count, double_count;
} output;

typedef struct input {
    cornu_dtype dtype;
    size_t rows, columns;
    uint64_t seed;
    unsigned variant;
    const void *x, *y, *z; /* rows x columns each, from one element past an aligned address */
} input;

typedef void computation(const cornu_kernels *kernels, const input *in, output *out);

static const cornu_kernels *portable(cornu_dtype dtype) {
    const cornu_kernels *last = NULL;
    for (size_t level = 0;; level++) {
        const cornu_kernels *kernels = cornu_kernels_level(level, dtype);
        if (!kernels) return last;
        last = kernels;
    }
}

static void compare_levels(const char *name, computation *compute, const input *in) {
    enum { ROOM = 4 * LARGEST + 64 };
    output expected = {new_reals(in->dtype, ROOM), new_reals(CORNU_FLOAT64, ROOM), 0, 0};
    compute(portable(in->dtype), in, &expected);
    for (size_t level = 0;; level++) {
        const cornu_kernels *kernels = cornu_kernels_level(level, in->dtype);
        if (!kernels) break;
        output came = {new_reals(in->dtype, ROOM), new_reals(CORNU_FLOAT64, ROOM), 0, 0};
        compute(kernels, in, &came);
        char what[160];
        snprintf(what, sizeof what, "%s, %s, variant %u, %zu x %zu", name, kernels->isa,
                 in->variant, in->rows, in->columns);
        CHECK_SIZE(came.real_count, expected.real_count);
        CHECK_SIZE(came.double_count, expected.double_count);
        CHECK_SAME_REALS(in->dtype, came.reals, expected.reals, expected.real_count, what);
        CHECK_SAME_REALS(CORNU_FLOAT64, came.doubles, expected.doubles, expected.double_count,
                         what);
        cornu_memory_free(came.reals);
        cornu_memory_free(came.doubles);
    }
    cornu_memory_free(expected.reals);
    cornu_memory_free(expected.doubles);
}

/* Runs the computation for both types and every shape, `variants` times. */
static void compare_everywhere(const char *name, computation *compute, unsigned variants,
                               bool finite) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        void *x = new_reals(dtype, LARGEST + 1), *y = new_reals(dtype, LARGEST + 1),
             *z = new_reals(dtype, LARGEST + 1);
        for (size_t s = 0; s < SIZE_COUNT; s++) {
            static const size_t row_counts[] = {1, 3, 10, 65};
            for (size_t r = 0; r < 4; r++) {
                size_t rows = row_counts[r], columns = sizes[s] / rows;
                if (r > 0 && columns == 0) continue;
                fill_awkward(dtype, x, LARGEST + 1, 3 * s, finite);
                fill_awkward(dtype, y, LARGEST + 1, 3 * s + 1, finite);
                fill_between(dtype, z, LARGEST + 1, 3 * s + 2, 0.0, 1.0);
                for (unsigned v = 0; v < variants; v++) {
                    input in = {dtype,
                                rows,
                                columns,
                                7 * s + v,
                                v,
                                real_at(dtype, x, 1),
                                real_at(dtype, y, 1),
                                real_at(dtype, z, 1)};
                    compare_levels(name, compute, &in);
                }
            }
        }
        cornu_memory_free(x);
        cornu_memory_free(y);
        cornu_memory_free(z);
    }
}

static const cornu_activation other_parameters[] = {
    {CORNU_RELU, {0.1, INFINITE, 0}},
    {CORNU_RELU, {0.1, 5, 0.5}},
    {CORNU_RELU, {0, 6, 0}},
    {CORNU_RELU, {0, 0.5, -1}},
    {CORNU_RELU, {-0.1, INFINITE, 0}},
    {CORNU_LEAKY_RELU, {0}},
    {CORNU_ELU, {-1.5}},
    {CORNU_CELU, {-2}},
    {CORNU_SQUAREPLUS, {0}},
    {CORNU_HARD_SHRINK, {-0.5}},
    {CORNU_THRESHOLD, {1, 20}},
};

enum { OTHER_COUNT = sizeof other_parameters / sizeof other_parameters[0] };

static cornu_activation activation_variant(unsigned variant) {
    cornu_activation activation = {CORNU_LINEAR, {0}};
    if (variant >= CORNU_ACTIVATION_COUNT)
        return other_parameters[variant - CORNU_ACTIVATION_COUNT];
    CHECK(
        cornu_activation_find(cornu_activation_name((cornu_activation_kind)variant), &activation));
    return activation;
}

static void compute_activation(const cornu_kernels *kernels, const input *in, output *out) {
    cornu_activation activation = activation_variant(in->variant);
    size_t columns = 0;
    if (!cornu_activation_columns(activation.kind, in->columns, &columns)) return;
    size_t count = in->rows * columns, input_count = in->rows * in->columns;
    void *y = real_at(in->dtype, out->reals, 1);
    void *dx = real_at(in->dtype, out->reals, 1 + count);
    kernels->activation_forward(&activation, in->rows, in->columns, in->x, y);
    const void *x = cornu_activation_needs_input(&activation) ? in->x : NULL;
    kernels->activation_backward(&activation, in->rows, in->columns, x, y, in->y, dx);
    out->real_count = 1 + count + input_count;
    if (activation.kind == CORNU_GLU) return;
    /* In place. */
    void *same = new_reals(in->dtype, count + 1);
    memcpy(same, in->x, count * real_nbytes(in->dtype));
    kernels->activation_forward(&activation, in->rows, in->columns, same, same);
    CHECK_SAME_REALS(in->dtype, same, y, count, "activation in place");
    memcpy(same, in->y, count * real_nbytes(in->dtype));
    kernels->activation_backward(&activation, in->rows, in->columns, x, y, same, same);
    CHECK_SAME_REALS(in->dtype, same, dx, count, "derivative in place");
    /* Split by rows. */
    size_t first = in->rows / 3, at = first * in->columns;
    kernels->activation_forward(&activation, first, in->columns, in->x, same);
    kernels->activation_forward(&activation, in->rows - first, in->columns,
                                real_at(in->dtype, in->x, at), real_at(in->dtype, same, at));
    CHECK_SAME_REALS(in->dtype, same, y, count, "activation in two calls");
    cornu_memory_free(same);
}

static void compute_column_sums(const cornu_kernels *kernels, const input *in, output *out) {
    memcpy(out->reals, in->y, in->columns * real_nbytes(in->dtype));
    kernels->column_sums(in->rows, in->columns, in->x, out->reals, in->variant == 1);
    out->real_count = in->columns;
    out->doubles[0] = (double)kernels->find_nonfinite(in->rows * in->columns, in->x);
    out->double_count = 1;
}

/* Variants: kind, logits or not, smoothing or not; then, of logits, with probabilities. */
enum { WITH_PROBABILITIES = 4 * CORNU_CIRCLE, LOSS_VARIANTS = 6 * CORNU_CIRCLE };

/* Values for every column, made once. */
static const double *column_values(void) {
    static double values[LARGEST];
    for (size_t j = 0; j < LARGEST; j++) values[j] = 0.1 + (double)(j % 5) * 0.2;
    return values;
}

static cornu_loss loss_variant(unsigned variant, size_t columns) {
    const unsigned way = variant / CORNU_CIRCLE;
    return (cornu_loss){
        .kind = (cornu_loss_kind)(variant % CORNU_CIRCLE),
        .from_logits = way % 2 == 1 || way == 4,
        .label_smoothing = way == 2 || way == 3 || way == 5 ? 0.1 : 0.0,
        .parameter = 0.75,
        .binary_labels = way % 2 == 1,
        .values = column_values(),
        .value_count = columns,
    };
}

static int32_t *ids_for(const input *in) {
    int32_t *ids = new_reals(CORNU_FLOAT32, in->rows);
    uint64_t state = in->seed + 1;
    for (size_t i = 0; i < in->rows && in->columns > 0; i++) {
        ids[i] = (int32_t)((next_random(&state) >> 20) % in->columns);
    }
    return ids;
}

/* What forward writes for backward, where that is wanted, has the activation's bits, and changes
 * none of the losses. */
static void check_probabilities(const cornu_kernels *kernels, const cornu_loss *loss,
                                const input *in, const void *target, const void *probabilities,
                                const double *losses) {
    const bool softmax = loss->kind == CORNU_CATEGORICAL_CROSSENTROPY ||
                         loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
    const cornu_activation activation = {.kind = softmax ? CORNU_SOFTMAX : CORNU_SIGMOID};
    void *expected = new_reals(in->dtype, in->rows * in->columns);
    kernels->activation_forward(&activation, in->rows, in->columns, in->x, expected);
    CHECK_SAME_REALS(in->dtype, probabilities, expected, in->rows * in->columns, "probabilities");
    double *plain = new_reals(CORNU_FLOAT64, in->rows);
    kernels->loss_forward(loss, in->rows, in->columns, target, in->x, NULL, plain);
    CHECK_SAME_REALS(CORNU_FLOAT64, losses, plain, in->rows, "losses with probabilities");
    cornu_memory_free(plain);
    cornu_memory_free(expected);
}

static void compute_loss(const cornu_kernels *kernels, const input *in, output *out) {
    cornu_loss loss = loss_variant(in->variant, in->columns);
    if (in->columns == 0) return;
    int32_t *ids = ids_for(in);
    const size_t count = in->rows * in->columns;
    const void *target = cornu_loss_is_sparse(&loss) ? (void *)ids : in->y;
    const void *prediction = loss.from_logits ? in->x : in->z;
    const bool with_probabilities = in->variant >= WITH_PROBABILITIES;
    void *probabilities = with_probabilities ? real_at(in->dtype, out->reals, count) : NULL;
    double *scales = new_reals(CORNU_FLOAT64, in->rows);
    fill_between(CORNU_FLOAT64, scales, in->rows, in->seed, 0.0, 2.0);
    kernels->loss_forward(&loss, in->rows, in->columns, target, prediction, probabilities,
                          out->doubles);
    if (with_probabilities)
        check_probabilities(kernels, &loss, in, target, probabilities, out->doubles);
    kernels->loss_backward(&loss, in->rows, in->columns, target, prediction, probabilities, scales,
                           out->reals);
    out->double_count = in->rows;
    out->real_count = with_probabilities ? 2 * count : count;
    cornu_memory_free(scales);
    cornu_memory_free(ids);
}

static void compute_sums(const cornu_kernels *kernels, cornu_metric *metric, const input *in,
                         output *out) {
    static const double thresholds[] = {0.1, 0.25, 0.5, 0.6};
    double sums[2 * 5] = {0};
    metric->k = 0;
    /* As many as there is room for. */
    metric->counts = (cornu_counts){.thresholds = thresholds,
                                    .threshold_count = 4,
                                    .from_logits = true,
                                    .columns = cornu_metric_is_confusion(metric) ? 3 : 1,
                                    .class_id = CORNU_EVERY_CLASS};
    const bool one = metric->kind == CORNU_METRIC_SQUARES || metric->kind == CORNU_METRIC_COVERED;
    const size_t rows = one ? in->rows * in->columns : in->rows;
    int32_t *ids = ids_for(in);
    const void *target = cornu_metric_is_sparse(metric) ? (void *)ids : in->y;
    if (in->variant >= CORNU_METRIC_FOREIGN) metric->k = 2;
    kernels->metric_sums(metric, rows, one ? 1 : in->columns, target, in->x, NULL, sums);
    cornu_memory_free(ids);
    out->double_count = in->rows < 10 ? in->rows : 10;
    memcpy(out->doubles, sums, out->double_count * sizeof *sums);
}

static void compute_metric(const cornu_kernels *kernels, const input *in, output *out) {
    cornu_metric metric = {.kind = (cornu_metric_kind)(in->variant % CORNU_METRIC_FOREIGN),
                           .loss = {.kind = CORNU_MEAN_SQUARED_ERROR},
                           .threshold = 0.5,
                           .k = 3};
    if (in->columns == 0) return;
    if (cornu_metric_keeps_sums(&metric)) {
        compute_sums(kernels, &metric, in, out);
        return;
    }
    bool sparse = metric.kind == CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY ||
                  metric.kind == CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY;
    int32_t *ids = ids_for(in);
    kernels->metric_rows(&metric, in->rows, in->columns, sparse ? (void *)ids : in->y,
                         in->variant >= CORNU_METRIC_FOREIGN ? in->x : in->z, out->doubles);
    out->double_count = in->rows;
    cornu_memory_free(ids);
}

static void compute_update(const cornu_kernels *kernels, const input *in, output *out) {
    static const cornu_optimizer_options options[] = {
        {.kind = CORNU_SGD},
        {.kind = CORNU_SGD, .momentum = 0.9},
        {.kind = CORNU_SGD, .momentum = 0.9, .nesterov = true},
        {.kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
        {.kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7, .amsgrad = true},
        {.kind = CORNU_SGD, .weight_decay = 0.3},
        {.kind = CORNU_RMSPROP, .rho = 0.9, .epsilon = 1e-7},
        {.kind = CORNU_RMSPROP, .rho = 0.9, .epsilon = 1e-3, .momentum = 0.9, .centered = true},
        {.kind = CORNU_ADAGRAD, .epsilon = 1e-7},
        {.kind = CORNU_ADADELTA, .rho = 0.95, .epsilon = 1e-7},
        {.kind = CORNU_ADAMAX, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
        {.kind = CORNU_NADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
        {.kind = CORNU_FTRL, .learning_rate_power = -0.5, .l1 = 0.1, .beta = 0.1},
        {.kind = CORNU_FTRL, .learning_rate_power = -0.7, .l2 = 0.1, .l2_shrinkage = 0.1},
        {.kind = CORNU_LION, .beta_1 = 0.9, .beta_2 = 0.99},
    };
    size_t count = in->rows * in->columns, nbytes = count * real_nbytes(in->dtype);
    memcpy(out->reals, in->x, nbytes);
    void *slots[CORNU_MAX_SLOTS];
    for (size_t i = 0; i < CORNU_MAX_SLOTS; i++) {
        slots[i] = real_at(in->dtype, out->reals, (i + 1) * count);
    }
    for (uint64_t step = 1; step < 4; step++) {
        const cornu_optimizer_options *chosen = &options[in->variant];
        cornu_update update = {chosen, 0.01, step * step * step, chosen->weight_decay, 0.5};
        kernels->update(&update, 1, count, out->reals, count, in->y, count, slots);
    }
    out->real_count = (1 + CORNU_MAX_SLOTS) * count;
}

/* Clipping: by a factor, then by size. */
static void compute_gradient(const cornu_kernels *kernels, const input *in, output *out) {
    const size_t count = in->rows * in->columns;
    memcpy(out->reals, in->x, count * real_nbytes(in->dtype));
    if (count == 0) return;
    out->doubles[0] = kernels->sum_of_squares(count, in->x);
    out->double_count = 1;
    kernels->scale(count, 0.7, out->reals);
    kernels->clip(count, 0.5, out->reals);
    out->real_count = count;
}

static void compute_random(const cornu_kernels *kernels, const input *in, output *out) {
    size_t count = in->rows * in->columns, split = count / 3;
    uint64_t first = in->variant % 2 == 0 ? in->seed : UINT64_C(0x123456789a) + in->seed;
    cornu_dropout dropout = {in->variant % 3 == 0   ? 0.3
                             : in->variant % 3 == 1 ? 0.0
                                                    : 1.0,
                             in->seed, 5};
    void *second = real_at(in->dtype, out->reals, split);
    switch (in->variant / 2) {
        case 0:
            kernels->fill_uniform(split, in->seed, 1, first, -0.3, 0.7, out->reals);
            kernels->fill_uniform(count - split, in->seed, 1, first + split, -0.3, 0.7, second);
            break;
        case 1:
            kernels->fill_normal(split, in->seed, 1, first, 0.5, 2.0, out->reals);
            kernels->fill_normal(count - split, in->seed, 1, first + split, 0.5, 2.0, second);
            break;
        case 2:
            kernels->fill_truncated_normal(split, in->seed, 1, first, 0.5, 2.0, out->reals);
            kernels->fill_truncated_normal(count - split, in->seed, 1, first + split, 0.5, 2.0,
                                           second);
            break;
        default:
            kernels->dropout(&dropout, first, in->variant % 2, split, in->x, out->reals);
            kernels->dropout(&dropout, first + (in->variant % 2) * split, in->variant % 2,
                             count - split, real_at(in->dtype, in->x, split), second);
            break;
    }
    out->real_count = count;
    /* In one call. */
    void *whole = new_reals(in->dtype, count + 1);
    switch (in->variant / 2) {
        case 0:
            kernels->fill_uniform(count, in->seed, 1, first, -0.3, 0.7, whole);
            break;
        case 1:
            kernels->fill_normal(count, in->seed, 1, first, 0.5, 2.0, whole);
            break;
        case 2:
            kernels->fill_truncated_normal(count, in->seed, 1, first, 0.5, 2.0, whole);
            break;
        default:
            kernels->dropout(&dropout, first, in->variant % 2, count, in->x, whole);
            break;
    }
    CHECK_SAME_REALS(in->dtype, out->reals, whole, count, "random numbers in two calls");
    cornu_memory_free(whole);
}

static void compute_gather(const cornu_kernels *kernels, const input *in, output *out) {
    cornu_dtype source = (cornu_dtype)(in->variant / 4);
    size_t nbytes = cornu_dtype_nbytes(source), count = in->rows * in->columns;
    /* Any bytes are a value of every type. */
    unsigned char *bytes = new_reals(CORNU_FLOAT64, 3 * count + 2);
    uint64_t state = in->seed + 99;
    for (size_t i = 0; i < 24 * count + 16; i++) {
        bytes[i] = (unsigned char)(next_random(&state) >> 30);
    }
    ptrdiff_t stride = (ptrdiff_t)(in->variant % 4 / 2 == 0 ? nbytes : 2 * nbytes + 1);
    kernels->gather[source][in->variant % 2](count, bytes + 1, stride, out->reals);
    kernels->gather[source][in->variant % 2](count,
                                             bytes + 1 + (count - (count > 0)) * (size_t)stride,
                                             -stride, real_at(in->dtype, out->reals, count));
    out->real_count = 2 * count;
    cornu_memory_free(bytes);
}

/* x as rows x columns times parts of y, read in all orders. */
static void compute_gemm(const cornu_kernels *kernels, const input *in, output *out) {
    static const size_t others[] = {1, 2, 7, 16, 17};
    size_t rows = in->rows, depth = in->columns, columns = others[in->variant % 5];
    void *b = new_reals(in->dtype, depth * columns + 1);
    fill_awkward(in->dtype, b, depth * columns, in->seed, true);
    cornu_gemm product = product_of(rows, columns, depth, in->x, b, out->reals);
    if (in->variant % 2 == 1) product.bias = in->y;
    if (in->variant >= 5) transpose_a(&product);
    if (in->variant >= 10) transpose_b(&product);
    void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
    if (columns <= rows * depth || product.bias == NULL) {
        kernels->gemm(&product, scratch);
        out->real_count = rows * columns;
        CHECK(out->real_count <= 4 * LARGEST + 64);
        product.accumulate = true;
        kernels->gemm(&product, scratch);
    }
    cornu_memory_free(scratch);
    cornu_memory_free(b);
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        for (size_t level = 0; cornu_kernels_level(level, real_dtypes[t]); level++) {
            CHECK_INT(cornu_kernels_level(level, real_dtypes[t])->dtype, real_dtypes[t]);
        }
        CHECK_TEXT(portable(real_dtypes[t])->isa, "portable");
    }
    compare_everywhere("activation", compute_activation, CORNU_ACTIVATION_COUNT + OTHER_COUNT,
                       false);
    compare_everywhere("column_sums", compute_column_sums, 2, false);
    compare_everywhere("loss", compute_loss, LOSS_VARIANTS, false);
    compare_everywhere("metric", compute_metric, 2 * CORNU_METRIC_FOREIGN, false);
    compare_everywhere("update", compute_update, 15, false);
    compare_everywhere("gradient", compute_gradient, 1, false);
    compare_everywhere("random", compute_random, 10, false);
    compare_everywhere("gather", compute_gather, 4 * CORNU_DTYPE_COUNT, false);
    compare_everywhere("gemm", compute_gemm, 15, false);
    return check_report();
}
