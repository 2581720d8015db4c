#include "ext/optimizer_type.h"

#include <stdint.h>

#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/foreign_step.h"
#include "ext/module.h"
#include "ext/optimizer_methods.h"

static const char *const kind_names[CORNU_OPTIMIZER_COUNT] = {
    [CORNU_SGD] = "sgd",
    [CORNU_ADAM] = "adam",
    [CORNU_RMSPROP] = "rmsprop",
    [CORNU_ADAGRAD] = "adagrad",
    [CORNU_ADADELTA] = "adadelta",
    [CORNU_ADAMAX] = "adamax",
    [CORNU_NADAM] = "nadam",
    [CORNU_FTRL] = "ftrl",
    [CORNU_LION] = "lion",
    [CORNU_LAMB] = "lamb",
    [CORNU_ADAFACTOR] = "adafactor",
    [CORNU_MUON] = "muon",
    [CORNU_SCHEDULE_FREE_ADAM] = "schedule_free_adam",
    [CORNU_FOREIGN_OPTIMIZER] = "own",
    [CORNU_MULTI_OPTIMIZER] = "multi",
};

static cornu_optimizer *optimizer_of(PyObject *self) {
    return ((cornu_optimizer_object *)self)->optimizer;
}

static void optimizer_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    cornu_optimizer_release(optimizer_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *optimizer_new(PyTypeObject *type, PyObject *values, PyObject *keywords) {
    const char *kind_name;
    size_t kind;
    double learning_rate;
    PyObject *step = NULL;
    cornu_optimizer_options options = {.beta_1 = 0.9,
                                       .beta_2 = 0.999,
                                       .epsilon = 1e-7,
                                       .rho = 0.9,
                                       .beta_2_decay = -0.8,
                                       .epsilon_1 = 1e-30,
                                       .epsilon_2 = 1e-3,
                                       .clip_threshold = 1.0,
                                       .adam_lr_ratio = 1.0};
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"kind", cornu_convert_text, &kind_name},
        {"learning_rate", cornu_convert_double, &learning_rate},
        {"$momentum", cornu_convert_double, &options.momentum},
        {"$nesterov", cornu_convert_bool, &options.nesterov},
        {"$beta_1", cornu_convert_double, &options.beta_1},
        {"$beta_2", cornu_convert_double, &options.beta_2},
        {"$epsilon", cornu_convert_double, &options.epsilon},
        {"$amsgrad", cornu_convert_bool, &options.amsgrad},
        {"$rho", cornu_convert_double, &options.rho},
        {"$centered", cornu_convert_bool, &options.centered},
        {"$initial_accumulator_value", cornu_convert_double, &options.initial_accumulator_value},
        {"$learning_rate_power", cornu_convert_double, &options.learning_rate_power},
        {"$l1_regularization_strength", cornu_convert_double, &options.l1},
        {"$l2_regularization_strength", cornu_convert_double, &options.l2},
        {"$l2_shrinkage_regularization_strength", cornu_convert_double, &options.l2_shrinkage},
        {"$beta", cornu_convert_double, &options.beta},
        {"$step", cornu_convert_object, &step},
        {"$beta_2_decay", cornu_convert_double, &options.beta_2_decay},
        {"$epsilon_1", cornu_convert_double, &options.epsilon_1},
        {"$epsilon_2", cornu_convert_double, &options.epsilon_2},
        {"$clip_threshold", cornu_convert_double, &options.clip_threshold},
        {"$muon_a", cornu_convert_double, &options.muon_a},
        {"$muon_b", cornu_convert_double, &options.muon_b},
        {"$muon_c", cornu_convert_double, &options.muon_c},
        {"$ns_steps", cornu_convert_uint64, &options.muon_steps},
        {"$rms_rate", cornu_convert_double, &options.muon_rms_rate},
        {"$adam_lr_ratio", cornu_convert_double, &options.adam_lr_ratio},
        {"$adam_weight_decay", cornu_convert_double, &options.adam_weight_decay},
        {"$warmup_steps", cornu_convert_double, &options.warmup_steps},
        {"$decay", cornu_convert_double, &options.decay},
        {"$weight_decay", cornu_convert_double, &options.weight_decay},
        {"$clipnorm", cornu_convert_double, &options.clipnorm},
        {"$clipvalue", cornu_convert_double, &options.clipvalue},
        {"$global_clipnorm", cornu_convert_double, &options.global_clipnorm},
        {"$use_ema", cornu_convert_bool, &options.use_ema},
        {"$ema_momentum", cornu_convert_double, &options.ema_momentum},
        {"$ema_overwrite_frequency", cornu_convert_uint64, &options.ema_overwrite_frequency},
        {"$gradient_accumulation_steps", cornu_convert_uint64,
         &options.gradient_accumulation_steps},
        {"$loss_scale_factor", cornu_convert_double, &options.loss_scale_factor},
    };
    if (!cornu_arguments_parse("Optimizer", sizeof arguments / sizeof *arguments, arguments,
                               PyTuple_GET_SIZE(values), PySequence_Fast_ITEMS(values), keywords) ||
        !cornu_choice_find(kind_name, "kind", CORNU_OPTIMIZER_COUNT, kind_names, &kind)) {
        return NULL;
    }
    options.kind = (cornu_optimizer_kind)kind;
    if (step != NULL) options.foreign = cornu_foreign_step_of(step);
    cornu_optimizer_object *self = (cornu_optimizer_object *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    cornu_status status = cornu_optimizer_new(&options, learning_rate, &self->optimizer, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyObject *optimizer_learning_rate(PyObject *self, void *Py_UNUSED(closure)) {
    return PyFloat_FromDouble(cornu_optimizer_learning_rate(optimizer_of(self)));
}

static int optimizer_set_learning_rate(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    double learning_rate;
    cornu_error error = CORNU_NO_ERROR;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "`learning_rate` can't be deleted");
        return -1;
    }
    if (!cornu_convert_double(value, "learning_rate", &learning_rate)) return -1;
    cornu_status status =
        cornu_optimizer_set_learning_rate(optimizer_of(self), learning_rate, &error);
    if (status != CORNU_OK) cornu_error_raise(status, &error);
    return status == CORNU_OK ? 0 : -1;
}

static PyObject *optimizer_iterations(PyObject *self, void *Py_UNUSED(closure)) {
    return PyLong_FromUnsignedLongLong(cornu_optimizer_iterations(optimizer_of(self)));
}

static int optimizer_set_iterations(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    uint64_t iterations;
    cornu_error error = CORNU_NO_ERROR;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "`iterations` can't be deleted");
        return -1;
    }
    if (!cornu_convert_uint64(value, "iterations", &iterations)) return -1;
    cornu_status status = cornu_optimizer_set_iterations(optimizer_of(self), iterations, &error);
    if (status != CORNU_OK) cornu_error_raise(status, &error);
    return status == CORNU_OK ? 0 : -1;
}

/* The numbers of a schedule, to be freed with PyMem_Free; NULL with an exception. */
static double *schedule_numbers(PyObject *value, size_t *count) {
    PyObject *items = cornu_items_tuple(value, "numbers", "a list of numbers", PY_SSIZE_T_MAX);
    if (items == NULL) return NULL;
    *count = (size_t)PyTuple_GET_SIZE(items);
    double *numbers = PyMem_Calloc(*count + 1, sizeof *numbers);
    if (numbers == NULL) PyErr_NoMemory();
    for (size_t i = 0; numbers != NULL && i < *count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, (Py_ssize_t)i);
        if (cornu_convert_double(item, "numbers", &numbers[i])) continue;
        PyMem_Free(numbers);
        numbers = NULL;
    }
    Py_DECREF(items);
    return numbers;
}

static const char *const schedule_names[CORNU_SCHEDULE_COUNT] = {
    [CORNU_EXPONENTIAL_DECAY] = "ExponentialDecay",
    [CORNU_INVERSE_TIME_DECAY] = "InverseTimeDecay",
    [CORNU_POLYNOMIAL_DECAY] = "PolynomialDecay",
    [CORNU_COSINE_DECAY] = "CosineDecay",
    [CORNU_COSINE_DECAY_RESTARTS] = "CosineDecayRestarts",
    [CORNU_PIECEWISE_CONSTANT_DECAY] = "PiecewiseConstantDecay",
};

static PyObject *optimizer_set_schedule(PyObject *self, PyObject *const *values,
                                        Py_ssize_t value_count) {
    const char *kind_name;
    PyObject *given;
    size_t kind, count;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"kind", cornu_convert_text, &kind_name},
        {"numbers", cornu_convert_object, &given},
    };
    if (!cornu_arguments_parse("set_schedule", 2, arguments, value_count, values, NULL) ||
        !cornu_choice_find(kind_name, "kind", CORNU_SCHEDULE_COUNT, schedule_names, &kind)) {
        return NULL;
    }
    double *numbers = schedule_numbers(given, &count);
    if (numbers == NULL) return NULL;
    cornu_status status = cornu_optimizer_set_schedule(
        optimizer_of(self), (cornu_schedule_kind)kind, count, numbers, &error);
    PyMem_Free(numbers);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    return Py_NewRef(Py_None);
}

static PyObject *optimizer_schedule_rate(PyObject *Py_UNUSED(type), PyObject *const *values,
                                         Py_ssize_t value_count) {
    const char *kind_name;
    PyObject *given;
    size_t kind, count;
    double step, rate;
    const cornu_argument arguments[] = {
        {"kind", cornu_convert_text, &kind_name},
        {"numbers", cornu_convert_object, &given},
        {"step", cornu_convert_double, &step},
    };
    if (!cornu_arguments_parse("schedule_rate", 3, arguments, value_count, values, NULL) ||
        !cornu_choice_find(kind_name, "kind", CORNU_SCHEDULE_COUNT, schedule_names, &kind)) {
        return NULL;
    }
    double *numbers = schedule_numbers(given, &count);
    if (numbers == NULL) return NULL;
    cornu_status status =
        cornu_schedule_rate((cornu_schedule_kind)kind, count, numbers, step, &rate);
    PyMem_Free(numbers);
    if (status == CORNU_OK) return PyFloat_FromDouble(rate);
    return PyErr_Format(PyExc_ValueError, "A %s has another count of numbers. Received: %zu",
                        schedule_names[kind], count);
}

static PyMethodDef optimizer_methods[] = {
    {"build", cornu_optimizer_object_build, METH_O,
     "build($self, views, /)\n--\n\nMake room for what is kept of these weights."},
    {"read", (PyCFunction)(void (*)(void))cornu_optimizer_object_read, METH_FASTCALL,
     "read($self, view, index, /)\n--\n\nA copy of vector `index` of a weight."},
    {"write", (PyCFunction)(void (*)(void))cornu_optimizer_object_write, METH_FASTCALL,
     "write($self, view, index, values, /)\n--\n\nSet vector `index` of a weight."},
    {"product", (PyCFunction)(void (*)(void))cornu_optimizer_object_product, METH_FASTCALL,
     "product($self, product=..., /)\n--\n\nNadam's product of its shares, after it was set."},
    {"apply", (PyCFunction)(void (*)(void))cornu_optimizer_object_apply, METH_FASTCALL,
     "apply($self, views, gradients, undecayed, adam, /)\n--\n\nTake a step of these weights; some "
     "are not decayed, some Muon leaves to Adam."},
    {"divide", (PyCFunction)(void (*)(void))cornu_optimizer_object_divide, METH_FASTCALL,
     "divide($self, parts, views, owners, /)\n--\n\n"
     "Let other optimizers move these weights: view i that of number owners[i]."},
    {"set_schedule", (PyCFunction)(void (*)(void))optimizer_set_schedule, METH_FASTCALL,
     "set_schedule($self, kind, numbers, /)\n--\n\n"
     "Follow a schedule of Keras's from the next step on; without numbers, ask at each step."},
    {"schedule_rate", (PyCFunction)(void (*)(void))optimizer_schedule_rate,
     METH_FASTCALL | METH_STATIC,
     "schedule_rate(kind, numbers, step, /)\n--\n\n"
     "The learning rate of a step, counted from 0."},
    {0},
};

static PyGetSetDef optimizer_attributes[] = {
    {"learning_rate", optimizer_learning_rate, optimizer_set_learning_rate,
     "Read anew at each step; may be set while a fit runs.", NULL},
    {"iterations", optimizer_iterations, optimizer_set_iterations, "Steps taken.", NULL},
    {0},
};

static PyType_Slot optimizer_slots[] = {
    {Py_tp_doc, (void *)"Optimizer(kind, learning_rate, *, momentum=0.0, nesterov=False, "
                        "beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False, rho=0.9, "
                        "centered=False, "
                        "initial_accumulator_value=0.0, learning_rate_power=0.0, "
                        "l1_regularization_strength=0.0, l2_regularization_strength=0.0, "
                        "l2_shrinkage_regularization_strength=0.0, beta=0.0, "
                        "step=None, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=0.001, "
                        "clip_threshold=1.0, muon_a=0.0, muon_b=0.0, muon_c=0.0, ns_steps=0, "
                        "rms_rate=0.0, adam_lr_ratio=1.0, adam_weight_decay=0.0, "
                        "warmup_steps=0.0, decay=0.0, "
                        "weight_decay=0.0, clipnorm=0.0, "
                        "clipvalue=0.0, global_clipnorm=0.0, use_ema=False, ema_momentum=0.0, "
                        "ema_overwrite_frequency=0, gradient_accumulation_steps=0, "
                        "loss_scale_factor=0.0)\n--\n\n"
                        "An optimizer's options, learning rate, step count and state."},
    {Py_tp_new, (void *)optimizer_new},
    {Py_tp_dealloc, (void *)optimizer_dealloc},
    {Py_tp_getset, optimizer_attributes},
    {Py_tp_methods, optimizer_methods},
    {0, NULL},
};

PyType_Spec cornu_optimizer_spec = {
    .name = "cornu._core.Optimizer",
    .basicsize = sizeof(cornu_optimizer_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = optimizer_slots,
};
