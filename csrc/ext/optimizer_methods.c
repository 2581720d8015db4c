#include "ext/optimizer_methods.h"

#include "ext/arguments.h"
#include "ext/array.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/module.h"
#include "ext/optimizer_type.h"
#include "ext/pin.h"
#include "ext/span_list.h"
#include "ext/span_view.h"

static cornu_optimizer *optimizer_of(PyObject *self) {
    return ((cornu_optimizer_object *)self)->optimizer;
}

/* A new reference to `result`, or the exception of what the library said. */
static PyObject *result_of(cornu_status status, const cornu_error *error, PyObject *result) {
    if (status != CORNU_OK) {
        cornu_error_raise(status, error);
        return NULL;
    }
    return Py_XNewRef(result);
}

PyObject *cornu_optimizer_object_build(PyObject *self, PyObject *views) {
    cornu_span_list list;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    if (!cornu_span_list_init(&list, views, "views")) return NULL;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status = cornu_optimizer_build(optimizer_of(self), list.count, list.spans,
                                                cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    cornu_span_list_free(&list);
    return result_of(status, &error, Py_None);
}

/* A vector of the optimizer's by its index. */
static bool check_index(PyObject *self, size_t index) {
    const size_t count = cornu_optimizer_state_count(optimizer_of(self));
    if (index < count) return true;
    PyErr_Format(PyExc_ValueError, "`index` must be less than %zu. Received: %zu", count, index);
    return false;
}

PyObject *cornu_optimizer_object_read(PyObject *self, PyObject *const *values,
                                      Py_ssize_t value_count) {
    PyObject *view;
    size_t index;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    const cornu_argument arguments[] = {
        {"view", cornu_convert_object, &view},
        {"index", cornu_convert_size, &index},
    };
    if (!cornu_arguments_parse("read", 2, arguments, value_count, values, NULL) ||
        !check_index(self, index)) {
        return NULL;
    }
    cornu_span *span = cornu_span_of_view(view);
    PyObject *copy = span != NULL ? cornu_span_shaped_copy(span, NULL) : NULL;
    if (copy == NULL) return NULL;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status =
        cornu_optimizer_read(optimizer_of(self), span, index, PyArray_DATA((PyArrayObject *)copy),
                             cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    PyObject *result = result_of(status, &error, copy);
    Py_DECREF(copy);
    return result;
}

/* A plain array of a span's dtype and as many elements. */
static bool check_values(PyArrayObject *array, const cornu_span *span, const char *name) {
    cornu_dtype dtype;
    if (!cornu_array_check_plain(array, name, &dtype)) return false;
    if (dtype == cornu_span_dtype(span) && (size_t)PyArray_SIZE(array) == cornu_span_count(span)) {
        return true;
    }
    PyErr_Format(PyExc_ValueError,
                 "`%s` must have the dtype and the size of the weight, %s and %zu. Received: %s "
                 "and %zd",
                 name, cornu_dtype_name(cornu_span_dtype(span)), cornu_span_count(span),
                 cornu_dtype_name(dtype), (Py_ssize_t)PyArray_SIZE(array));
    return false;
}

PyObject *cornu_optimizer_object_write(PyObject *self, PyObject *const *values,
                                       Py_ssize_t value_count) {
    PyObject *view;
    PyArrayObject *array;
    size_t index;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    const cornu_argument arguments[] = {
        {"view", cornu_convert_object, &view},
        {"index", cornu_convert_size, &index},
        {"values", cornu_convert_ndarray, &array},
    };
    if (!cornu_arguments_parse("write", 3, arguments, value_count, values, NULL) ||
        !check_index(self, index)) {
        return NULL;
    }
    cornu_span *span = cornu_span_of_view(view);
    if (span == NULL || !check_values(array, span, "values")) return NULL;
    PyObject *pins = cornu_pin_arrays(1, (PyObject *const *)&array);
    if (pins == NULL) return NULL;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status = cornu_optimizer_write(
        optimizer_of(self), span, index, PyArray_DATA(array), cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    Py_DECREF(pins);
    return result_of(status, &error, Py_None);
}

PyObject *cornu_optimizer_object_product(PyObject *self, PyObject *const *values,
                                         Py_ssize_t value_count) {
    double given = 0.0, product = 0.0;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    const cornu_argument arguments[] = {{"|product", cornu_convert_double, &given}};
    if (!cornu_arguments_parse("product", 1, arguments, value_count, values, NULL)) return NULL;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status =
        cornu_optimizer_product(optimizer_of(self), value_count > 0 ? &given : NULL, &product,
                                cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    if (status == CORNU_OK) return PyFloat_FromDouble(product);
    cornu_error_raise(status, &error);
    return NULL;
}

/* The gradients' memory, to be freed with PyMem_Free; NULL with an exception. */
static const void **gradient_pointers(PyObject *items, const cornu_span_list *list) {
    if ((size_t)PyTuple_GET_SIZE(items) != list->count) {
        PyErr_Format(PyExc_ValueError, "`gradients` must be as many as `views`, %zu. Received: %zd",
                     list->count, PyTuple_GET_SIZE(items));
        return NULL;
    }
    const void **pointers = PyMem_Calloc(list->count + 1, sizeof *pointers);
    if (pointers == NULL) PyErr_NoMemory();
    for (size_t i = 0; pointers != NULL && i < list->count; i++) {
        PyArrayObject *array;
        if (cornu_convert_ndarray(PyTuple_GET_ITEM(items, (Py_ssize_t)i), "gradients", &array) &&
            check_values(array, list->spans[i], "gradients")) {
            pointers[i] = PyArray_DATA(array);
            continue;
        }
        PyMem_Free(pointers);
        pointers = NULL;
    }
    return pointers;
}

PyObject *cornu_optimizer_object_apply(PyObject *self, PyObject *const *values,
                                       Py_ssize_t value_count) {
    PyObject *views, *gradient_list, *undecayed_views, *adam_views, *items = NULL, *pins = NULL,
                                                                    *result = NULL;
    cornu_span_list spans = {0}, undecayed = {0}, adam = {0};
    const void **gradients = NULL;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    const cornu_argument arguments[] = {
        {"views", cornu_convert_object, &views},
        {"gradients", cornu_convert_object, &gradient_list},
        {"undecayed", cornu_convert_object, &undecayed_views},
        {"adam", cornu_convert_object, &adam_views},
    };
    if (!cornu_arguments_parse("apply", 4, arguments, value_count, values, NULL) ||
        !cornu_span_list_init(&spans, views, "views")) {
        return NULL;
    }
    if (!cornu_span_list_init(&undecayed, undecayed_views, "undecayed") ||
        !cornu_span_list_init(&adam, adam_views, "adam")) {
        goto exit;
    }
    const cornu_excluded excluded = {undecayed.count, undecayed.spans, adam.count, adam.spans};
    items = cornu_items_tuple(gradient_list, "gradients", "a list of arrays", PY_SSIZE_T_MAX);
    if (items == NULL) goto exit;
    gradients = gradient_pointers(items, &spans);
    if (gradients == NULL) goto exit;
    pins = cornu_pin_arrays(PyTuple_GET_SIZE(items), PySequence_Fast_ITEMS(items));
    if (pins == NULL) goto exit;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status =
        cornu_optimizer_apply(optimizer_of(self), spans.count, spans.spans, gradients, &excluded,
                              cornu_signals_poll(&signals), &error);
    status = cornu_signals_end(&signals, status);
    result = result_of(status, &error, Py_None);
exit:
    Py_XDECREF(pins);
    PyMem_Free(gradients);
    Py_XDECREF(items);
    cornu_span_list_free(&adam);
    cornu_span_list_free(&undecayed);
    cornu_span_list_free(&spans);
    return result;
}

/* The library's optimizers of a tuple of this type's objects; false with an exception. */
static bool find_parts(PyObject *self, PyObject *items, cornu_optimizer **parts) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); i++) {
        PyObject *item = PyTuple_GET_ITEM(items, i);
        if (!Py_IS_TYPE(item, Py_TYPE(self))) {
            return cornu_argument_refuse(PyExc_TypeError, "parts", "a list of Optimizers", item);
        }
        parts[i] = optimizer_of(item);
    }
    return true;
}

static bool find_owners(PyObject *items, size_t *owners) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); i++) {
        if (!cornu_convert_size(PyTuple_GET_ITEM(items, i), "owners", &owners[i])) return false;
    }
    return true;
}

PyObject *cornu_optimizer_object_divide(PyObject *self, PyObject *const *values,
                                        Py_ssize_t value_count) {
    PyObject *part_list, *views, *owner_list, *part_items = NULL, *owner_items = NULL,
                                              *result = NULL;
    cornu_span_list spans = {0};
    cornu_optimizer **parts = NULL;
    size_t *owners = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"parts", cornu_convert_object, &part_list},
        {"views", cornu_convert_object, &views},
        {"owners", cornu_convert_object, &owner_list},
    };
    if (!cornu_arguments_parse("divide", 3, arguments, value_count, values, NULL) ||
        !cornu_span_list_init(&spans, views, "views")) {
        return NULL;
    }
    part_items = cornu_items_tuple(part_list, "parts", "a list of Optimizers", PY_SSIZE_T_MAX);
    if (part_items == NULL) goto exit;
    owner_items = cornu_items_tuple(owner_list, "owners", "a list of integers", PY_SSIZE_T_MAX);
    if (owner_items == NULL) goto exit;
    if ((size_t)PyTuple_GET_SIZE(owner_items) != spans.count) {
        PyErr_Format(PyExc_ValueError, "`owners` must be as many as `views`, %zu. Received: %zd",
                     spans.count, PyTuple_GET_SIZE(owner_items));
        goto exit;
    }
    parts = PyMem_Calloc((size_t)PyTuple_GET_SIZE(part_items) + 1, sizeof(cornu_optimizer *));
    owners = PyMem_Calloc(spans.count + 1, sizeof *owners);
    if (parts == NULL || owners == NULL) {
        PyErr_NoMemory();
        goto exit;
    }
    if (!find_parts(self, part_items, parts) || !find_owners(owner_items, owners)) goto exit;
    const cornu_status status =
        cornu_optimizer_divide(optimizer_of(self), (size_t)PyTuple_GET_SIZE(part_items), parts,
                               spans.count, spans.spans, owners, &error);
    result = result_of(status, &error, Py_None);
exit:
    PyMem_Free(owners);
    PyMem_Free(parts);
    Py_XDECREF(owner_items);
    Py_XDECREF(part_items);
    cornu_span_list_free(&spans);
    return result;
}
