#include "ext/interrupt.h"

void cornu_signals_begin(cornu_signals *signals, const cornu_module_state *state) {
    /* Remembered, not asked of Python each time: in a call of Python's a signal handler could run,
     * and its exception would be lost. */
    signals->listening = PyThread_get_thread_ident() == state->main_thread;
    signals->raised = false;
    signals->thread_state = PyEval_SaveThread();
}

static bool ask(void *argument) {
    cornu_signals *signals = argument;
    if (signals->raised) return false;
    if (!signals->listening) return true;
    PyEval_RestoreThread(signals->thread_state);
    signals->raised = PyErr_CheckSignals() < 0;
    signals->thread_state = PyEval_SaveThread();
    return !signals->raised;
}

cornu_poll cornu_signals_poll(cornu_signals *signals) {
    return (cornu_poll){ask, signals};
}

cornu_status cornu_signals_end(cornu_signals *signals, cornu_status status) {
    PyEval_RestoreThread(signals->thread_state);
    return signals->raised ? CORNU_INTERRUPTED : status;
}

static PyObject *after_fork_in_child(PyObject *module, PyObject *Py_UNUSED(ignored)) {
    cornu_module_state_of(module)->main_thread = PyThread_get_thread_ident();
    Py_RETURN_NONE;
}

static PyMethodDef after_fork = {"after_fork_in_child", after_fork_in_child, METH_NOARGS,
                                 "The thread that forked is the child's main thread."};

static int find_main_thread(cornu_module_state *state) {
    int result = -1;
    PyObject *thread = NULL, *ident = NULL;
    PyObject *threading = PyImport_ImportModule("threading");
    if (threading == NULL) return -1;
    thread = PyObject_CallMethod(threading, "main_thread", NULL);
    if (thread == NULL) goto exit;
    ident = PyObject_GetAttrString(thread, "ident");
    if (ident == NULL) goto exit;
    state->main_thread = PyLong_AsUnsignedLong(ident);
    if (PyErr_Occurred() == NULL) result = 0;
exit:
    Py_XDECREF(ident);
    Py_XDECREF(thread);
    Py_DECREF(threading);
    return result;
}

static int register_at_fork(PyObject *module) {
    int result = -1;
    PyObject *hook = NULL, *function = NULL, *none = NULL, *keywords = NULL, *done = NULL;
    PyObject *os = PyImport_ImportModule("os");
    if (os == NULL) return -1;
    function = PyObject_GetAttrString(os, "register_at_fork");
    none = PyTuple_New(0);
    hook = PyCFunction_New(&after_fork, module);
    if (function == NULL || none == NULL || hook == NULL) goto exit;
    keywords = Py_BuildValue("{sO}", "after_in_child", hook);
    if (keywords == NULL) goto exit;
    done = PyObject_Call(function, none, keywords);
    if (done != NULL) result = 0;
exit:
    Py_XDECREF(done);
    Py_XDECREF(keywords);
    Py_XDECREF(hook);
    Py_XDECREF(none);
    Py_XDECREF(function);
    Py_DECREF(os);
    return result;
}

int cornu_interrupt_init(PyObject *module) {
    if (find_main_thread(cornu_module_state_of(module)) < 0) return -1;
    return register_at_fork(module);
}
