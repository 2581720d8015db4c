/* The type `Run`: training, evaluation or prediction, advanced from event to event. */
#include "ext/interpreter.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cornu.h"
#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/model_type.h"
#include "ext/module.h"
#include "ext/own_call.h"
#include "ext/record_list.h"
#include "ext/result_list.h"
#include "ext/run_arguments.h"
#include "ext/span_view.h"

typedef struct run_object {
    PyObject ob_base;
    cornu_run *run;        /* NULL: closed */
    PyObject *model;       /* the Model */
    PyObject *arrays;      /* a tuple of what `run` reads and writes */
    atomic_bool busy;      /* a thread works with `run`, perhaps without the GIL */
    atomic_bool stopping;  /* stop() was called; told to the library with the next advance */
    bool over;             /* done, or ended by an error */
    bool failed;           /* ended by an error */
    cornu_signals signals; /* of the advance under way */
    cornu_own_caller own;
} run_object;

static run_object *run_of(PyObject *self) {
    return (run_object *)self;
}

/* ---- One thread at a time ---- */

/* False with a RuntimeError when another call is at work, in another thread or under this one (a
 * signal handler). */
static bool enter(run_object *run) {
    if (atomic_exchange(&run->busy, true)) {
        PyErr_SetString(PyExc_RuntimeError, "The run is in use: another call of it has not ended.");
        return false;
    }
    return true;
}

static void leave(run_object *run) {
    atomic_store(&run->busy, false);
}

static bool enter_open(run_object *run) {
    if (!enter(run)) return false;
    if (run->run == NULL) {
        leave(run);
        PyErr_SetString(PyExc_RuntimeError, "The run is closed.");
        return false;
    }
    return true;
}

/* A run whose sums another one goes on with, entered; NULL with an exception: it is none. */
static run_object *enter_done(PyTypeObject *type, PyObject *value) {
    if (!Py_IS_TYPE(value, type)) {
        cornu_argument_refuse(PyExc_TypeError, "after", "a Run", value);
        return NULL;
    }
    run_object *run = run_of(value);
    if (!enter_open(run)) return NULL;
    if (run->over && !run->failed) return run;
    leave(run);
    PyErr_SetString(PyExc_RuntimeError, "Another run can't go on before this one is done.");
    return NULL;
}

/* ---- Life ---- */

static PyObject *run_new(PyTypeObject *type, PyObject *values, PyObject *keywords) {
    cornu_run_arguments arguments = {0};
    cornu_error error = CORNU_NO_ERROR;
    if (!cornu_run_arguments_parse(cornu_type_state_of(type), values, keywords, &arguments)) {
        return NULL;
    }
    run_object *self = (run_object *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_DECREF(arguments.arrays);
        return NULL;
    }
    self->arrays = arguments.arrays;
    self->model = Py_NewRef((PyObject *)arguments.model);
    arguments.options.poll = cornu_signals_poll(&self->signals);
    self->own = (cornu_own_caller){Py_XNewRef(arguments.own), &self->signals};
    if (arguments.own != NULL)
        arguments.options.own = (cornu_own){cornu_own_caller_call, &self->own};
    run_object *after = NULL;
    if (arguments.after != NULL) {
        after = enter_done(type, arguments.after);
        if (after == NULL) {
            Py_DECREF(self);
            return NULL;
        }
        arguments.options.after = after->run;
    }
    PyThreadState *thread_state = PyEval_SaveThread();
    cornu_status status =
        cornu_run_new(arguments.model->model, &arguments.options, &self->run, &error);
    PyEval_RestoreThread(thread_state);
    if (after != NULL) leave(after);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int run_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(run_of(self)->model);
    Py_VISIT(run_of(self)->arrays);
    Py_VISIT(run_of(self)->own.function);
    return 0;
}

/* Nobody is working with a run that nothing refers to. The library's run goes first: it reads the
 * arrays. */
static int run_clear(PyObject *self) {
    run_object *run = run_of(self);
    cornu_run *dropped = run->run;
    run->run = NULL;
    cornu_run_release(dropped);
    Py_CLEAR(run->arrays);
    Py_CLEAR(run->model);
    Py_CLEAR(run->own.function);
    return 0;
}

static void run_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    run_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- Going on ---- */

static PyObject *run_advance(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    cornu_event event = CORNU_EVENT_DONE;
    cornu_error error = CORNU_NO_ERROR;
    if (!enter_open(run)) return NULL;
    if (run->over) {
        leave(run);
        PyErr_SetString(PyExc_RuntimeError, "The run is over.");
        return NULL;
    }
    if (atomic_load(&run->stopping)) cornu_run_stop(run->run);
    cornu_signals_begin(&run->signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status = cornu_run_advance(run->run, &event, &error);
    /* A signal that came with the last step's last poll: the step stands, and so does the
     * exception. */
    status = cornu_signals_end(&run->signals, status);
    run->failed = status != CORNU_OK;
    run->over = run->failed || event == CORNU_EVENT_DONE;
    leave(run);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    return PyLong_FromLong((long)event);
}

/* Works at any time, also from a signal handler or another thread in the middle of a step. */
static PyObject *run_stop(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    atomic_store(&run_of(self)->stopping, true);
    Py_RETURN_NONE;
}

static PyObject *run_close(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    if (!enter(run)) return NULL;
    cornu_run *dropped = run->run;
    run->run = NULL;
    PyThreadState *thread_state = PyEval_SaveThread();
    cornu_run_release(dropped);
    PyEval_RestoreThread(thread_state);
    leave(run);
    Py_CLEAR(run->arrays);
    Py_RETURN_NONE;
}

/* ---- Where it is ---- */

static PyObject *run_progress(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    cornu_run_progress progress;
    if (!enter_open(run)) return NULL;
    cornu_run_progress_get(run->run, &progress);
    leave(run);
    return Py_BuildValue("(nnnnnnn)", (Py_ssize_t)progress.epoch, (Py_ssize_t)progress.step,
                         (Py_ssize_t)progress.row, (Py_ssize_t)progress.step_count,
                         (Py_ssize_t)progress.row_count, (Py_ssize_t)progress.validation_step,
                         (Py_ssize_t)progress.validation_step_count);
}

static PyObject *results_of(PyObject *self, bool (*read)(const cornu_run *, double *)) {
    run_object *run = run_of(self);
    PyObject *list = NULL;
    double *values = NULL;
    if (!enter_open(run)) return NULL;
    size_t count = cornu_run_result_count(run->run);
    values = PyMem_New(double, count);
    if (values == NULL) {
        PyErr_NoMemory();
        goto exit;
    }
    list = read(run->run, values) ? cornu_result_list(count, values) : Py_NewRef(Py_None);
exit:
    PyMem_Free(values);
    leave(run);
    return list;
}

static PyObject *run_results(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return results_of(self, cornu_run_results);
}

static PyObject *run_validation_results(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return results_of(self, cornu_run_validation_results);
}

static PyObject *run_gradients(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    PyObject *list = NULL;
    if (!enter_open(run)) return NULL;
    if (!run->over || run->failed) {
        PyErr_SetString(PyExc_RuntimeError, "There are no gradients before the run is done.");
        goto exit;
    }
    list = PyList_New(0);
    for (size_t i = 0; list != NULL; i++) {
        const cornu_span *span = cornu_run_gradient_span(run->run, i);
        if (span == NULL) break;
        PyObject *copy = cornu_span_shaped_copy(span, cornu_run_gradient(run->run, i));
        if (copy == NULL || PyList_Append(list, copy) < 0) Py_CLEAR(list);
        Py_XDECREF(copy);
    }
exit:
    leave(run);
    return list;
}

static PyObject *run_record(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    PyObject *pair = NULL;
    if (!enter_open(run)) return NULL;
    PyObject *losses = cornu_recorded_losses(run->run);
    PyObject *layers = cornu_record_list(run->run);
    if (losses != NULL && layers != NULL) pair = PyTuple_Pack(2, losses, layers);
    Py_XDECREF(losses);
    Py_XDECREF(layers);
    leave(run);
    return pair;
}

static PyObject *run_weight_record(PyObject *self, PyObject *view) {
    run_object *run = run_of(self);
    PyObject *found = NULL;
    const cornu_span *span = cornu_span_of_view(view);
    if (span == NULL || !enter_open(run)) return NULL;
    found = cornu_weight_record_tuple(run->run, span);
    leave(run);
    return found;
}

static PyObject *run_bad_loss(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    cornu_bad_loss bad;
    if (!enter_open(run)) return NULL;
    const bool found = cornu_run_bad_loss(run->run, &bad);
    leave(run);
    if (!found) Py_RETURN_NONE;
    return Py_BuildValue("(idnnn)", (int)bad.origin, bad.loss, (Py_ssize_t)bad.layer,
                         (Py_ssize_t)bad.weight, (Py_ssize_t)bad.row);
}

static PyObject *run_shuffle_seed(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    if (!enter_open(run)) return NULL;
    const uint64_t seed = cornu_run_shuffle_seed(run->run);
    leave(run);
    return PyLong_FromUnsignedLongLong(seed);
}

static PyObject *run_state(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    run_object *run = run_of(self);
    if (!enter_open(run)) return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)cornu_run_state_nbytes(run->run));
    if (bytes != NULL && PyBytes_GET_SIZE(bytes) > 0)
        cornu_run_state(run->run, PyBytes_AS_STRING(bytes));
    leave(run);
    return bytes;
}

static PyObject *run_resume(PyObject *self, PyObject *value) {
    run_object *run = run_of(self);
    cornu_error error = CORNU_NO_ERROR;
    if (!PyBytes_Check(value)) {
        cornu_argument_refuse(PyExc_TypeError, "state", "what Run.state() returned", value);
        return NULL;
    }
    if (!enter_open(run)) return NULL;
    cornu_status status = cornu_run_resume(run->run, (size_t)PyBytes_GET_SIZE(value),
                                           PyBytes_AS_STRING(value), &error);
    leave(run);
    if (status == CORNU_OK) return Py_NewRef(Py_None);
    cornu_error_raise(status, &error);
    return NULL;
}

/* ---- The type ---- */

static PyMethodDef run_methods[] = {
    {"advance", run_advance, METH_NOARGS,
     "advance($self, /)\n--\n\nGo on to the next event and say which."},
    {"stop", run_stop, METH_NOARGS,
     "stop($self, /)\n--\n\nEnd the fit: no further step, the epoch is validated and ended as "
     "always."},
    {"progress", run_progress, METH_NOARGS,
     "progress($self, /)\n--\n\n(epoch, step, row, step_count, row_count, validation_step, "
     "validation_step_count)."},
    {"results", run_results, METH_NOARGS,
     "results($self, /)\n--\n\nLoss, then metrics, of the epoch so far; None before any."},
    {"validation_results", run_validation_results, METH_NOARGS,
     "validation_results($self, /)\n--\n\nThose of the validation; None before any."},
    {"gradients", run_gradients, METH_NOARGS,
     "gradients($self, /)\n--\n\nA copy of the gradient of each trainable span, in order."},
    {"record", run_record, METH_NOARGS,
     "record($self, /)\n--\n\nWhat a recorded run kept: the losses of rows, and of each layer "
     "copies "
     "of "
     "x, z, y, dy and dz."},
    {"weight_record", run_weight_record, METH_O,
     "weight_record($self, weight, /)\n--\n\nA weight in a recorded run: copies of it before and "
     "after, and "
     "of its gradient."},
    {"bad_loss", run_bad_loss, METH_NOARGS,
     "bad_loss($self, /)\n--\n\n(origin, loss, layer, weight, row) of the first loss that was not "
     "finite; None: there was none."},
    {"shuffle_seed", run_shuffle_seed, METH_NOARGS,
     "shuffle_seed($self, /)\n--\n\nWhat the rows of a fit are shuffled by."},
    {"state", run_state, METH_NOARGS,
     "state($self, /)\n--\n\nWhat a fit needs, beside weights and optimizer, to go on from here."},
    {"resume", run_resume, METH_O, "resume($self, state, /)\n--\n\nBegin where another fit was."},
    {"close", run_close, METH_NOARGS,
     "close($self, /)\n--\n\nRelease the run; a fit's model is out of training."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot run_slots[] = {
    {Py_tp_doc,
     (void *)"Run(model, mode, x, y=None, sample_weight=None, *, batch_size=32, "
             "epochs=1, initial_epoch=0, shuffle_seed=None, shuffle_batches=False, "
             "validation=None, validation_batch_size=32, validation_frequency=1, output=None, "
             "training=False, mask=None, after=None, own=None, unattended=False, "
             "takes_nonfinite=False, recorded=False, undone=False, listen=0, "
             "tick_seconds=0.1)\n--\n\n"
             "Training, evaluation or prediction, advanced from event to event."},
    {Py_tp_new, (void *)run_new},
    {Py_tp_dealloc, (void *)run_dealloc},
    {Py_tp_traverse, (void *)run_traverse},
    {Py_tp_clear, (void *)run_clear},
    {Py_tp_methods, run_methods},
    {0, NULL},
};

PyType_Spec cornu_run_spec = {
    .name = "cornu._core.Run",
    .basicsize = sizeof(run_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = run_slots,
};
