/* A product that is spent as it is made leaves weights and slots as the product into a buffer of
 * its own and one step over all of it do, bit by bit: whatever the optimizer, the tiles and the
 * threads. */
#include "gemm_fixture.h"
#include "kernels_fixture.h"
#include "net/task.h"

enum { MOST_THREADS = 3 };

/* Multiply-adds of a product that qemu takes seconds for. */
#define LARGE_PRODUCT 8e6

/* As the gradient of a dense layer's kernel: its inputs x its units, the depth being the batch. */
typedef struct sizes {
    size_t rows, columns, depth, gap; /* gap: between rows of weights and of c */
} sizes;

static const sizes cases[] = {
    {784, 128, 32, 0},  {100, 7, 5, 0},     {300, 260, 40, 0}, {300, 260, 40, 6},
    {1024, 1, 32, 0},   {1024, 1, 600, 0},  {1024, 1, 1, 0},   {1, 1024, 3, 0},
    {3, 700, 1, 0},     {64, 64, 512, 0},   {64, 64, 513, 0},  {65, 64, 16, 0},
    {5, 3, 0, 0},       {100, 70, 0, 0},    {100, 70, 4, 1},   {300, 520, 600, 0},
    {256, 258, 700, 0}, {257, 300, 530, 3}, {2, 9000, 1, 0},   {784, 10, 1, 0},
    {600, 66, 128, 0},  {10, 1000, 64, 0},  {1, 1, 1, 0},      {20, 30, 8, 2},
    {3, 8192, 700, 0},
};

static const cornu_optimizer_options optimizers[] = {
    {.kind = CORNU_SGD},
    {.kind = CORNU_SGD, .momentum = 0.9},
    {.kind = CORNU_SGD, .momentum = 0.9, .nesterov = true},
    {.kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
    {.kind = CORNU_ADAM, .beta_1 = 0.8, .beta_2 = 0.99, .epsilon = 1e-7, .amsgrad = true},
    {.kind = CORNU_SGD, .weight_decay = 0.2},
    {.kind = CORNU_RMSPROP, .rho = 0.9, .epsilon = 0.1, .momentum = 0.9, .centered = true},
    {.kind = CORNU_NADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
    {.kind = CORNU_FTRL, .learning_rate_power = -0.5, .l1 = 0.1},
};

/* Just so much, so that a sanitizer sees one element more. */
static void *new_numbers(cornu_dtype dtype, size_t count, uint64_t seed, double low, double high) {
    void *numbers = malloc(count * real_nbytes(dtype) + (count == 0));
    if (!CHECK(numbers != NULL)) exit(1);
    fill_between(dtype, numbers, count, seed, low, high);
    return numbers;
}

/* What an optimizer moves. */
typedef struct moved {
    void *weights, *slots[CORNU_MAX_SLOTS];
} moved;

static moved new_moved(cornu_dtype dtype, size_t count, const cornu_optimizer_options *options) {
    moved m = {.weights = new_numbers(dtype, count, 3, -1, 1)};
    for (size_t i = 0; i < cornu_optimizer_slot_count(options); i++) {
        /* The second moments are squares. */
        m.slots[i] = new_numbers(dtype, count, 4 + i, i == 0 ? -0.1 : 0.0, 0.1);
    }
    return m;
}

static void free_moved(moved *m) {
    free(m->weights);
    for (size_t i = 0; i < CORNU_MAX_SLOTS; i++) free(m->slots[i]);
}

typedef struct trial {
    cornu_dtype dtype;
    const sizes *s;
    size_t stride, count; /* of weights, with their gaps */
    cornu_gemm product;
    cornu_task task;
    void *gradient; /* as it should be */
} trial;

static cornu_task task_with(const trial *t, size_t threads) {
    cornu_task task = t->task;
    task.thread_limit = threads;
    return task;
}

static void check_step(const trial *t, const cornu_optimizer_options *options, const char *name) {
    const cornu_update update = {options, 0.013, 3, options->weight_decay, 0.5};
    moved expected = new_moved(t->dtype, t->count, options);
    t->task.kernels->update(&update, t->s->rows, t->s->columns, expected.weights, t->stride,
                            t->gradient, t->stride, expected.slots);
    for (size_t threads = 1; threads <= MOST_THREADS; threads++) {
        moved came = new_moved(t->dtype, t->count, options);
        cornu_descent descent = {.update = update, .weights = came.weights};
        memcpy(descent.slots, came.slots, sizeof came.slots);
        cornu_gemm product = t->product;
        product.c = new_numbers(t->dtype, t->count, 9, -1, 1);
        cornu_task task = task_with(t, threads);
        CHECK_INT(cornu_task_gemm_descending(&task, &product, &descent), CORNU_OK);
        cornu_task_close_session(&task);
        char what[120];
        snprintf(what, sizeof what, "%zu x %zu x %zu, gap %zu, %s, %zu threads", t->s->rows,
                 t->s->columns, t->s->depth, t->s->gap, name, threads);
        CHECK_SAME_REALS(t->dtype, came.weights, expected.weights, t->count, what);
        for (size_t i = 0; i < CORNU_MAX_SLOTS; i++) {
            if (!came.slots[i]) continue;
            CHECK_SAME_REALS(t->dtype, came.slots[i], expected.slots[i], t->count, what);
        }
        free(product.c);
        free_moved(&came);
    }
    free_moved(&expected);
}

static void check_case(const sizes *s, cornu_dtype dtype) {
    static const char *const names[] = {"plain", "momentum", "nesterov", "adam", "amsgrad",
                                        "decay", "rmsprop",  "nadam",    "ftrl"};
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    const size_t scratch_stride = (kernels->scratch_nbytes + 63) / 64 * 64;
    unsigned char *scratch = cornu_memory_allocate(MOST_THREADS * scratch_stride);
    void *x = new_numbers(dtype, s->depth * s->rows, 1, -0.5, 0.5);
    void *dz = new_numbers(dtype, s->depth * s->columns, 2, -0.5, 0.5);
    trial t = {.dtype = dtype, .s = s, .stride = s->columns + s->gap};
    t.count = (s->rows - 1) * t.stride + s->columns;
    t.gradient = new_numbers(dtype, t.count, 8, -1, 1);
    t.task = (cornu_task){.kernels = kernels,
                          .scratch = scratch,
                          .scratch_stride = scratch_stride,
                          .wants_session = true};
    t.product = product_of(s->rows, s->columns, s->depth, x, dz, NULL);
    transpose_a(&t.product);
    t.product.c_row_stride = (ptrdiff_t)t.stride;
    cornu_gemm product = t.product;
    product.c = t.gradient;
    cornu_task task = task_with(&t, 1);
    CHECK_INT(cornu_task_gemm(&task, &product), CORNU_OK);
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        check_step(&t, &optimizers[i], names[i]);
    free(t.gradient);
    free(x);
    free(dz);
    cornu_memory_free(scratch);
}

/* The step of a bias, whose gradient is no product. */
static void check_alone(cornu_dtype dtype, size_t count) {
    void *gradient = new_numbers(dtype, count, 8, -1, 1);
    cornu_task task = {.kernels = cornu_kernels_for(dtype), .thread_limit = 1};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        const cornu_update update = {&optimizers[i], 0.013, 3, optimizers[i].weight_decay, 0.5};
        moved expected = new_moved(dtype, count, &optimizers[i]);
        moved came = new_moved(dtype, count, &optimizers[i]);
        task.kernels->update(&update, 1, count, expected.weights, count, gradient, count,
                             expected.slots);
        cornu_descent descent = {.update = update, .weights = came.weights};
        memcpy(descent.slots, came.slots, sizeof came.slots);
        cornu_task_descend(&task, count, gradient, &descent);
        CHECK_SAME_REALS(dtype, came.weights, expected.weights, count, "weights");
        for (size_t slot = 0; slot < cornu_optimizer_slot_count(&optimizers[i]); slot++)
            CHECK_SAME_REALS(dtype, came.slots[slot], expected.slots[slot], count, "a slot");
        free_moved(&came);
        free_moved(&expected);
    }
    free(gradient);
}

int main(void) {
    const bool leaves_large = check_skips_under_qemu("large products");
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const sizes *s = &cases[i];
            const double work = (double)s->rows * (double)s->columns * (double)s->depth;
            if (!leaves_large || work < LARGE_PRODUCT) check_case(s, real_dtypes[t]);
        }
        check_alone(real_dtypes[t], 1);
        check_alone(real_dtypes[t], 131);
    }
    return check_report();
}
