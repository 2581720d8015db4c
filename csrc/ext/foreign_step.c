#include "ext/foreign_step.h"

#include "ext/batch_array.h"
#include "ext/foreign_objective.h"
#include "ext/span_view.h"

/* Puts a view of each weight and a copy of each gradient into the lists. */
static bool fill_lists(PyObject *views, PyObject *gradients, size_t count, cornu_span *const *spans,
                       const void *const *data) {
    for (size_t i = 0; i < count; i++) {
        PyObject *view = cornu_span_view(spans[i]);
        if (view == NULL) return false;
        PyList_SET_ITEM(views, (Py_ssize_t)i, view);
        PyObject *gradient =
            cornu_plain_array(cornu_span_shape(spans[i]), cornu_span_dtype(spans[i]), data[i]);
        if (gradient == NULL) return false;
        PyList_SET_ITEM(gradients, (Py_ssize_t)i, gradient);
    }
    return true;
}

/* As with losses, an exception stays with the thread, and CORNU_INTERRUPTED says that there is one.
 */
static cornu_status step(void *object, double learning_rate, size_t count, cornu_span *const *spans,
                         const void *const *data) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *views = PyList_New((Py_ssize_t)count);
    PyObject *gradients = PyList_New((Py_ssize_t)count);
    PyObject *result = NULL;
    if (views != NULL && gradients != NULL && fill_lists(views, gradients, count, spans, data)) {
        result = PyObject_CallFunction(object, "dOO", learning_rate, views, gradients);
    }
    const bool ok = result != NULL;
    Py_XDECREF(result);
    Py_XDECREF(gradients);
    Py_XDECREF(views);
    PyGILState_Release(gil);
    return ok ? CORNU_OK : CORNU_INTERRUPTED;
}

cornu_foreign_step cornu_foreign_step_of(PyObject *function) {
    return (cornu_foreign_step){cornu_foreign_retain, cornu_foreign_release, step, function};
}
