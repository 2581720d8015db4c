#include "ext/interrupt.h"

/* Asked anew each time, not remembered from the import: a process forked by another thread has that
 * one as its main thread. */
bool cornu_thread_is_main(const cornu_module_state *state) {
    bool is_main = false;
    PyObject *thread = PyObject_CallNoArgs(state->main_thread);
    PyObject *ident = thread != NULL ? PyObject_GetAttrString(thread, "ident") : NULL;
    if (ident != NULL && PyLong_Check(ident)) {
        is_main = PyLong_AsUnsignedLongMask(ident) == PyThread_get_thread_ident();
    }
    Py_XDECREF(ident);
    Py_XDECREF(thread);
    /* While the interpreter shuts down the call can fail; nobody is left to interrupt then. */
    PyErr_Clear();
    return is_main;
}
