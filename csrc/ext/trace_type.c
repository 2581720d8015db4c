/* The type `Trace`: one batch through a model, and its derivatives for whoever takes them. */
#include "ext/interpreter.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/batch_array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/model_type.h"
#include "ext/module.h"
#include "ext/pin.h"
#include "ext/span_view.h"

typedef struct trace_object {
    PyObject ob_base;
    cornu_trace *trace;
    PyObject *output;
    cornu_shape input;
    cornu_dtype dtype;
    size_t rows;
    atomic_bool busy; /* a pass is under way, perhaps without the GIL */
} trace_object;

static trace_object *trace_of(PyObject *self) {
    return (trace_object *)self;
}

/* Both arrays are pinned; `output` is new. */
static bool pass_forward(trace_object *self, const cornu_module_state *state, cornu_model *model,
                         PyArrayObject *x, PyArrayObject *mask, bool training) {
    PyArrayObject *output = (PyArrayObject *)self->output;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    cornu_trace_options options = {.training = training,
                                   .rows = self->rows,
                                   .x = PyArray_DATA(x),
                                   .x_nbytes = (size_t)PyArray_NBYTES(x),
                                   .mask = mask != NULL ? PyArray_DATA(mask) : NULL,
                                   .mask_nbytes = mask != NULL ? (size_t)PyArray_NBYTES(mask) : 0,
                                   .output = PyArray_DATA(output),
                                   .output_nbytes = (size_t)PyArray_NBYTES(output)};
    cornu_signals_begin(&signals, state);
    options.poll = cornu_signals_poll(&signals);
    cornu_status status = cornu_trace_new(model, &options, &self->trace, &error);
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) cornu_error_raise(status, &error);
    return status == CORNU_OK;
}

static bool check_x(PyArrayObject *x, const cornu_model_object *model) {
    cornu_dtype dtype;
    if (!cornu_array_check_plain(x, "x", &dtype)) return false;
    bool fits = dtype == model->dtype && PyArray_NDIM(x) == (int)model->input.rank + 1;
    for (size_t i = 0; fits && i < model->input.rank; i++)
        fits = PyArray_DIM(x, (int)i + 1) == (npy_intp)model->input.sizes[i];
    if (!fits)
        PyErr_SetString(PyExc_ValueError, "`x` must be rows of the model's input and dtype.");
    return fits;
}

static bool check_mask(PyArrayObject *mask) {
    if (mask == NULL || (PyArray_TYPE(mask) == NPY_BOOL && PyArray_ISCARRAY_RO(mask))) return true;
    PyErr_SetString(PyExc_ValueError, "`mask` must be of bools, in one piece.");
    return false;
}

static PyObject *trace_new(PyTypeObject *type, PyObject *values, PyObject *keywords) {
    PyObject *model_value;
    PyArrayObject *x, *mask = NULL;
    bool training;
    const cornu_argument arguments[] = {
        {"model", cornu_convert_object, &model_value},
        {"x", cornu_convert_ndarray, &x},
        {"training", cornu_convert_bool, &training},
        {"|mask", cornu_convert_optional_ndarray, &mask},
    };
    const cornu_module_state *state = cornu_type_state_of(type);
    if (!cornu_arguments_parse("Trace", 4, arguments, PyTuple_GET_SIZE(values),
                               PySequence_Fast_ITEMS(values), keywords)) {
        return NULL;
    }
    if (!Py_IS_TYPE(model_value, state->model_type)) {
        cornu_argument_refuse(PyExc_TypeError, "model", "a Model", model_value);
        return NULL;
    }
    const cornu_model_object *model = (const cornu_model_object *)model_value;
    const cornu_shape *row = cornu_model_object_output(model);
    if (row == NULL || !check_x(x, model) || !check_mask(mask)) return NULL;
    PyObject *const arrays[] = {(PyObject *)x, (PyObject *)mask};
    PyObject *pins = cornu_pin_arrays(2, arrays);
    if (pins == NULL) return NULL;
    trace_object *self = (trace_object *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->rows = (size_t)PyArray_DIM(x, 0);
        self->dtype = model->dtype;
        self->input = model->input;
        self->output = cornu_rows_new(&self->rows, row, self->dtype);
        if (self->output == NULL || !pass_forward(self, state, model->model, x, mask, training)) {
            Py_CLEAR(self);
        }
    }
    Py_DECREF(pins);
    return (PyObject *)self;
}

static void trace_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    trace_object *trace = trace_of(self);
    cornu_trace_release(trace->trace);
    Py_CLEAR(trace->output);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *trace_output(PyObject *self, void *Py_UNUSED(closure)) {
    return Py_NewRef(trace_of(self)->output);
}

/* Copies of the gradients, None where there is none. */
static PyObject *copy_gradients(const cornu_trace *trace) {
    const size_t count = cornu_trace_span_count(trace);
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        const void *gradient = cornu_trace_gradient(trace, i);
        PyObject *item = gradient != NULL
                             ? cornu_span_shaped_copy(cornu_trace_span(trace, i), gradient)
                             : Py_NewRef(Py_None);
        if (item == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, (Py_ssize_t)i, item);
        }
    }
    return list;
}

static PyObject *pull_back_pinned(trace_object *self, PyArrayObject *dy) {
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    PyObject *result = NULL, *gradients = NULL;
    PyArrayObject *dx = (PyArrayObject *)cornu_rows_new(&self->rows, &self->input, self->dtype);
    if (dx == NULL) return NULL;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status = cornu_trace_pull_back(
        self->trace, PyArray_DATA(dy), (size_t)PyArray_NBYTES(dy), PyArray_DATA(dx),
        (size_t)PyArray_NBYTES(dx), cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
    } else if ((gradients = copy_gradients(self->trace)) != NULL) {
        result = PyTuple_Pack(2, (PyObject *)dx, gradients);
    }
    Py_XDECREF(gradients);
    Py_DECREF(dx);
    return result;
}

static PyObject *trace_pull_back(PyObject *self, PyObject *value) {
    trace_object *trace = trace_of(self);
    PyArrayObject *dy;
    if (!cornu_convert_ndarray(value, "dy", &dy) ||
        !cornu_array_check_alike(dy, "dy", (PyArrayObject *)trace->output, "output")) {
        return NULL;
    }
    PyObject *pins = cornu_pin_arrays(1, &value), *result = NULL;
    if (pins == NULL) return NULL;
    if (atomic_exchange(&trace->busy, true)) {
        PyErr_SetString(PyExc_RuntimeError, "The trace is in use: another call has not ended.");
    } else {
        result = pull_back_pinned(trace, dy);
        atomic_store(&trace->busy, false);
    }
    Py_DECREF(pins);
    return result;
}

static PyGetSetDef trace_attributes[] = {
    {"output", trace_output, NULL, "What came out.", NULL},
    {0},
};

static PyMethodDef trace_methods[] = {
    {"pull_back", trace_pull_back, METH_O,
     "pull_back($self, dy, /)\n--\n\n"
     "From the derivatives by the output: those by x, and a list of those by the weights of the "
     "first layer, None where there is none."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot trace_slots[] = {
    {Py_tp_doc, (void *)"Trace(model, x, training, mask=None)\n--\n\n"
                        "One batch through a model, and its derivatives for whoever takes them."},
    {Py_tp_new, (void *)trace_new},
    {Py_tp_dealloc, (void *)trace_dealloc},
    {Py_tp_getset, trace_attributes},
    {Py_tp_methods, trace_methods},
    {0, NULL},
};

PyType_Spec cornu_trace_spec = {
    .name = "cornu._core.Trace",
    .basicsize = sizeof(trace_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = trace_slots,
};
