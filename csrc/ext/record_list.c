#include "ext/record_list.h"

#include <stdbool.h>

#include "ext/batch_array.h"
#include "ext/span_view.h"

/* A new tuple that takes the items over; NULL where one of them is, which has set an exception. */
static PyObject *pack(Py_ssize_t count, PyObject *const *items) {
    bool is_whole = true;
    for (Py_ssize_t i = 0; i < count; i++) is_whole = is_whole && items[i] != NULL;
    PyObject *tuple = is_whole ? PyTuple_New(count) : NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (tuple != NULL) {
            PyTuple_SET_ITEM(tuple, i, items[i]);
        } else {
            Py_XDECREF(items[i]);
        }
    }
    return tuple;
}

/* None where there is nothing to copy. */
static PyObject *rows_of(const cornu_layer_record *record, const cornu_shape *row,
                         const void *values) {
    if (values == NULL) Py_RETURN_NONE;
    return cornu_rows_copy(&record->rows, row, record->dtype, values);
}

static PyObject *layer_tuple(const cornu_layer_record *record) {
    PyObject *const arrays[] = {
        rows_of(record, &record->input, record->x), rows_of(record, &record->z_shape, record->z),
        rows_of(record, &record->output, record->y), rows_of(record, &record->output, record->dy),
        rows_of(record, &record->z_shape, record->dz)};
    return pack(5, arrays);
}

PyObject *cornu_record_list(const cornu_run *run) {
    cornu_layer_record record;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && cornu_run_layer_record(run, i, &record); i++) {
        PyObject *tuple = layer_tuple(&record);
        if (tuple == NULL || PyList_Append(list, tuple) < 0) Py_CLEAR(list);
        Py_XDECREF(tuple);
    }
    return list;
}

PyObject *cornu_weight_record_tuple(const cornu_run *run, const cornu_span *span) {
    cornu_weight_record record;
    if (!cornu_run_weight_record(run, span, &record)) {
        PyErr_SetString(PyExc_ValueError, "The run was not recorded, or has no such weight.");
        return NULL;
    }
    PyObject *const copies[] = {
        cornu_span_shaped_copy(span, record.before), cornu_span_shaped_copy(span, record.after),
        record.gradient != NULL ? cornu_span_shaped_copy(span, record.gradient)
                                : Py_NewRef(Py_None)};
    return pack(3, copies);
}

PyObject *cornu_recorded_losses(const cornu_run *run) {
    const cornu_shape number = {0};
    size_t count;
    const double *losses = cornu_run_recorded_losses(run, &count);
    if (losses == NULL) Py_RETURN_NONE;
    return cornu_rows_copy(&count, &number, CORNU_FLOAT64, losses);
}
