/* Layers that Python computes. */
#include <string.h>

#include "ext/arguments.h"
#include "ext/batch_array.h"
#include "ext/errors.h"
#include "ext/foreign_objective.h"
#include "ext/layer_functions.h"
#include "ext/module.h"
#include "ext/shape_tuples.h"

/* As with losses, an exception stays with the thread, and CORNU_INTERRUPTED says that there is one.
 */

static cornu_status foreign_output_shape(void *object, const cornu_shape *input,
                                         cornu_shape *output) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *row = cornu_shape_tuple(input), *result = NULL;
    if (row != NULL) result = PyObject_CallMethod(object, "output_shape", "(O)", row);
    const bool ok = result != NULL && cornu_convert_shape(result, "output shape", output);
    Py_XDECREF(result);
    Py_XDECREF(row);
    PyGILState_Release(gil);
    return ok ? CORNU_OK : CORNU_INTERRUPTED;
}

/* `<method> of layer "name"`, for errors. */
static void describe_result(const cornu_foreign_pass *pass, const char *method,
                            char text[CORNU_NAME_NBYTES + 64]) {
    char name[CORNU_NAME_NBYTES];
    PyOS_snprintf(text, CORNU_NAME_NBYTES + 64, "%s of layer \"%s\"", method,
                  cornu_layer_name(pass->layer, name));
}

/* The output; or a tuple of it and of what the layer adds to the loss. */
static bool take_output(PyObject *result, const cornu_foreign_pass *pass) {
    char whose[CORNU_NAME_NBYTES + 64];
    describe_result(pass, "`call`", whose);
    PyObject *output = result;
    if (PyTuple_Check(result) && PyTuple_GET_SIZE(result) == 2) {
        const double penalty = PyFloat_AsDouble(PyTuple_GET_ITEM(result, 1));
        if (penalty == -1.0 && PyErr_Occurred()) return false;
        *pass->penalty += penalty;
        output = PyTuple_GET_ITEM(result, 0);
    }
    return cornu_batch_copy_in(output, whose, &pass->rows, pass->output, pass->dtype, pass->y);
}

/* The mask of the output; None: all counts. */
static bool take_mask(PyObject *object, PyObject *x, PyObject *mask,
                      const cornu_foreign_pass *pass) {
    char whose[CORNU_NAME_NBYTES + 64];
    describe_result(pass, "`compute_mask`", whose);
    PyObject *result = PyObject_CallMethod(object, "output_mask", "(OO)", x, mask);
    bool ok = result != NULL;
    cornu_shape places = *pass->output;
    if (places.rank > 0) places.rank--;
    if (result == Py_None) {
        size_t count = pass->rows;
        for (size_t i = 0; i < places.rank; i++) count *= places.sizes[i];
        memset(pass->output_mask, true, count);
    } else if (ok) {
        ok =
            cornu_batch_copy_in(result, whose, &pass->rows, &places, CORNU_BOOL, pass->output_mask);
    }
    Py_XDECREF(result);
    return ok;
}

static bool call_forward(PyObject *object, const cornu_foreign_pass *pass) {
    PyObject *result = NULL;
    PyObject *x = cornu_batch_array(pass->rows, pass->input, pass->dtype, pass->x);
    PyObject *place = PyLong_FromVoidPtr((void *)pass->place);
    PyObject *mask = cornu_batch_mask(pass->rows, pass->input, pass->mask);
    if (x != NULL && place != NULL && mask != NULL) {
        result = PyObject_CallMethod(object, "forward", "(OOOO)", x,
                                     pass->training ? Py_True : Py_False, place, mask);
    }
    const bool ok = result != NULL && take_output(result, pass) &&
                    (pass->output_mask == NULL || take_mask(object, x, mask, pass));
    Py_XDECREF(result);
    Py_XDECREF(mask);
    Py_XDECREF(place);
    Py_XDECREF(x);
    return ok;
}

static cornu_status foreign_forward(void *object, const cornu_foreign_pass *pass) {
    PyGILState_STATE gil = PyGILState_Ensure();
    const bool ok = call_forward(object, pass);
    PyGILState_Release(gil);
    return ok ? CORNU_OK : CORNU_INTERRUPTED;
}

/* What is wanted of each weight: None, True, or what is to be added to. */
static PyObject *wanted_gradients(const cornu_foreign_pass *pass) {
    const size_t count = cornu_layer_span_count(pass->layer);
    PyObject *wanted = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; i < count && wanted != NULL; i++) {
        PyObject *item;
        if (pass->gradients[i] == NULL) {
            item = Py_NewRef(Py_None);
        } else if (!pass->accumulate[i]) {
            item = Py_NewRef(Py_True);
        } else {
            const cornu_shape *shape = cornu_span_shape(cornu_layer_span(pass->layer, i));
            item = cornu_plain_array(shape, pass->dtype, pass->gradients[i]);
        }
        if (item == NULL) {
            Py_CLEAR(wanted);
        } else {
            PyList_SET_ITEM(wanted, (Py_ssize_t)i, item);
        }
    }
    return wanted;
}

static bool take_gradients(PyObject *result, const cornu_foreign_pass *pass) {
    char whose[CORNU_NAME_NBYTES + 64];
    describe_result(pass, "The derivative of `call`", whose);
    const size_t count = cornu_layer_span_count(pass->layer);
    if (!PyTuple_Check(result) || PyTuple_GET_SIZE(result) != (Py_ssize_t)count + 1) {
        PyErr_SetString(PyExc_TypeError, "A layer must return a tuple of its derivatives.");
        return false;
    }
    if (pass->dx != NULL && !cornu_batch_copy_in(PyTuple_GET_ITEM(result, 0), whose, &pass->rows,
                                                 pass->input, pass->dtype, pass->dx)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const cornu_shape *shape = cornu_span_shape(cornu_layer_span(pass->layer, i));
        if (pass->gradients[i] == NULL) continue;
        if (!cornu_batch_copy_in(PyTuple_GET_ITEM(result, (Py_ssize_t)i + 1), whose, NULL, shape,
                                 pass->dtype, pass->gradients[i])) {
            return false;
        }
    }
    return true;
}

static bool call_backward(PyObject *object, const cornu_foreign_pass *pass) {
    PyObject *result = NULL;
    PyObject *dy = cornu_batch_array(pass->rows, pass->output, pass->dtype, pass->dy);
    PyObject *place = PyLong_FromVoidPtr((void *)pass->place);
    PyObject *wanted = wanted_gradients(pass);
    if (dy != NULL && place != NULL && wanted != NULL) {
        result =
            PyObject_CallMethod(object, "backward", "(OOOd)", place, dy, wanted, pass->loss_scale);
    }
    const bool ok = result != NULL && take_gradients(result, pass);
    Py_XDECREF(result);
    Py_XDECREF(wanted);
    Py_XDECREF(place);
    Py_XDECREF(dy);
    return ok;
}

static cornu_status foreign_backward(void *object, const cornu_foreign_pass *pass) {
    PyGILState_STATE gil = PyGILState_Ensure();
    const bool ok = call_backward(object, pass);
    PyGILState_Release(gil);
    return ok ? CORNU_OK : CORNU_INTERRUPTED;
}

static PyObject *foreign(PyObject *module, PyObject *const *values, Py_ssize_t value_count,
                         PyObject *keywords) {
    static const cornu_foreign_layer both[] = {{
                                                   .retain = cornu_foreign_retain,
                                                   .release = cornu_foreign_release,
                                                   .output_shape = foreign_output_shape,
                                                   .forward = foreign_forward,
                                                   .backward = foreign_backward,
                                               },
                                               {
                                                   .retain = cornu_foreign_retain,
                                                   .release = cornu_foreign_release,
                                                   .output_shape = foreign_output_shape,
                                                   .forward = foreign_forward,
                                                   .backward = foreign_backward,
                                                   .makes_mask = true,
                                               }};
    const char *name;
    cornu_dtype dtype;
    PyObject *part;
    bool makes_mask = false;
    cornu_layer *layer = NULL;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"name", cornu_convert_text, &name},
        {"dtype", cornu_convert_float_dtype, &dtype},
        {"part", cornu_convert_object, &part},
        {"|makes_mask", cornu_convert_bool, &makes_mask},
    };
    if (!cornu_arguments_parse("foreign", 4, arguments, value_count, values, keywords)) return NULL;
    cornu_status status =
        cornu_layer_new_foreign(name, dtype, &both[makes_mask], part, &layer, &error);
    return cornu_layer_finish(module, status, layer, &error);
}

PyMethodDef cornu_foreign_functions_of_module[] = {
    {"foreign", (PyCFunction)(void (*)(void))foreign, METH_FASTCALL | METH_KEYWORDS,
     "foreign($module, /, name, dtype, part, makes_mask=False)\n--\n\nA layer that Python "
     "computes."},
    {NULL, NULL, 0, NULL},
};
