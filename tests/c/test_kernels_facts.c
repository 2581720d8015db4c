#define _GNU_SOURCE
/* What is known of kernels without running them: names of activations, class ids, and which table
 * is chosen. */
#include <sys/wait.h>
#include <unistd.h>

#include "kernels_fixture.h"

static void check_facts(void) {
    static const struct {
        const char *name;
        cornu_activation_kind kind;
        double parameters[3];
    } names[] = {
        {"relu", CORNU_RELU, {0, INFINITE, 0}},
        {"leaky_relu", CORNU_LEAKY_RELU, {0.2}},
        {"elu", CORNU_ELU, {1}},
        {"celu", CORNU_CELU, {1}},
        {"gelu", CORNU_GELU, {0}},
        {"swish", CORNU_SILU, {0}},
        {"silu", CORNU_SILU, {0}},
        {"hard_swish", CORNU_HARD_SILU, {0}},
        {"squareplus", CORNU_SQUAREPLUS, {4}},
        {"soft_shrink", CORNU_SOFT_SHRINK, {0.5}},
        {"hard_shrink", CORNU_HARD_SHRINK, {0.5}},
        {"log_softmax", CORNU_LOG_SOFTMAX, {0}},
    };
    cornu_activation found;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!CHECK(cornu_activation_find(names[i].name, &found))) continue;
        CHECK_INT(found.kind, names[i].kind);
        for (size_t j = 0; j < 3; j++) CHECK_SAME_F64(found.parameters[j], names[i].parameters[j]);
    }
    found.kind = CORNU_MISH;
    CHECK(!cornu_activation_find("rleu", &found));
    CHECK(!cornu_activation_find("", &found));
    CHECK_INT(found.kind, CORNU_MISH);
    for (int kind = 0; kind < CORNU_ACTIVATION_COUNT; kind++) {
        const char *name = cornu_activation_name((cornu_activation_kind)kind);
        CHECK(cornu_activation_find(name, &found));
        CHECK_INT(found.kind, kind);
        size_t columns = 0;
        CHECK(cornu_activation_columns((cornu_activation_kind)kind, 6, &columns));
        CHECK_SIZE(columns, kind == CORNU_GLU ? 3 : 6);
        CHECK_INT(cornu_activation_is_rowwise((cornu_activation_kind)kind), kind >= CORNU_SOFTMAX);
    }
    size_t columns = 99;
    CHECK(!cornu_activation_columns(CORNU_GLU, 5, &columns));
    CHECK_SIZE(columns, 99);
}

/* y is enough exactly where the derivative can be told from it. */
static void check_needs_input(void) {
    static const struct {
        cornu_activation activation;
        bool needs;
    } cases[] = {
        {{CORNU_RELU, {0, INFINITE, 0}}, false},
        {{CORNU_RELU, {0.1, INFINITE, 0}}, false},
        {{CORNU_RELU, {-0.1, INFINITE, 0}}, true},
        {{CORNU_RELU, {0, 6, 0}}, true},
        {{CORNU_RELU, {0, INFINITE, 1}}, true},
        {{CORNU_LEAKY_RELU, {0.2}}, false},
        {{CORNU_LEAKY_RELU, {0}}, true},
        {{CORNU_ELU, {1}}, false},
        {{CORNU_ELU, {-1}}, true},
        {{CORNU_SIGMOID, {0}}, false},
        {{CORNU_TANH, {0}}, false},
        {{CORNU_SOFTMAX, {0}}, false},
        {{CORNU_LINEAR, {0}}, false},
        {{CORNU_SILU, {0}}, true},
        {{CORNU_GELU, {0}}, true},
        {{CORNU_GLU, {0}}, true},
        {{CORNU_HARD_SHRINK, {0.5}}, false},
        {{CORNU_HARD_SHRINK, {-0.5}}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_INT(cornu_activation_needs_input(&cases[i].activation), cases[i].needs);
    }
}

static void check_labels(void) {
    const double labels[] = {0, 2, -0.0, 1, 3, 0.5};
    int32_t ids[6] = {9, 9, 9, 9, 9, 9};
    CHECK_SIZE(cornu_labels_to_ids(6, labels, 3, ids), 4);
    CHECK_INT(ids[1], 2);
    CHECK_INT(ids[2], 0);
    CHECK_SIZE(cornu_labels_to_ids(6, labels, 4, ids), 5);
    CHECK_SIZE(cornu_labels_to_ids(4, labels, 3, ids), 4);
    CHECK_SIZE(cornu_labels_to_ids(0, NULL, 0, NULL), 0);
    CHECK_SIZE(cornu_labels_to_ids(1, labels, 0, ids), 0);
    const double bad[] = {-1, NOT_A_NUMBER, INFINITE, -INFINITE, 1e300, 2147483648.0, 0.999999999};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_SIZE(cornu_labels_to_ids(1, &bad[i], SIZE_MAX - 1, ids), 0);
    }
    const double last = 2147483647.0;
    CHECK_SIZE(cornu_labels_to_ids(1, &last, SIZE_MAX - 1, ids), 1);
    CHECK_INT(ids[0], INT32_MAX);
    /* Labels that are no classes may be below 0, and nothing else more. */
    for (size_t i = 1; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_SIZE(cornu_labels_to_ids(1, &bad[i], CORNU_ANY_LABEL, ids), 0);
    }
    const double least[] = {-2147483648.0, -1, -2147483649.0};
    CHECK_SIZE(cornu_labels_to_ids(3, least, CORNU_ANY_LABEL, ids), 2);
    CHECK_INT(ids[0], INT32_MIN);
    CHECK_INT(ids[1], -1);
}

/* Labels that are ignored are ids wherever they stand, and whatever they are. */
static void check_ignored_labels(void) {
    const double labels[] = {255, 0, -1, 255, 255, 2, -1, 3}, ignored[] = {-1, 255};
    int32_t ids[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    CHECK_SIZE(cornu_labels_to_ids_but(8, labels, 3, 2, ignored, ids), 7);
    for (size_t i = 0; i < 7; i++) CHECK_INT(ids[i], (int32_t)labels[i]);
    CHECK_INT(ids[7], 9);
    CHECK_SIZE(cornu_labels_to_ids_but(7, labels, 3, 2, ignored, ids), 7);
    CHECK_SIZE(cornu_labels_to_ids_but(8, labels, 3, 1, ignored, ids), 0);
    CHECK_SIZE(cornu_labels_to_ids_but(8, labels, 256, 0, NULL, ids), 2);
}

/* In a process of its own, since the choice is made once. */
static void check_choice(const char *wanted, const char *expected) {
    pid_t child = fork();
    if (child == 0) {
        setenv("CORNU_ISA", wanted, 1);
        bool right = strcmp(cornu_kernels_for(CORNU_FLOAT32)->isa, expected) == 0 &&
                     strcmp(cornu_kernels_for(CORNU_FLOAT64)->isa, expected) == 0;
        setenv("CORNU_ISA", "portable", 1);
        right = right && strcmp(cornu_kernels_for(CORNU_FLOAT32)->isa, expected) == 0;
        _exit(right ? 0 : 1);
    }
    int status = -1;
    CHECK_INT(waitpid(child, &status, 0), child);
    check_that(status == 0, __FILE__, __LINE__, "CORNU_ISA=%s does not give %s", wanted, expected);
}

static void check_select(void) {
    unsetenv("CORNU_ISA");
    const char *best = cornu_kernels_level(0, CORNU_FLOAT32)->isa;
    for (size_t level = 0; cornu_kernels_level(level, CORNU_FLOAT32); level++) {
        const char *isa = cornu_kernels_level(level, CORNU_FLOAT32)->isa;
        CHECK_TEXT(cornu_kernels_level(level, CORNU_FLOAT64)->isa, isa);
        CHECK(cornu_kernels_level(level, CORNU_INT32) == NULL);
        check_choice(isa, isa);
    }
    check_choice("", best);
    check_choice("sse9", best);
    CHECK_TEXT(cornu_kernels_for(CORNU_FLOAT64)->isa, best);
    for (int dtype = 0; dtype < CORNU_FLOAT32; dtype++) {
        CHECK(cornu_kernels_for((cornu_dtype)dtype) == NULL);
    }
}

int main(void) {
    check_select();
    check_facts();
    check_needs_input();
    check_labels();
    check_ignored_labels();
    return check_report();
}
