/* Long work asks often enough whether to go on: seen by a made-up clock, which counts how often it
 * is looked at. The file under test is included, with its clock. */
#include "base/clock.h"
#include "gemm_fixture.h"
#include "kernels_fixture.h"

static uint64_t now_ns, tick_ns; /* it goes on by a tick when it is read */

static uint64_t made_up_clock(void) {
    now_ns += tick_ns;
    return now_ns;
}

#define cornu_clock_ns made_up_clock
#include "net/task.c"

#include "net/run.h"
#include "net/shuffle.h"
#include "net/source.h"
#include "net_fixture.h"

/* Elements or rows of which nobody would feel that they take long: a millisecond or so. */
#define AT_ONCE 100000

typedef struct asker {
    size_t asked, stop_at; /* 0: never */
} asker;

static bool ask(void *argument) {
    asker *self = argument;
    return ++self->asked != self->stop_at;
}

/* From now on the poll is asked whenever the clock is looked at. */
static cornu_task new_task(asker *self, cornu_float_environment *environment) {
    *self = (asker){0};
    tick_ns = CORNU_POLL_NS + 1;
    return (cornu_task){.kernels = cornu_kernels_for(CORNU_FLOAT64),
                        .thread_limit = 1,
                        .poll = {ask, self},
                        .environment = environment};
}

/* The clock costs as much as a small layer: it is not read oftener than that either. */
static void test_how_often_the_clock_is_read(cornu_float_environment *environment) {
    static const double works[] = {0.0, 1000.0, 16000.0, 96000.0, 196000.0, 1e9};
    /* Of 1000 polls, after each of which so much was done; the first comes at once. */
    static const size_t times[] = {20, 25, 100, 500, 1000, 1000};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        asker self;
        cornu_task task = new_task(&self, environment);
        for (size_t n = 0; n < 1000; n++)
            CHECK_INT(cornu_task_poll_after(&task, works[i]), CORNU_OK);
        CHECK_SIZE(self.asked, times[i]);
    }
}

/* However often the clock is read, the poll is asked every 20 ms. */
static void test_the_poll_is_asked_when_it_is_time(cornu_float_environment *environment) {
    asker self;
    cornu_task task = new_task(&self, environment);
    tick_ns = 1000000;
    for (size_t n = 0; n < 2000; n++) CHECK_INT(cornu_task_poll_after(&task, 1e9), CORNU_OK);
    /* At first, then at each 20th look after the one that set the time. */
    CHECK_SIZE(self.asked, 100);
}

static void test_once_stopped_nobody_is_asked(cornu_float_environment *environment) {
    asker self;
    cornu_task task = new_task(&self, environment);
    self.stop_at = 3;
    for (size_t n = 0; n < 10; n++) {
        const cornu_status expected = n < 2 ? CORNU_OK : CORNU_INTERRUPTED;
        CHECK_INT(cornu_task_poll_after(&task, 1e9), expected);
    }
    CHECK_SIZE(self.asked, 3);
    CHECK_INT(cornu_task_poll(&task), CORNU_INTERRUPTED);
    task.stopped = false;
    CHECK_INT(cornu_task_poll_after(&task, 1e9), CORNU_OK);
}

static void test_shuffle(cornu_float_environment *environment) {
    enum { ROWS = 8000000 };
    asker self;
    cornu_task task = new_task(&self, environment);
    cornu_order order;
    CHECK_INT(cornu_order_new(ROWS, &order, NULL), CORNU_OK);
    CHECK_INT(cornu_order_shuffle(&order, 1, 7, 2, &task), CORNU_OK);
    CHECK(self.asked >= ROWS / AT_ONCE);
    task = new_task(&self, environment);
    self.stop_at = 20;
    CHECK_INT(cornu_order_shuffle(&order, 1, 7, 2, &task), CORNU_INTERRUPTED);
    CHECK_SIZE(self.asked, 20);
    cornu_order_free(&order);
}

static void test_column_sums(cornu_float_environment *environment) {
    static const size_t widths[] = {1, 3, 64, 1000, 10000};
    enum { COUNT = 4000000 };
    double *x = new_reals(CORNU_FLOAT64, COUNT), *sums = new_reals(CORNU_FLOAT64, 10000);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        const size_t rows = COUNT / widths[i];
        asker self;
        cornu_task task = new_task(&self, environment);
        CHECK_INT(cornu_task_column_sums(&task, rows, widths[i], x, sums, false), CORNU_OK);
        /* A sum is quick; a block of rows is one piece. */
        const size_t piece =
            3 * AT_ONCE > CORNU_SUM_BLOCK * widths[i] ? 3 * AT_ONCE : CORNU_SUM_BLOCK * widths[i];
        CHECK(self.asked + 1 >= COUNT / piece);
    }
    cornu_memory_free(x);
    cornu_memory_free(sums);
}

static void test_gather_and_check(cornu_float_environment *environment) {
    enum { COUNT = 2000000 };
    float *x = new_reals(CORNU_FLOAT32, COUNT);
    double *gathered = new_reals(CORNU_FLOAT64, COUNT);
    const size_t widths[] = {1, 7, 40000};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        const size_t width = widths[i];
        const cornu_array array = {.data = x,
                                   .dtype = CORNU_FLOAT32,
                                   .rank = 2,
                                   .shape = {COUNT / width, width},
                                   .strides = {(ptrdiff_t)(width * sizeof *x), sizeof *x}};
        const cornu_rows rows = {.count = COUNT / width};
        cornu_source source;
        asker self;
        CHECK_INT(cornu_source_init(&source, "x", &array, NULL), CORNU_OK);
        cornu_task task = new_task(&self, environment);
        CHECK_INT(cornu_source_gather(&source, &task, task.kernels, &rows, gathered), CORNU_OK);
        CHECK(self.asked + 1 >= COUNT / AT_ONCE);
        task = new_task(&self, environment);
        CHECK_INT(cornu_source_check(&source, &task, task.kernels, &rows, gathered, NULL),
                  CORNU_OK);
        /* A look at each is quick. */
        CHECK(self.asked + 1 >= COUNT / (3 * AT_ONCE));
    }
    cornu_memory_free(x);
    cornu_memory_free(gathered);
}

static void test_products(cornu_float_environment *environment) {
    static const size_t shapes[][3] = {
        {512, 512, 600}, {300, 3000, 64}, {3, 8192, 2100}, {20000, 3, 600}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t rows = shapes[i][0], columns = shapes[i][1], depth = shapes[i][2];
        double *a = new_reals(CORNU_FLOAT64, rows * depth);
        double *b = new_reals(CORNU_FLOAT64, depth * columns);
        double *c = new_reals(CORNU_FLOAT64, rows * columns);
        asker self;
        cornu_task task = new_task(&self, environment);
        task.scratch = cornu_memory_allocate(task.kernels->scratch_nbytes);
        const cornu_gemm product = product_of(rows, columns, depth, a, b, c);
        CHECK_INT(cornu_task_gemm(&task, &product), CORNU_OK);
        /* Tiles of at most TILE_WORK, or of one block of the depth. */
        CHECK((double)(self.asked + 1) * 1.5 * TILE_WORK >= (double)(rows * columns * depth));
        void *blocks[] = {a, b, c, task.scratch};
        for (size_t n = 0; n < 4; n++) cornu_memory_free(blocks[n]);
    }
}

/* A step on very many rows: their losses, their metrics and the loss's derivative. */
static void test_losses(cornu_float_environment *environment) {
    enum { ROWS = 200000, FEATURES = 3, CLASSES = 6 };
    double *x_values = new_reals(CORNU_FLOAT64, ROWS * FEATURES);
    double *y_values = new_reals(CORNU_FLOAT64, ROWS);
    cornu_layer *layers[] = {dense_layer("out", CLASSES, "softmax")};
    cornu_model *model = model_of(1, layers, FEATURES);
    const cornu_loss loss = {.kind = CORNU_SPARSE_CATEGORICAL_CROSSENTROPY};
    const cornu_metric metric = {.kind = CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY};
    cornu_optimizer *optimizer = sgd(0.1, 0.0);
    CHECK_INT(cornu_model_compile(model, &loss, optimizer, 1, &metric, NULL), CORNU_OK);
    const cornu_array x = matrix(x_values, ROWS, FEATURES), y = matrix(y_values, ROWS, 1);
    const cornu_run_options options = {.mode = CORNU_RUN_TRAIN, .x = &x, .y = &y};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(model, &options, &run, NULL), CORNU_OK);
    asker self;
    run->task = new_task(&self, environment);
    run->task.scratch = run->feed.workspace->scratch;
    const cornu_rows rows = {.count = ROWS};
    cornu_loss_terms terms;
    cornu_step step = {.plan = run->plan,
                       .workspace = run->feed.workspace,
                       .task = &run->task,
                       .rows = ROWS,
                       .terms = &terms};
    CHECK_INT(cornu_feed_gather(run, &run->feed, &rows, &step.x, NULL), CORNU_OK);
    CHECK_INT(cornu_step_forward(&step), CORNU_OK);
    double value = 0.0;
    self.asked = 0;
    CHECK_INT(cornu_step_loss(&step, run->objective, NULL, &value), CORNU_OK);
    CHECK(self.asked + 1 >= ROWS * CLASSES / AT_ONCE);
    self.asked = 0;
    CHECK_INT(cornu_step_loss(&step, run->objective, run->means, &value), CORNU_OK);
    CHECK(self.asked + 1 >= 2 * ROWS * CLASSES / AT_ONCE);
    self.asked = 0;
    CHECK_INT(cornu_step_backward(&step, run->objective), CORNU_OK);
    CHECK(self.asked + 1 >= ROWS * CLASSES / AT_ONCE);
    for (size_t at = 1; at < 20; at += 6) {
        self = (asker){.stop_at = at};
        CHECK_INT(cornu_step_loss(&step, run->objective, run->means, &value), CORNU_INTERRUPTED);
        CHECK_SIZE(self.asked, at);
        run->task.stopped = false;
    }
    cornu_run_release(run);
    cornu_optimizer_release(optimizer);
    cornu_model_release(model);
    cornu_memory_free(x_values);
    cornu_memory_free(y_values);
}

/* Outside a model. */
static void test_single_computations(void) {
    enum { ROWS = 200000, COLUMNS = 6, COUNT = ROWS * COLUMNS };
    const cornu_activation tanh_activation = {.kind = CORNU_TANH};
    const cornu_loss loss = {.kind = CORNU_MEAN_SQUARED_ERROR};
    const cornu_metric metric = {.kind = CORNU_METRIC_ACCURACY};
    double *x = new_reals(CORNU_FLOAT64, COUNT), *y = new_reals(CORNU_FLOAT64, COUNT);
    asker self = {0};
    const cornu_poll poll = {ask, &self};
    /* The one who asks does all of it: others could be quicker. */
    cornu_pool_set_thread_count(1);
    CHECK_INT(cornu_loss_rows(&loss, CORNU_FLOAT64, ROWS, COLUMNS, x, NULL, x, y, poll, NULL),
              CORNU_OK);
    CHECK(self.asked >= COUNT / AT_ONCE);
    self.asked = 0;
    CHECK_INT(cornu_metric_rows(&metric, CORNU_FLOAT64, ROWS, COLUMNS, x, NULL, x, y, poll, NULL),
              CORNU_OK);
    CHECK(self.asked >= COUNT / AT_ONCE);
    self.asked = 0;
    CHECK_INT(cornu_activation_apply(&tanh_activation, CORNU_FLOAT64, ROWS, COLUMNS, x, y, poll),
              CORNU_OK);
    CHECK(self.asked > 0);
    self.asked = 0;
    CHECK_INT(cornu_random_fill(CORNU_NORMAL, CORNU_FLOAT64, COUNT, 1, 2, 0.0, 1.0, x, poll),
              CORNU_OK);
    CHECK(self.asked > 0);
    cornu_pool_set_thread_count(0);
    cornu_memory_free(x);
    cornu_memory_free(y);
}

int main(void) {
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    test_how_often_the_clock_is_read(&environment);
    test_the_poll_is_asked_when_it_is_time(&environment);
    test_once_stopped_nobody_is_asked(&environment);
    test_shuffle(&environment);
    test_column_sums(&environment);
    test_gather_and_check(&environment);
    test_products(&environment);
    test_losses(&environment);
    cornu_float_environment_leave(&environment);
    test_single_computations();
    return check_report();
}
