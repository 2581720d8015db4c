/* A fit whose gradients are spent as soon as they are there leaves the same as one that keeps them
 * all until the end of each step, bit by bit. */
#include "kernels_fixture.h"
#include "net/optimizer.h"
#include "net/run.h"

enum { ROWS = 33, BATCH = 16, EPOCHS = 2, FEATURES = 40, CLASSES = 8 };
/* Layers of a few numbers, with as many weights in all as are spent at once. */
enum { DEEP_LAYERS = 130, DEEP_SIDE = 8, MOST_LAYERS = DEEP_LAYERS };

/* What stands in a gradient that was not written. */
#define UNTOUCHED 77.0

static double x_values[ROWS * FEATURES], y_values[ROWS];

typedef enum network {
    WITH_DROPOUT,
    WITH_A_LAYER_TWICE,
    FIRST_FROZEN,
    ONE_FROZEN,
    SMALL,
    DEEP,
    NETWORK_COUNT
} network;

static size_t features_of(network kind) {
    return kind == DEEP ? DEEP_SIDE : FEATURES;
}

static size_t batch_of(network kind) {
    return kind == DEEP ? 1 : BATCH;
}

typedef enum way {
    KEEPING,    /* never descends */
    DESCENDING, /* from the first step on */
    AS_IT_COMES /* undisturbed, from the second step on if the machine is fast */
} way;

typedef struct fitted {
    cornu_model *model;
    cornu_optimizer *optimizer;
    size_t count;
    cornu_layer *layers[MOST_LAYERS]; /* references of their own */
    double results[EPOCHS];
    size_t steps, steps_descended; /* as seen by what is left of the gradients */
} fitted;

static cornu_layer *dense(cornu_dtype dtype, size_t units, const char *activation) {
    cornu_activation kind = {.kind = CORNU_LINEAR};
    cornu_layer *layer = NULL;
    CHECK(cornu_activation_find(activation, &kind));
    CHECK_INT(cornu_layer_new_dense("dense", dtype, units, &kind, true, &layer, NULL), CORNU_OK);
    return layer;
}

static void add(fitted *f, cornu_layer *layer) {
    f->layers[f->count++] = layer;
}

static void add_layers(fitted *f, network kind, cornu_dtype dtype) {
    while (kind == DEEP && f->count + 1 < DEEP_LAYERS) add(f, dense(dtype, DEEP_SIDE, "tanh"));
    if (kind == DEEP) {
        add(f, dense(dtype, CLASSES, "softmax"));
        return;
    }
    add(f, dense(dtype, kind == SMALL ? 30 : 300, "relu"));
    if (kind == WITH_DROPOUT) {
        cornu_layer *dropout = NULL;
        CHECK_INT(cornu_layer_new_dropout("dropout", dtype, 0.3, 0, NULL, 5, &dropout, NULL),
                  CORNU_OK);
        add(f, dropout);
    }
    if (kind == WITH_A_LAYER_TWICE) {
        add(f, dense(dtype, 300, "tanh"));
        cornu_layer_retain(f->layers[1]);
        add(f, f->layers[1]);
    } else {
        add(f, dense(dtype, kind == SMALL ? 20 : 260, "tanh"));
    }
    add(f, dense(dtype, CLASSES, "softmax"));
    if (kind == FIRST_FROZEN) cornu_layer_set_trainable(f->layers[0], false);
    if (kind == ONE_FROZEN) cornu_layer_set_trainable(f->layers[1], false);
}

static fitted new_fitted(network kind, cornu_dtype dtype, const cornu_optimizer_options *options) {
    fitted f = {.count = 0};
    const cornu_loss loss = {.kind = CORNU_SPARSE_CATEGORICAL_CROSSENTROPY};
    const cornu_shape input = {1, {features_of(kind)}};
    add_layers(&f, kind, dtype);
    CHECK_INT(cornu_model_new("model", &f.model, NULL), CORNU_OK);
    CHECK_INT(cornu_model_set_layers(f.model, f.count, f.layers, &input, NULL), CORNU_OK);
    for (size_t i = 0; i < f.count; i++) {
        for (size_t s = 0; s < cornu_layer_span_count(f.layers[i]); s++) {
            cornu_span *span = cornu_layer_span(f.layers[i], s);
            if (cornu_span_dtype(span) != dtype) continue;
            CHECK_INT(cornu_random_fill(CORNU_UNIFORM, dtype, cornu_span_count(span), 10 * i + s, 0,
                                        -0.2, 0.2, cornu_span_data(span), CORNU_NO_POLL),
                      CORNU_OK);
        }
    }
    CHECK_INT(cornu_optimizer_new(options, 0.01, &f.optimizer, NULL), CORNU_OK);
    CHECK_INT(cornu_model_compile(f.model, &loss, f.optimizer, 0, NULL, NULL), CORNU_OK);
    return f;
}

static void free_fitted(fitted *f) {
    cornu_optimizer_release(f->optimizer);
    cornu_model_release(f->model);
    for (size_t i = 0; i < f->count; i++) cornu_layer_release(f->layers[i]);
}

/* The last layer's kernel's, of which no part is frozen. */
static void *last_gradient(const cornu_run *run, size_t *count) {
    const cornu_plan *plan = run->plan;
    const cornu_span *span = plan->links[plan->count - 1].layer->spans[0];
    const struct cornu_table_entry *entry =
        &plan->table->entries[cornu_table_find(plan->table, span)];
    *count = cornu_span_count(span);
    return real_at(plan->dtype, run->feed.workspace->gradient, entry->offset);
}

static void step_through(fitted *f, cornu_run *run, way taken) {
    const cornu_dtype dtype = run->plan->dtype;
    cornu_event event = 0;
    size_t epoch = 0;
    while (event != CORNU_EVENT_DONE) {
        size_t count, left = 0;
        void *gradient = last_gradient(run, &count);
        for (size_t i = 0; i < count; i++) real_set(dtype, gradient, i, UNTOUCHED);
        if (taken != AS_IT_COMES) run->feed.is_brief = taken == DESCENDING;
        if (!CHECK_INT(cornu_run_advance(run, &event, NULL), CORNU_OK)) return;
        if (event == CORNU_EVENT_EPOCH_END) CHECK(cornu_run_results(run, &f->results[epoch++]));
        if (event != CORNU_EVENT_BATCH_END) continue;
        for (size_t i = 0; i < count; i++) left += real_get(dtype, gradient, i) == UNTOUCHED;
        f->steps++;
        f->steps_descended += left == count;
    }
}

static void fit(fitted *f, network kind, way taken) {
    const size_t features = features_of(kind), batch = batch_of(kind);
    const cornu_array x = {.data = x_values,
                           .dtype = CORNU_FLOAT64,
                           .rank = 2,
                           .shape = {ROWS, features},
                           .strides = {(ptrdiff_t)(features * sizeof(double)), sizeof(double)}};
    const cornu_array y = {.data = y_values,
                           .dtype = CORNU_FLOAT64,
                           .rank = 1,
                           .shape = {ROWS},
                           .strides = {sizeof(double)}};
    const cornu_run_options options = {.mode = CORNU_RUN_FIT,
                                       .x = &x,
                                       .y = &y,
                                       .batch_size = batch,
                                       .epochs = EPOCHS,
                                       .shuffle = true,
                                       .shuffle_seed = 3,
                                       .listen = CORNU_EVENT_BATCH_END};
    cornu_run *run = NULL;
    CHECK_INT(cornu_run_new(f->model, &options, &run, NULL), CORNU_OK);
    step_through(f, run, taken);
    CHECK_SIZE(f->steps, EPOCHS * ((ROWS + batch - 1) / batch));
    cornu_run_release(run);
}

static void check_same(const fitted *came, const fitted *expected, const char *what) {
    CHECK_BYTES(came->results, expected->results, sizeof came->results);
    CHECK_SIZE(cornu_optimizer_iterations(came->optimizer), came->steps);
    for (size_t i = 0; i < came->count; i++) {
        for (size_t s = 0; s < cornu_layer_span_count(came->layers[i]); s++) {
            const cornu_span *span = cornu_layer_span(came->layers[i], s);
            const cornu_span *other = cornu_layer_span(expected->layers[i], s);
            const cornu_dtype dtype = cornu_span_dtype(span);
            const size_t count = cornu_span_count(span);
            if (!cornu_span_is_trained(span)) {
                CHECK_BYTES(cornu_span_data(span), cornu_span_data(other),
                            count * cornu_dtype_nbytes(dtype));
                continue;
            }
            CHECK_SAME_REALS(dtype, cornu_span_data(span), cornu_span_data(other), count, what);
            for (size_t slot = 0; slot < came->optimizer->slots.count; slot++) {
                const void *has = cornu_slots_at(&came->optimizer->slots, span, slot);
                const void *had = cornu_slots_at(&expected->optimizer->slots, other, slot);
                if (!CHECK(has && had)) continue;
                CHECK_SAME_REALS(dtype, has, had, count, what);
            }
        }
    }
}

/* Plain steps leave a gradient untouched: whether the fit went the way that it was meant to. */
static void check_way(const fitted *f, way taken, bool is_plain, bool may_descend) {
    if (taken == KEEPING || !may_descend) {
        CHECK_SIZE(f->steps_descended, 0);
    } else if (taken == DESCENDING && is_plain) {
        CHECK_SIZE(f->steps_descended, f->steps);
    }
}

static void check_network(network kind, cornu_dtype dtype, const cornu_optimizer_options *options) {
    const bool may_descend = kind != SMALL && kind != WITH_A_LAYER_TWICE && kind != DEEP &&
                             cornu_optimizer_is_direct(options);
    const bool is_plain = cornu_optimizer_is_plain(options);
    fitted expected = new_fitted(kind, dtype, options);
    cornu_set_num_threads(1);
    fit(&expected, kind, KEEPING);
    check_way(&expected, KEEPING, is_plain, may_descend);
    for (size_t threads = 1; threads <= 3; threads += 2) {
        cornu_set_num_threads(threads);
        /* Keeping them on one thread is what the others are compared with. */
        for (way taken = threads == 1 ? DESCENDING : KEEPING; taken <= AS_IT_COMES; taken++) {
            fitted f = new_fitted(kind, dtype, options);
            fit(&f, kind, taken);
            char what[100];
            snprintf(what, sizeof what, "network %d, optimizer %d (%g), way %d, %zu threads",
                     (int)kind, (int)options->kind, options->momentum, (int)taken, threads);
            check_way(&f, taken, is_plain, may_descend);
            check_same(&f, &expected, what);
            free_fitted(&f);
        }
    }
    free_fitted(&expected);
}

int main(void) {
    static const cornu_optimizer_options optimizers[] = {
        {.kind = CORNU_SGD},
        {.kind = CORNU_SGD, .momentum = 0.9},
        {.kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7},
        {.kind = CORNU_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7, .amsgrad = true},
        {.kind = CORNU_SGD, .weight_decay = 0.1},
        {.kind = CORNU_SGD, .clipnorm = 0.01},
        {.kind = CORNU_SGD, .momentum = 0.5, .global_clipnorm = 0.01},
        {.kind = CORNU_SGD, .clipvalue = 0.001},
        {.kind = CORNU_RMSPROP, .rho = 0.9, .momentum = 0.5, .epsilon = 1e-3, .centered = true},
    };
    uint64_t state = 1;
    fill_between(CORNU_FLOAT64, x_values, ROWS * FEATURES, 1, -1, 1);
    for (size_t i = 0; i < ROWS; i++) y_values[i] = (double)(next_random(&state) % CLASSES);
    const size_t dtype_count = check_skips_under_qemu("float64") ? 1 : 2;
    for (size_t t = 0; t < dtype_count; t++) {
        for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
            for (network kind = WITH_DROPOUT; kind < NETWORK_COUNT; kind++)
                check_network(kind, real_dtypes[t], &optimizers[i]);
        }
    }
    return check_report();
}
