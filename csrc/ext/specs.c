#include "ext/specs.h"

#include <stddef.h>

#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/foreign_objective.h"

static const char *const loss_names[CORNU_LOSS_COUNT] = {
    [CORNU_MEAN_SQUARED_ERROR] = "mean_squared_error",
    [CORNU_MEAN_ABSOLUTE_ERROR] = "mean_absolute_error",
    [CORNU_BINARY_CROSSENTROPY] = "binary_crossentropy",
    [CORNU_CATEGORICAL_CROSSENTROPY] = "categorical_crossentropy",
    [CORNU_SPARSE_CATEGORICAL_CROSSENTROPY] = "sparse_categorical_crossentropy",
    [CORNU_MEAN_ABSOLUTE_PERCENTAGE_ERROR] = "mean_absolute_percentage_error",
    [CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR] = "mean_squared_logarithmic_error",
    [CORNU_HUBER] = "huber",
    [CORNU_LOG_COSH] = "log_cosh",
    [CORNU_POISSON] = "poisson",
    [CORNU_HINGE] = "hinge",
    [CORNU_SQUARED_HINGE] = "squared_hinge",
    [CORNU_CATEGORICAL_HINGE] = "categorical_hinge",
    [CORNU_KL_DIVERGENCE] = "kl_divergence",
    [CORNU_COSINE_SIMILARITY] = "cosine_similarity",
    [CORNU_BINARY_FOCAL_CROSSENTROPY] = "binary_focal_crossentropy",
    [CORNU_CATEGORICAL_FOCAL_CROSSENTROPY] = "categorical_focal_crossentropy",
    [CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY] = "categorical_generalized_cross_entropy",
    [CORNU_QUANTILE_LOSS] = "quantile_loss",
    [CORNU_DICE] = "dice",
    [CORNU_TVERSKY] = "tversky",
    [CORNU_CIRCLE] = "circle",
    [CORNU_FOREIGN_LOSS] = "foreign",
};

static const char *const reduction_names[CORNU_REDUCTION_COUNT] = {
    [CORNU_SUM_OVER_BATCH_SIZE] = "sum_over_batch_size",
    [CORNU_SUM] = "sum",
    [CORNU_MEAN_WITH_SAMPLE_WEIGHT] = "mean_with_sample_weight",
};

static const char *const extent_names[CORNU_EXTENT_COUNT] = {
    [CORNU_OVER_ROW] = "row",
    [CORNU_OVER_SAMPLE] = "sample",
    [CORNU_OVER_BATCH] = "batch",
};

static const char *const metric_names[CORNU_METRIC_COUNT] = {
    [CORNU_METRIC_LOSS] = "loss",
    [CORNU_METRIC_ACCURACY] = "accuracy",
    [CORNU_METRIC_BINARY_ACCURACY] = "binary_accuracy",
    [CORNU_METRIC_CATEGORICAL_ACCURACY] = "categorical_accuracy",
    [CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY] = "sparse_categorical_accuracy",
    [CORNU_METRIC_TOP_K_CATEGORICAL_ACCURACY] = "top_k_categorical_accuracy",
    [CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY] = "sparse_top_k_categorical_accuracy",
    [CORNU_METRIC_COSINE_SIMILARITY] = "cosine_similarity",
    [CORNU_METRIC_ROOT_MEAN_SQUARED_ERROR] = "root_mean_squared_error",
    [CORNU_METRIC_COUNTS] = "counts",
    [CORNU_METRIC_SQUARES] = "squares",
    [CORNU_METRIC_COVERED] = "covered",
    [CORNU_METRIC_CONFUSION] = "confusion",
    [CORNU_METRIC_CATEGORICAL_CONFUSION] = "categorical_confusion",
    [CORNU_METRIC_SPARSE_CATEGORICAL_CONFUSION] = "sparse_categorical_confusion",
    [CORNU_METRIC_BINARY_CONFUSION] = "binary_confusion",
    [CORNU_METRIC_PEARSON_CORRELATION] = "pearson_correlation",
    [CORNU_METRIC_CONCORDANCE_CORRELATION] = "concordance_correlation",
    [CORNU_METRIC_FOREIGN] = "foreign",
};

/* How many of the struct's parameters a kind has (cornu.h lists them). */
static Py_ssize_t parameter_count(cornu_activation_kind kind) {
    switch ((int)kind) {
        case CORNU_RELU:
            return 3;
        case CORNU_THRESHOLD:
            return 2;
        case CORNU_LEAKY_RELU:
        case CORNU_ELU:
        case CORNU_CELU:
        case CORNU_SOFT_SHRINK:
        case CORNU_HARD_SHRINK:
        case CORNU_SQUAREPLUS:
            return 1;
        default:
            return 0;
    }
}

static bool check_tuple(PyObject *value, const char *name, const char *expected, Py_ssize_t count) {
    if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != count) {
        return cornu_argument_refuse(PyExc_TypeError, name, expected, value);
    }
    return true;
}

bool cornu_convert_activation(PyObject *value, const char *name, void *output) {
    const char *kind_name;
    cornu_activation activation;
    if (!check_tuple(value, name, "a tuple (name, parameters)", 2) ||
        !cornu_convert_text(PyTuple_GET_ITEM(value, 0), name, &kind_name)) {
        return false;
    }
    if (!cornu_activation_find(kind_name, &activation)) {
        return cornu_argument_refuse(PyExc_ValueError, name, "the name of an activation of Keras",
                                     PyTuple_GET_ITEM(value, 0));
    }
    PyObject *parameters = PyTuple_GET_ITEM(value, 1);
    if (!PyTuple_Check(parameters)) {
        return cornu_argument_refuse(PyExc_TypeError, name, "a tuple (name, parameters)", value);
    }
    Py_ssize_t given_count = PyTuple_GET_SIZE(parameters), count = parameter_count(activation.kind);
    if (given_count > count) {
        PyErr_Format(PyExc_ValueError, "The activation %s has %zd parameters. Received: %.200R",
                     cornu_activation_name(activation.kind), count, parameters);
        return false;
    }
    for (Py_ssize_t i = 0; i < given_count; i++) {
        if (!cornu_convert_double(PyTuple_GET_ITEM(parameters, i), name,
                                  &activation.parameters[i])) {
            return false;
        }
    }
    *(cornu_activation *)output = activation;
    return true;
}

/* Output: cornu_foreign, from what Python calls. */
static bool convert_foreign(PyObject *value, const char *name, cornu_foreign *foreign) {
    if (!PyCallable_Check(value)) {
        return cornu_argument_refuse(PyExc_TypeError, name, "with something that can be called",
                                     value);
    }
    *foreign = cornu_foreign_of(value);
    return true;
}

/* A vector of float64, which stays where it is, in an array that the tuple holds. */
static bool convert_vector(PyObject *value, const char *name, const double **numbers,
                           size_t *count) {
    PyArrayObject *array;
    if (!cornu_convert_ndarray(value, name, &array)) return false;
    if (PyArray_TYPE(array) != NPY_FLOAT64 || !PyArray_ISCARRAY_RO(array) ||
        PyArray_NDIM(array) != 1) {
        return cornu_argument_refuse(PyExc_ValueError, name, "a contiguous vector of float64",
                                     value);
    }
    *numbers = PyArray_DATA(array);
    *count = (size_t)PyArray_DIM(array, 0);
    return true;
}

/* The items from the fifth on, which only some losses need. */
static bool convert_parameters(PyObject *value, cornu_loss *loss) {
    const char *extent_name;
    size_t extent;
    if (loss->kind == CORNU_FOREIGN_LOSS) {
        PyObject *object = PyTuple_GET_SIZE(value) == 5 ? PyTuple_GET_ITEM(value, 4) : Py_None;
        return convert_foreign(object, "loss", &loss->foreign);
    }
    if (PyTuple_GET_SIZE(value) >= 5 &&
        !cornu_convert_double(PyTuple_GET_ITEM(value, 4), "parameter", &loss->parameter)) {
        return false;
    }
    if (PyTuple_GET_SIZE(value) < 7) return true;
    if (!convert_vector(PyTuple_GET_ITEM(value, 5), "values", &loss->values, &loss->value_count) ||
        !cornu_convert_text(PyTuple_GET_ITEM(value, 6), "extent", &extent_name) ||
        !cornu_choice_find(extent_name, "extent", CORNU_EXTENT_COUNT, extent_names, &extent)) {
        return false;
    }
    loss->extent = (cornu_extent)extent;
    return true;
}

static bool check_loss_tuple(PyObject *value, const char *name) {
    if (PyTuple_Check(value) && (PyTuple_GET_SIZE(value) == 5 || PyTuple_GET_SIZE(value) == 7)) {
        return true;
    }
    return check_tuple(value, name, "a tuple (name, from_logits, label_smoothing, reduction)", 4);
}

bool cornu_convert_loss(PyObject *value, const char *name, void *output) {
    const char *kind_name, *reduction_name;
    size_t kind, reduction;
    cornu_loss loss = {0};
    if (!check_loss_tuple(value, name) ||
        !cornu_convert_text(PyTuple_GET_ITEM(value, 0), name, &kind_name) ||
        !cornu_choice_find(kind_name, name, CORNU_LOSS_COUNT, loss_names, &kind) ||
        !cornu_convert_bool(PyTuple_GET_ITEM(value, 1), "from_logits", &loss.from_logits) ||
        !cornu_convert_double(PyTuple_GET_ITEM(value, 2), "label_smoothing",
                              &loss.label_smoothing) ||
        !cornu_convert_text(PyTuple_GET_ITEM(value, 3), "reduction", &reduction_name) ||
        !cornu_choice_find(reduction_name, "reduction", CORNU_REDUCTION_COUNT, reduction_names,
                           &reduction)) {
        return false;
    }
    loss.kind = (cornu_loss_kind)kind;
    if (!convert_parameters(value, &loss)) return false;
    /* Written so that NaN is refused too. */
    if (!(loss.label_smoothing >= 0.0 && loss.label_smoothing <= 1.0)) {
        return cornu_argument_refuse(PyExc_ValueError, "label_smoothing", "a number from 0 to 1",
                                     PyTuple_GET_ITEM(value, 2));
    }
    loss.reduction = (cornu_reduction)reduction;
    *(cornu_loss *)output = loss;
    return true;
}

/* The four last items of a metric that keeps sums. */
static bool convert_counts(PyObject *value, cornu_counts *counts) {
    static const struct {
        const char *name;
        size_t place;
    } flags[] = {
        {"even", offsetof(cornu_counts, even)},
        {"widened", offsetof(cornu_counts, widened)},
        {"from_logits", offsetof(cornu_counts, from_logits)},
        {"soft", offsetof(cornu_counts, soft)},
        {"by_maximum", offsetof(cornu_counts, by_maximum)},
    };
    PyObject *given = PyTuple_GET_ITEM(value, 5), *class_id = PyTuple_GET_ITEM(value, 7);
    if (!convert_vector(PyTuple_GET_ITEM(value, 4), "thresholds", &counts->thresholds,
                        &counts->threshold_count) ||
        !check_tuple(given, "flags", "a tuple (even, widened, from_logits, soft, by_maximum)", 5) ||
        !cornu_convert_size(PyTuple_GET_ITEM(value, 6), "columns", &counts->columns)) {
        return false;
    }
    for (Py_ssize_t i = 0; i < 5; i++) {
        bool *flag = (bool *)((char *)counts + flags[i].place);
        if (!cornu_convert_bool(PyTuple_GET_ITEM(given, i), flags[i].name, flag)) return false;
    }
    return class_id == Py_None || cornu_convert_size(class_id, "class_id", &counts->class_id);
}

static bool check_metric_tuple(PyObject *value, const char *name) {
    if (PyTuple_Check(value) && PyTuple_GET_SIZE(value) == 8) {
        return true;
    }
    return check_tuple(value, name, "a tuple (name, loss or None, threshold, k)", 4);
}

bool cornu_convert_metric(PyObject *value, const char *name, void *output) {
    const char *kind_name;
    size_t kind;
    cornu_metric metric = {.counts = {.class_id = CORNU_EVERY_CLASS}};
    if (!check_metric_tuple(value, name) ||
        !cornu_convert_text(PyTuple_GET_ITEM(value, 0), name, &kind_name) ||
        !cornu_choice_find(kind_name, name, CORNU_METRIC_COUNT, metric_names, &kind) ||
        !cornu_convert_double(PyTuple_GET_ITEM(value, 2), "threshold", &metric.threshold) ||
        !cornu_convert_size(PyTuple_GET_ITEM(value, 3), "k", &metric.k)) {
        return false;
    }
    metric.kind = (cornu_metric_kind)kind;
    PyObject *loss = PyTuple_GET_ITEM(value, 1);
    if (metric.kind == CORNU_METRIC_FOREIGN) {
        if (!convert_foreign(loss, "metrics", &metric.foreign)) return false;
    } else if (metric.kind == CORNU_METRIC_LOSS) {
        if (!cornu_convert_loss(loss, "loss", &metric.loss)) {
            return false;
        }
    } else if (loss != Py_None) {
        return cornu_argument_refuse(PyExc_ValueError, "loss",
                                     "None for a metric other than \"loss\"", loss);
    }
    if (cornu_metric_keeps_sums(&metric) != (PyTuple_GET_SIZE(value) == 8)) {
        return cornu_argument_refuse(PyExc_ValueError, name,
                                     "eight items for a metric that keeps sums, else four", value);
    }
    if (cornu_metric_keeps_sums(&metric) && !convert_counts(value, &metric.counts)) {
        return false;
    }
    bool top_k = metric.kind == CORNU_METRIC_TOP_K_CATEGORICAL_ACCURACY ||
                 metric.kind == CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY;
    if (top_k && metric.k == 0) {
        return cornu_argument_refuse(PyExc_ValueError, "k", "a positive integer",
                                     PyTuple_GET_ITEM(value, 3));
    }
    *(cornu_metric *)output = metric;
    return true;
}
