#include "ext/model_type.h"

#include <stdint.h>

#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/layer_type.h"
#include "ext/model_copy.h"
#include "ext/model_hold.h"
#include "ext/module.h"
#include "ext/optimizer_type.h"
#include "ext/predict_few.h"
#include "ext/result_list.h"
#include "ext/shape_tuples.h"
#include "ext/span_list.h"
#include "ext/specs.h"

static cornu_model_object *model_of(PyObject *self) {
    return (cornu_model_object *)self;
}

static PyObject *model_new(PyTypeObject *type, PyObject *values, PyObject *keywords) {
    const char *name;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {{"name", cornu_convert_text, &name}};
    if (!cornu_arguments_parse("Model", 1, arguments, PyTuple_GET_SIZE(values),
                               PySequence_Fast_ITEMS(values), keywords)) {
        return NULL;
    }
    cornu_model_object *self = (cornu_model_object *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    cornu_status status = cornu_model_new(name, &self->model, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void model_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    cornu_model_object *model = model_of(self);
    cornu_model_release(model->model);
    PyMem_Free(model->shapes);
    type->tp_free(self);
    Py_DECREF(type);
}

const cornu_shape *cornu_model_object_output(const cornu_model_object *model) {
    if (model->layer_count == 0) {
        PyErr_SetString(PyExc_RuntimeError, "The model has no layers yet.");
        return NULL;
    }
    return &model->shapes[model->layer_count - 1];
}

/* ---- The chain ---- */

static bool collect_layers(const cornu_module_state *state, PyObject *items, cornu_layer **layers) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i);
        if (!Py_IS_TYPE(item, state->layer_type)) {
            return cornu_argument_refuse(PyExc_TypeError, "layers", "a sequence of Layer", item);
        }
        layers[i] = ((cornu_layer_object *)item)->layer;
    }
    return true;
}

/* With the GIL held from the change to the last copied shape. The library works on nothing here
 * (weights of zero are pages not yet touched) and waits only for a guard that is held for moments
 * by threads that do not need the GIL; and two threads that build one layer take turns by it. Takes
 * over `shapes`, of as many as there are layers, on success. */
static bool replace_chain(cornu_model_object *self, size_t count, cornu_layer *const *layers,
                          const cornu_shape *input, cornu_shape *shapes) {
    cornu_error error = CORNU_NO_ERROR;
    cornu_status status = cornu_model_set_layers(self->model, count, layers, input, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return false;
    }
    for (size_t i = 0; i < count; i++) cornu_model_shape(self->model, i, &shapes[i]);
    self->dtype = cornu_model_dtype(self->model);
    self->layer_count = count;
    self->input = *input;
    PyMem_Free(self->shapes);
    self->shapes = shapes;
    return true;
}

static PyObject *model_set_layers(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    PyObject *sequence, *items = NULL;
    cornu_shape input, *shapes = NULL;
    cornu_layer **layers = NULL;
    bool ok = false;
    const cornu_argument arguments[] = {
        {"layers", cornu_convert_object, &sequence},
        {"input_shape", cornu_convert_shape, &input},
    };
    if (!cornu_arguments_parse("set_layers", 2, arguments, value_count, values, keywords)) {
        return NULL;
    }
    items = cornu_items_tuple(sequence, "layers", "a sequence of Layer", PY_SSIZE_T_MAX);
    if (items == NULL) goto exit;
    size_t count = (size_t)PyTuple_GET_SIZE(items);
    if (count == 0) {
        cornu_argument_refuse(PyExc_ValueError, "layers", "at least one Layer", sequence);
        goto exit;
    }
    layers = PyMem_New(cornu_layer *, count);
    shapes = PyMem_New(cornu_shape, count);
    if (layers == NULL || shapes == NULL) {
        PyErr_NoMemory();
        goto exit;
    }
    if (!collect_layers(cornu_type_state_of(Py_TYPE(self)), items, layers)) goto exit;
    ok = replace_chain(model_of(self), count, layers, &input, shapes);
    if (ok) shapes = NULL;
exit:
    PyMem_Free(shapes);
    PyMem_Free(layers);
    Py_XDECREF(items);
    return ok ? Py_NewRef(Py_None) : NULL;
}

static PyObject *model_set_input(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                 PyObject *keywords) {
    cornu_model_object *model = model_of(self);
    cornu_shape input;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {{"input_shape", cornu_convert_shape, &input}};
    if (!cornu_arguments_parse("set_input", 1, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_model_set_input(model->model, &input, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    for (size_t i = 0; i < model->layer_count; i++) {
        cornu_model_shape(model->model, i, &model->shapes[i]);
    }
    model->input = input;
    Py_RETURN_NONE;
}

static PyObject *model_shape(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                             PyObject *keywords) {
    int64_t index;
    const cornu_model_object *model = model_of(self);
    const cornu_argument arguments[] = {{"index", cornu_convert_int64, &index}};
    if (!cornu_arguments_parse("shape", 1, arguments, value_count, values, keywords) ||
        cornu_model_object_output(model) == NULL) {
        return NULL;
    }
    int64_t count = (int64_t)model->layer_count;
    if (index < -count || index >= count) {
        PyErr_Format(PyExc_ValueError,
                     "`index` must be from %lld to %lld, the model's layers. Received: index=%lld",
                     (long long)-count, (long long)count - 1, (long long)index);
        return NULL;
    }
    /* A copy, as making the tuple may run finalizers, and they may change the chain. */
    cornu_shape shape = model->shapes[index < 0 ? index + count : index];
    return cornu_shape_tuple(&shape);
}

static PyObject *model_dtype(PyObject *self, void *Py_UNUSED(closure)) {
    const cornu_model_object *model = model_of(self);
    if (cornu_model_object_output(model) == NULL) return NULL;
    return PyUnicode_FromString(cornu_dtype_name(model->dtype));
}

/* ---- Loss, optimizer and metrics ---- */

/* Output: cornu_optimizer *, borrowed; None for NULL. */
static bool find_optimizer(const cornu_module_state *state, PyObject *value,
                           cornu_optimizer **optimizer) {
    *optimizer = NULL;
    if (value == Py_None) return true;
    if (!Py_IS_TYPE(value, state->optimizer_type)) {
        return cornu_argument_refuse(PyExc_TypeError, "optimizer", "an Optimizer or None", value);
    }
    *optimizer = ((cornu_optimizer_object *)value)->optimizer;
    return true;
}

static PyObject *model_compile(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                               PyObject *keywords) {
    cornu_loss loss;
    PyObject *optimizer_value, *sequence, *items = NULL;
    size_t weighted_count = 0;
    cornu_optimizer *optimizer;
    cornu_metric *metrics = NULL;
    cornu_status status = CORNU_ERROR_MEMORY;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"loss", cornu_convert_loss, &loss},
        {"optimizer", cornu_convert_object, &optimizer_value},
        {"metrics", cornu_convert_object, &sequence},
        {"|weighted_count", cornu_convert_size, &weighted_count},
    };
    if (!cornu_arguments_parse("compile", 4, arguments, value_count, values, keywords) ||
        !find_optimizer(cornu_type_state_of(Py_TYPE(self)), optimizer_value, &optimizer)) {
        return NULL;
    }
    items = cornu_items_tuple(sequence, "metrics", "a sequence of metrics", PY_SSIZE_T_MAX);
    if (items == NULL) return NULL;
    size_t count = (size_t)PyTuple_GET_SIZE(items);
    metrics = PyMem_New(cornu_metric, count);
    if (metrics == NULL) {
        PyErr_NoMemory();
        goto exit;
    }
    for (size_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, (Py_ssize_t)i);
        if (!cornu_convert_metric(item, "metrics", &metrics[i])) goto exit;
        metrics[i].weighted = count - i <= weighted_count;
    }
    /* With the GIL held, for the reasons given at replace_chain: the count below is then always the
     * library's. */
    status = cornu_model_compile(model_of(self)->model, &loss, optimizer, count, metrics, &error);
    if (status == CORNU_OK) {
        model_of(self)->result_count = cornu_model_result_count(model_of(self)->model);
    } else {
        cornu_error_raise(status, &error);
    }
exit:
    PyMem_Free(metrics);
    Py_DECREF(items);
    return status == CORNU_OK ? Py_NewRef(Py_None) : NULL;
}

static PyObject *model_exclude(PyObject *self, PyObject *const *values, Py_ssize_t value_count) {
    PyObject *undecayed_views, *adam_views;
    cornu_span_list undecayed, adam;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"undecayed", cornu_convert_object, &undecayed_views},
        {"adam", cornu_convert_object, &adam_views},
    };
    if (!cornu_arguments_parse("exclude", 2, arguments, value_count, values, NULL) ||
        !cornu_span_list_init(&undecayed, undecayed_views, "undecayed")) {
        return NULL;
    }
    if (!cornu_span_list_init(&adam, adam_views, "adam")) {
        cornu_span_list_free(&undecayed);
        return NULL;
    }
    const cornu_excluded excluded = {undecayed.count, undecayed.spans, adam.count, adam.spans};
    cornu_status status = cornu_model_exclude(model_of(self)->model, &excluded, &error);
    cornu_span_list_free(&adam);
    cornu_span_list_free(&undecayed);
    if (status == CORNU_OK) return Py_NewRef(Py_None);
    cornu_error_raise(status, &error);
    return NULL;
}

static PyObject *model_results(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    const cornu_model_object *model = model_of(self);
    if (model->result_count == 0) {
        PyErr_SetString(PyExc_RuntimeError, "The model must be compiled before it has results.");
        return NULL;
    }
    double *values = PyMem_New(double, model->result_count);
    if (values == NULL) return PyErr_NoMemory();
    PyObject *list = NULL;
    cornu_status status = cornu_model_results(model->model, values);
    if (status == CORNU_OK) {
        list = cornu_result_list(model->result_count, values);
    } else {
        cornu_error_raise(status, NULL);
    }
    PyMem_Free(values);
    return list;
}

static PyObject *model_reset_results(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    cornu_model_reset_results(model_of(self)->model);
    Py_RETURN_NONE;
}

static PyObject *model_trainable(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(cornu_model_trainable(model_of(self)->model));
}

static int model_set_trainable(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    bool trainable;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "`trainable` can't be deleted");
        return -1;
    }
    if (!cornu_convert_bool(value, "trainable", &trainable)) return -1;
    cornu_model_set_trainable(model_of(self)->model, trainable);
    return 0;
}

static PyObject *model_in_training(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(cornu_model_in_training(model_of(self)->model));
}

/* ---- The type ---- */

static PyGetSetDef model_attributes[] = {
    {"dtype", model_dtype, NULL, "\"float32\" or \"float64\".", NULL},
    {"trainable", model_trainable, model_set_trainable, "Whether fit moves any weight.", NULL},
    {"in_training", model_in_training, NULL, "Whether a fit is under way.", NULL},
    {0},
};

static PyMethodDef model_methods[] = {
    {"set_layers", (PyCFunction)(void (*)(void))model_set_layers, METH_FASTCALL | METH_KEYWORDS,
     "set_layers($self, /, layers, input_shape)\n--\n\n"
     "Replace the chain, infer shapes, build what is not built."},
    {"set_input", (PyCFunction)(void (*)(void))model_set_input, METH_FASTCALL | METH_KEYWORDS,
     "set_input($self, /, input_shape)\n--\n\nPlan the same chain for rows of another shape."},
    {"shape", (PyCFunction)(void (*)(void))model_shape, METH_FASTCALL | METH_KEYWORDS,
     "shape($self, /, index)\n--\n\nRow shape of the output of one layer."},
    {"compile", (PyCFunction)(void (*)(void))model_compile, METH_FASTCALL | METH_KEYWORDS,
     "compile($self, /, loss, optimizer, metrics, weighted_count=0)\n--\n\nSet what training and "
     "evaluation use."},
    {"exclude", (PyCFunction)(void (*)(void))model_exclude, METH_FASTCALL,
     "exclude($self, undecayed, adam, /)\n--\n\nLet weight_decay leave some weights alone in runs "
     "to "
     "come, and Muon leave some to Adam."},
    {"results", model_results, METH_NOARGS, "results($self, /)\n--\n\nLoss, then metrics, so far."},
    {"reset_results", model_reset_results, METH_NOARGS,
     "reset_results($self, /)\n--\n\nStart the sums of loss and metrics at zero."},
    {"predict_few", cornu_model_object_predict_few, METH_O,
     "predict_few($self, x, /)\n--\n\n"
     "The output for a few rows that lie as the model reads them; None: make a run."},
    {"copy", (PyCFunction)(void (*)(void))cornu_model_object_copy, METH_FASTCALL | METH_KEYWORDS,
     "copy($self, /, targets, sources, exclusive)\n--\n\n"
     "Copy arrays between two steps of whoever trains; exclusive where the targets are weights."},
    {"hold", (PyCFunction)(void (*)(void))cornu_model_object_hold, METH_FASTCALL | METH_KEYWORDS,
     "hold($self, /, work, exclusive)\n--\n\n"
     "What work() returns, called between two steps of whoever trains with weights or optimizer; "
     "exclusive where it writes."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot model_slots[] = {
    {Py_tp_doc, (void *)"Model(name)\n--\n\nA chain of layers with its plan."},
    {Py_tp_new, (void *)model_new},
    {Py_tp_dealloc, (void *)model_dealloc},
    {Py_tp_getset, model_attributes},
    {Py_tp_methods, model_methods},
    {0, NULL},
};

PyType_Spec cornu_model_spec = {
    .name = "cornu._core.Model",
    .basicsize = sizeof(cornu_model_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = model_slots,
};
