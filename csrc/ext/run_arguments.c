#include "ext/run_arguments.h"

#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/pin.h"

/* 1e9 s are 30 years; more does not fit the library's nanoseconds. */
#define MAXIMUM_TICK_SECONDS 1e9

#define ALL_EVENTS (2u * CORNU_EVENT_DONE - 1u)

/* The call as it came; arrays are borrowed, NULL where there is none. */
typedef struct run_call {
    PyObject *model, *after, *own;
    cornu_run_mode mode;
    PyArrayObject *x, *y, *sample_weight, *output, *mask;
    PyArrayObject *validation_x, *validation_y, *validation_sample_weight;
    size_t batch_size, epochs, initial_epoch, validation_batch_size, validation_frequency;
    bool shuffle, shuffle_batches;
    uint64_t shuffle_seed;
    bool training, unattended, takes_nonfinite, recorded, undone;
    unsigned listen;
    double tick_seconds;
} run_call;

/* ---- Converters ---- */

/* Output: cornu_run_mode. */
static bool convert_mode(PyObject *value, const char *name, void *output) {
    int64_t mode;
    if (!cornu_convert_int64(value, name, &mode)) return false;
    if (mode < CORNU_RUN_FIT || mode > CORNU_RUN_PREDICT) {
        return cornu_argument_refuse(PyExc_ValueError, name, "one of the run modes", value);
    }
    *(cornu_run_mode *)output = (cornu_run_mode)mode;
    return true;
}

/* Output: the `shuffle` and `shuffle_seed` of a call. */
static bool convert_shuffle_seed(PyObject *value, const char *name, void *output) {
    run_call *call = output;
    uint64_t seed = 0;
    if (value != Py_None && !cornu_convert_uint64(value, name, &seed)) return false;
    call->shuffle = value != Py_None;
    call->shuffle_seed = seed;
    return true;
}

/* Output: the validation arrays of a call. */
static bool convert_validation(PyObject *value, const char *name, void *output) {
    run_call *call = output;
    if (value == Py_None) return true;
    if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 3) {
        return cornu_argument_refuse(PyExc_TypeError, name, "None or a tuple (x, y, sample_weight)",
                                     value);
    }
    PyArrayObject *x, *y, *weight = NULL;
    if (!cornu_convert_ndarray(PyTuple_GET_ITEM(value, 0), "validation x", &x) ||
        !cornu_convert_ndarray(PyTuple_GET_ITEM(value, 1), "validation y", &y) ||
        !cornu_convert_optional_ndarray(PyTuple_GET_ITEM(value, 2), "validation sample_weight",
                                        &weight)) {
        return false;
    }
    call->validation_x = x;
    call->validation_y = y;
    call->validation_sample_weight = weight;
    return true;
}

/* Output: unsigned. */
static bool convert_events(PyObject *value, const char *name, void *output) {
    uint64_t events;
    if (!cornu_convert_uint64(value, name, &events)) return false;
    if (events > ALL_EVENTS) {
        return cornu_argument_refuse(PyExc_ValueError, name, "a sum of events", value);
    }
    *(unsigned *)output = (unsigned)events;
    return true;
}

/* Output: double. */
static bool convert_seconds(PyObject *value, const char *name, void *output) {
    double seconds;
    if (!cornu_convert_double(value, name, &seconds)) return false;
    /* Written so that NaN is refused too. */
    if (!(seconds >= 0.0 && seconds <= MAXIMUM_TICK_SECONDS)) {
        return cornu_argument_refuse(PyExc_ValueError, name, "a number from 0 to 1e9", value);
    }
    *(double *)output = seconds;
    return true;
}

static bool parse_call(PyObject *values, PyObject *keywords, run_call *call) {
    const cornu_argument arguments[] = {
        {"model", cornu_convert_object, &call->model},
        {"mode", convert_mode, &call->mode},
        {"x", cornu_convert_ndarray, &call->x},
        {"|y", cornu_convert_optional_ndarray, &call->y},
        {"|sample_weight", cornu_convert_optional_ndarray, &call->sample_weight},
        {"$batch_size", cornu_convert_positive_size, &call->batch_size},
        {"$epochs", cornu_convert_size, &call->epochs},
        {"$initial_epoch", cornu_convert_size, &call->initial_epoch},
        {"$shuffle_seed", convert_shuffle_seed, call},
        {"$shuffle_batches", cornu_convert_bool, &call->shuffle_batches},
        {"$validation", convert_validation, call},
        {"$validation_batch_size", cornu_convert_positive_size, &call->validation_batch_size},
        {"$validation_frequency", cornu_convert_positive_size, &call->validation_frequency},
        {"$output", cornu_convert_optional_ndarray, &call->output},
        {"$training", cornu_convert_bool, &call->training},
        {"$mask", cornu_convert_optional_ndarray, &call->mask},
        {"$after", cornu_convert_object, &call->after},
        {"$own", cornu_convert_object, &call->own},
        {"$unattended", cornu_convert_bool, &call->unattended},
        {"$takes_nonfinite", cornu_convert_bool, &call->takes_nonfinite},
        {"$recorded", cornu_convert_bool, &call->recorded},
        {"$undone", cornu_convert_bool, &call->undone},
        {"$listen", convert_events, &call->listen},
        {"$tick_seconds", convert_seconds, &call->tick_seconds},
    };
    return cornu_arguments_parse("Run", sizeof arguments / sizeof arguments[0], arguments,
                                 PyTuple_GET_SIZE(values), PySequence_Fast_ITEMS(values), keywords);
}

/* ---- Checks ---- */

static bool check_arrays_of_mode(const run_call *call) {
    const char *problem = NULL;
    if (call->mode == CORNU_RUN_PREDICT) {
        if (call->output == NULL) problem = "PREDICT needs `output`";
        if (call->y != NULL || call->sample_weight != NULL) {
            problem = "PREDICT takes neither `y` nor `sample_weight`";
        }
    } else {
        if (call->y == NULL) problem = "`y` is needed in every mode but PREDICT";
        if (call->output != NULL) problem = "`output` is for PREDICT only";
    }
    if (call->training && call->mode != CORNU_RUN_PREDICT) {
        problem = "`training` is for PREDICT only";
    }
    if (call->takes_nonfinite && call->mode != CORNU_RUN_FIT && call->mode != CORNU_RUN_TRAIN) {
        problem = "`takes_nonfinite` is for FIT and TRAIN only";
    }
    if (call->after != NULL && call->mode != CORNU_RUN_TRAIN && call->mode != CORNU_RUN_TEST) {
        problem = "`after` is for TRAIN and TEST only";
    }
    if (call->mode != CORNU_RUN_FIT && call->validation_x != NULL) {
        problem = "`validation` is for FIT only";
    }
    if (problem != NULL) PyErr_SetString(PyExc_ValueError, problem);
    return problem == NULL;
}

/* The shape a prediction has: rows, then the output's row shape; its rank. */
static int prediction_shape(const cornu_shape *row, size_t rows,
                            npy_intp sizes[CORNU_MAX_RANK + 1]) {
    sizes[0] = (npy_intp)rows;
    for (size_t i = 0; i < row->rank; i++) sizes[i + 1] = (npy_intp)row->sizes[i];
    return (int)row->rank + 1;
}

/* *dtype is the model's, and so the output's. From here on other threads and finalizers may change
 * the model's: the library looks again. */
static bool check_output(PyArrayObject *output, const cornu_model_object *model, size_t rows,
                         cornu_dtype *dtype) {
    npy_intp sizes[CORNU_MAX_RANK + 1];
    const cornu_shape *row = cornu_model_object_output(model);
    if (row == NULL) return false;
    int rank = prediction_shape(row, rows, sizes);
    *dtype = model->dtype;
    bool fits = PyArray_TYPE(output) == cornu_dtype_numpy(*dtype) && PyArray_NDIM(output) == rank &&
                PyArray_CompareLists(PyArray_DIMS(output), sizes, rank);
    if (!fits) {
        PyObject *expected = PyArray_IntTupleFromIntp(rank, sizes);
        PyObject *received = PyArray_IntTupleFromIntp(PyArray_NDIM(output), PyArray_DIMS(output));
        if (expected != NULL && received != NULL) {
            PyErr_Format(PyExc_ValueError,
                         "`output` must have shape %S and dtype %s. Received: shape=%S, dtype=%S",
                         expected, cornu_dtype_name(*dtype), received,
                         (PyObject *)PyArray_DESCR(output));
        }
        Py_XDECREF(expected);
        Py_XDECREF(received);
        return false;
    }
    if (!PyArray_ISCARRAY(output)) {
        PyErr_SetString(PyExc_ValueError,
                        "`output` must be writable, C-contiguous, aligned and in "
                        "this machine's byte order");
        return false;
    }
    return true;
}

/* ---- All together ---- */

/* *place stays NULL where there is no array. */
static bool describe(PyArrayObject *array, const char *name, cornu_array *description,
                     const cornu_array **place) {
    if (array == NULL) return true;
    *place = description;
    return cornu_array_describe(array, name, description);
}

static bool describe_all(const run_call *call, cornu_run_arguments *run) {
    cornu_run_options *options = &run->options;
    return describe(call->x, "x", &run->x, &options->x) &&
           describe(call->y, "y", &run->y, &options->y) &&
           describe(call->sample_weight, "sample_weight", &run->sample_weight,
                    &options->sample_weight) &&
           describe(call->validation_x, "validation x", &run->validation_x,
                    &options->validation_x) &&
           describe(call->validation_y, "validation y", &run->validation_y,
                    &options->validation_y) &&
           describe(call->validation_sample_weight, "validation sample_weight",
                    &run->validation_sample_weight, &options->validation_sample_weight);
}

static PyObject *pin_all(const run_call *call) {
    PyObject *const arrays[] = {
        (PyObject *)call->x,
        (PyObject *)call->y,
        (PyObject *)call->sample_weight,
        (PyObject *)call->output,
        (PyObject *)call->mask,
        (PyObject *)call->validation_x,
        (PyObject *)call->validation_y,
        (PyObject *)call->validation_sample_weight,
    };
    return cornu_pin_arrays(sizeof arrays / sizeof arrays[0], arrays);
}

static bool find_output(const run_call *call, cornu_run_arguments *run) {
    cornu_run_options *options = &run->options;
    if (call->output == NULL) return true;
    if (!check_output(call->output, run->model, run->x.shape[0], &options->output_dtype)) {
        return false;
    }
    options->output = PyArray_DATA(call->output);
    options->output_nbytes = (size_t)PyArray_NBYTES(call->output);
    return true;
}

static bool find_mask(const run_call *call, cornu_run_options *options) {
    if (call->mask == NULL) return true;
    if (PyArray_TYPE(call->mask) != NPY_BOOL || !PyArray_IS_C_CONTIGUOUS(call->mask)) {
        PyErr_SetString(PyExc_ValueError, "`mask` must be a C-contiguous array of bools");
        return false;
    }
    options->mask = PyArray_DATA(call->mask);
    options->mask_nbytes = (size_t)PyArray_NBYTES(call->mask);
    return true;
}

bool cornu_run_arguments_parse(const cornu_module_state *state, PyObject *values,
                               PyObject *keywords, cornu_run_arguments *run) {
    run_call call = {.batch_size = 32,
                     .epochs = 1,
                     .validation_batch_size = 32,
                     .validation_frequency = 1,
                     .tick_seconds = 0.1};
    if (!parse_call(values, keywords, &call)) return false;
    if (!Py_IS_TYPE(call.model, state->model_type)) {
        return cornu_argument_refuse(PyExc_TypeError, "model", "a Model", call.model);
    }
    run->model = (cornu_model_object *)call.model;
    if (call.after == Py_None) call.after = NULL;
    run->after = call.after;
    if (call.own == Py_None) call.own = NULL;
    if (call.own != NULL && !PyCallable_Check(call.own)) {
        return cornu_argument_refuse(PyExc_TypeError, "own", "a function or None", call.own);
    }
    run->own = call.own;
    run->options = (cornu_run_options){
        .mode = call.mode,
        .batch_size = call.batch_size,
        .epochs = call.epochs,
        .initial_epoch = call.initial_epoch,
        .shuffle = call.shuffle,
        .shuffle_seed = call.shuffle_seed,
        .shuffle_batches = call.shuffle_batches,
        .validation_batch_size = call.validation_batch_size,
        .validation_frequency = call.validation_frequency,
        .training = call.training,
        .unattended = call.unattended,
        .takes_nonfinite = call.takes_nonfinite,
        .recorded = call.recorded,
        .undone = call.undone,
        .listen = call.listen,
        .tick_seconds = call.tick_seconds,
    };
    if (!check_arrays_of_mode(&call)) return false;
    run->arrays = pin_all(&call);
    if (run->arrays == NULL) return false;
    if (describe_all(&call, run) && find_output(&call, run) && find_mask(&call, &run->options)) {
        return true;
    }
    Py_CLEAR(run->arrays);
    return false;
}
