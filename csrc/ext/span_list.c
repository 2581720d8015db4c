#include "ext/span_list.h"

#include "ext/arguments.h"
#include "ext/span_view.h"

bool cornu_span_list_init(cornu_span_list *list, PyObject *views, const char *name) {
    *list = (cornu_span_list){0};
    PyObject *items = cornu_items_tuple(views, name, "a list of views of weights", PY_SSIZE_T_MAX);
    if (items == NULL) return false;
    const Py_ssize_t count = PyTuple_GET_SIZE(items);
    cornu_span **spans = PyMem_Calloc((size_t)count + 1, sizeof *spans);
    if (spans == NULL) PyErr_NoMemory();
    for (Py_ssize_t i = 0; spans != NULL && i < count; i++) {
        spans[i] = cornu_span_of_view(PyTuple_GET_ITEM(items, i));
        if (spans[i] != NULL) continue;
        PyMem_Free(spans);
        spans = NULL;
    }
    if (spans == NULL) {
        Py_DECREF(items);
        return false;
    }
    *list = (cornu_span_list){.count = (size_t)count, .spans = spans, .items = items};
    return true;
}

void cornu_span_list_free(cornu_span_list *list) {
    PyMem_Free(list->spans);
    Py_CLEAR(list->items);
}
