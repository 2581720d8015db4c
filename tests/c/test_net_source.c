/* Arrays of the caller's: every dtype, byte order, stride and alignment gives the bits of the plain
 * array. */
#include "net/source.h"
#include "net_fixture.h"

#define ROWS 7
#define FEATURES 6

static cornu_model *model;

static void predict(const cornu_array *x, double *output) {
    cornu_run_options options = predict_options(x, 3, output, x->shape[0] * 2);
    cornu_error error = {0};
    if (run_whole(model, &options, NULL, &error) != CORNU_OK) CHECK_TEXT(error.message, "");
}

static void check_same(const cornu_array *x, const double *expected) {
    double output[ROWS * 2];
    memset(output, 0xff, sizeof output);
    predict(x, output);
    CHECK_BYTES(output, expected, sizeof output);
}

static void swap_bytes(unsigned char *element, size_t nbytes) {
    for (size_t i = 0; i < nbytes / 2; i++) {
        unsigned char kept = element[i];
        element[i] = element[nbytes - 1 - i];
        element[nbytes - 1 - i] = kept;
    }
}

/* Small whole numbers stand the same in every type; 0 and 1 in bool. */
static void store(cornu_dtype dtype, int value, unsigned char *element) {
    switch (dtype) {
#define STORE(name, type)                        \
    case name: {                                 \
        type stored = (type)value;               \
        memcpy(element, &stored, sizeof stored); \
        return;                                  \
    }
        STORE(CORNU_BOOL, uint8_t)
        STORE(CORNU_INT8, int8_t)
        STORE(CORNU_UINT8, uint8_t)
        STORE(CORNU_INT16, int16_t)
        STORE(CORNU_UINT16, uint16_t)
        STORE(CORNU_INT32, int32_t)
        STORE(CORNU_UINT32, uint32_t)
        STORE(CORNU_INT64, int64_t)
        STORE(CORNU_UINT64, uint64_t)
        STORE(CORNU_FLOAT32, float)
        STORE(CORNU_FLOAT64, double)
#undef STORE
        default: {
            /* float16: 0, 1, 2 and 3 */
            const uint16_t half[] = {0x0000, 0x3c00, 0x4000, 0x4200};
            memcpy(element, &half[value], sizeof half[value]);
        }
    }
}

static int number_at(cornu_dtype dtype, size_t index) {
    return (int)(index * 5 % 7) % (dtype == CORNU_BOOL ? 2 : 4);
}

/* Each dtype in both byte orders, one byte off its alignment, with gaps, backwards, and column by
 * column. */
static void test_dtype(cornu_dtype dtype) {
    size_t nbytes = cornu_dtype_nbytes(dtype);
    double plain[ROWS * FEATURES], expected[ROWS * 2];
    for (size_t i = 0; i < ROWS * FEATURES; i++) plain[i] = number_at(dtype, i);
    cornu_array x = matrix(plain, ROWS, FEATURES);
    predict(&x, expected);
    for (int swapped = 0; swapped < 2; swapped++) {
        for (int way = 0; way < 4; way++) {
            unsigned char memory[ROWS * FEATURES * 3 * 8 + 1];
            ptrdiff_t unit = (ptrdiff_t)nbytes;
            ptrdiff_t column_stride = way == 1 ? 3 * unit : way == 3 ? ROWS * unit : unit;
            ptrdiff_t row_stride = way == 3 ? unit : column_stride * FEATURES;
            unsigned char *first = memory + 1;
            if (way == 2) {
                first += (ROWS * FEATURES - 1) * nbytes;
                column_stride = -column_stride;
                row_stride = -row_stride;
            }
            for (size_t i = 0; i < ROWS * FEATURES; i++) {
                unsigned char *element = first + (ptrdiff_t)(i / FEATURES) * row_stride +
                                         (ptrdiff_t)(i % FEATURES) * column_stride;
                store(dtype, number_at(dtype, i), element);
                if (swapped) swap_bytes(element, nbytes);
            }
            cornu_array odd = {.data = first,
                               .dtype = dtype,
                               .swapped = swapped,
                               .rank = 2,
                               .shape = {ROWS, FEATURES},
                               .strides = {row_stride, column_stride}};
            check_same(&odd, expected);
        }
    }
}

/* A row of three axes in an order that memory does not have. */
static void test_axes_in_any_order(void) {
    cornu_layer *flatten = NULL;
    CHECK_INT(cornu_layer_new_flatten("flatten", CORNU_FLOAT64, &flatten, NULL), CORNU_OK);
    cornu_model *flat = NULL;
    CHECK_INT(cornu_model_new("flat", &flat, NULL), CORNU_OK);
    cornu_shape input = {3, {2, 3, 4}};
    CHECK_INT(cornu_model_set_layers(flat, 1, &flatten, &input, NULL), CORNU_OK);
    double memory[5 * 24], output[5 * 24];
    for (size_t i = 0; i < 5 * 24; i++) memory[i] = (double)i;
    /* memory is (3, 5, 4, 2) for axes (second, batch, third, first) */
    const ptrdiff_t unit = sizeof(double);
    cornu_array x = {.data = memory,
                     .dtype = CORNU_FLOAT64,
                     .rank = 4,
                     .shape = {5, 2, 3, 4},
                     .strides = {8 * unit, unit, 40 * unit, 2 * unit}};
    cornu_run_options options = predict_options(&x, 2, output, sizeof output / sizeof *output);
    CHECK_INT(run_whole(flat, &options, NULL, NULL), CORNU_OK);
    for (size_t row = 0; row < 5; row++) {
        for (size_t i = 0; i < 24; i++) {
            size_t a = i / 12, b = i / 4 % 3, c = i % 4;
            CHECK_NEAR(output[row * 24 + i], (double)(b * 40 + row * 8 + c * 2 + a), 0.0);
        }
    }
    cornu_model_release(flat);
    cornu_layer_release(flatten);
}

static void test_bad_shapes(void) {
    double values[ROWS * FEATURES] = {0}, output[ROWS * 2];
    cornu_array x = matrix(values, ROWS, FEATURES - 1);
    cornu_run_options options = predict_options(&x, 3, output, ROWS * 2);
    cornu_error error = {0};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "(None, 6)");
    CHECK_CONTAINS(error.message, "(None, 5)");
    CHECK_CONTAINS(error.message, "\"out\"");
    x.rank = CORNU_MAX_RANK + 2;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    x = matrix(values, ROWS, FEATURES);
    options.batch_size = 0;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    CHECK(run == NULL);
}

static void test_targets_that_do_not_fit(void) {
    double values[ROWS * FEATURES] = {0};
    compile_sgd(model, CORNU_MEAN_SQUARED_ERROR, 0.1);
    cornu_array x = matrix(values, ROWS, FEATURES), y = matrix(values, ROWS, 1),
                weight = matrix(values, ROWS, 1);
    cornu_run_options options = {.mode = CORNU_RUN_EVALUATE, .x = &x, .y = &y, .batch_size = 3};
    cornu_error error = {0};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "(None, 2)");
    CHECK_CONTAINS(error.message, "(None, 1)");
    y = matrix(values, ROWS - 1, 2);
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "7 and 6");
    y = matrix(values, ROWS, 2);
    weight = matrix(values, ROWS, 2);
    options.sample_weight = &weight;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    CHECK_CONTAINS(error.message, "sample_weight");
    options.sample_weight = NULL;
    options.y = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    x = matrix(values, 0, FEATURES);
    y = matrix(values, 0, 2);
    options.y = &y;
    CHECK_INT(cornu_run_new(model, &options, &run, &error), CORNU_ERROR_VALUE);
    CHECK(run == NULL);
}

/* Only what lies as the kernels need it is used where it lies: a pointer to a misaligned double is
 * undefined, even where the machine would load it. */
static void test_used_where_it_lies(void) {
    static _Alignas(64) unsigned char memory[(ROWS + 2) * FEATURES * sizeof(double)];
    const ptrdiff_t unit = sizeof(double);
    cornu_array array = matrix((const double *)(void *)memory, ROWS, FEATURES);
    cornu_source source;
    const cornu_rows rows = {.begin = 2, .count = 3};
    for (ptrdiff_t offset = 0; offset <= unit; offset++) {
        array.data = memory + offset;
        const void *there = memory + offset + 2 * FEATURES * unit;
        CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
        CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT64) ==
              (offset % unit == 0 ? there : NULL));
        CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT32) == NULL);
        array.dtype = CORNU_FLOAT32;
        array.strides[0] = FEATURES * 4;
        array.strides[1] = 4;
        there = memory + offset + 2 * FEATURES * 4;
        CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
        CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT32) ==
              (offset % 4 == 0 ? there : NULL));
        array = matrix((const double *)(void *)memory, ROWS, FEATURES);
    }
    /* Rows of one number whose stride is no multiple of it: the second one is misaligned. */
    array = matrix((const double *)(void *)memory, ROWS, 1);
    array.strides[0] = unit + 1;
    const cornu_rows second = {.begin = 1, .count = 1};
    CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
    CHECK(cornu_source_in_place(&source, &second, CORNU_FLOAT64) == NULL);
    CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT64) == NULL);
    /* Another byte order, an order of rows, gaps, and columns backwards. */
    array = matrix((const double *)(void *)memory, ROWS, FEATURES);
    const uint32_t order32[ROWS] = {0, 1, 2, 3, 4, 5, 6};
    const uint64_t order64[ROWS] = {0, 1, 2, 3, 4, 5, 6};
    const cornu_rows ordered[] = {{.order32 = order32, .count = 2},
                                  {.order64 = order64, .count = 2}};
    CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
    CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT64) != NULL);
    for (size_t i = 0; i < 2; i++)
        CHECK(cornu_source_in_place(&source, &ordered[i], CORNU_FLOAT64) == NULL);
    array.swapped = true;
    CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
    CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT64) == NULL);
    array.swapped = false;
    array.strides[0] += unit;
    CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
    CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT64) == NULL);
    array.strides[0] = -FEATURES * unit;
    array.strides[1] = -unit;
    array.data = memory + (ROWS * FEATURES - 1) * unit;
    CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
    CHECK(cornu_source_in_place(&source, &rows, CORNU_FLOAT64) == NULL);
}

int main(void) {
    cornu_layer *layers[] = {dense_layer("out", 2, "tanh")};
    model = model_of(1, layers, FEATURES);
    for (int dtype = 0; dtype < CORNU_DTYPE_COUNT; dtype++) test_dtype((cornu_dtype)dtype);
    test_used_where_it_lies();
    test_axes_in_any_order();
    test_bad_shapes();
    test_targets_that_do_not_fit();
    cornu_model_release(model);
    return check_report();
}
