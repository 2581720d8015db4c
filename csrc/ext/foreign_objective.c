#include "ext/foreign_objective.h"

#include "ext/batch_array.h"

/* The library calls from a thread that has given up the GIL. An exception stays with the thread and
 * is raised where the run comes back: CORNU_INTERRUPTED says that there is one. */

void cornu_foreign_retain(void *object) {
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_INCREF((PyObject *)object);
    PyGILState_Release(gil);
}

void cornu_foreign_release(void *object) {
    PyGILState_STATE gil = PyGILState_Ensure();
    Py_DECREF((PyObject *)object);
    PyGILState_Release(gil);
}

/* (target, prediction, weights or None, flag, mask or None). */
static PyObject *batch_arguments(const cornu_foreign_batch *batch, bool flag) {
    PyObject *weights = NULL;
    PyObject *target =
        cornu_batch_array(batch->rows, &batch->target_row, batch->target_dtype, batch->target);
    PyObject *prediction =
        cornu_batch_array(batch->rows, &batch->prediction_row, batch->dtype, batch->prediction);
    weights = batch->weights == NULL ? Py_NewRef(Py_None)
                                     : cornu_batch_array(batch->rows, &batch->weight_row,
                                                         CORNU_FLOAT64, batch->weights);
    PyObject *mask = cornu_batch_mask(batch->rows, &batch->prediction_row, batch->mask);
    PyObject *arguments = NULL;
    if (target != NULL && prediction != NULL && weights != NULL && mask != NULL) {
        arguments = PyTuple_Pack(5, target, prediction, weights, flag ? Py_True : Py_False, mask);
    }
    Py_XDECREF(target);
    Py_XDECREF(prediction);
    Py_XDECREF(weights);
    Py_XDECREF(mask);
    return arguments;
}

static PyObject *call(void *object, const cornu_foreign_batch *batch, bool flag) {
    PyObject *arguments = batch_arguments(batch, flag);
    if (arguments == NULL) return NULL;
    PyObject *result = PyObject_Call(object, arguments, NULL);
    Py_DECREF(arguments);
    return result;
}

static bool take_loss(PyObject *result, const cornu_foreign_batch *batch, double *loss,
                      void *gradient) {
    if (!PyTuple_Check(result) || PyTuple_GET_SIZE(result) != 2) {
        PyErr_SetString(PyExc_TypeError, "A loss must return (loss, gradient).");
        return false;
    }
    const double value = PyFloat_AsDouble(PyTuple_GET_ITEM(result, 0));
    if (PyErr_Occurred() != NULL) return false;
    if (gradient != NULL &&
        !cornu_batch_copy_in(PyTuple_GET_ITEM(result, 1), "The derivative of a loss", &batch->rows,
                             &batch->prediction_row, batch->dtype, gradient)) {
        return false;
    }
    *loss = value;
    return true;
}

static cornu_status foreign_loss(void *object, const cornu_foreign_batch *batch, double *loss,
                                 void *gradient) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *result = call(object, batch, gradient != NULL);
    const bool ok = result != NULL && take_loss(result, batch, loss, gradient);
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return ok ? CORNU_OK : CORNU_INTERRUPTED;
}

static cornu_status foreign_metric(void *object, const cornu_foreign_batch *batch, double *value) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *result = call(object, batch, batch->is_first);
    const double number = result != NULL ? PyFloat_AsDouble(result) : 0.0;
    const bool ok = result != NULL && PyErr_Occurred() == NULL;
    Py_XDECREF(result);
    if (ok) *value = number;
    PyGILState_Release(gil);
    return ok ? CORNU_OK : CORNU_INTERRUPTED;
}

cornu_foreign cornu_foreign_of(PyObject *object) {
    static const cornu_foreign_functions functions = {
        .retain = cornu_foreign_retain,
        .release = cornu_foreign_release,
        .loss = foreign_loss,
        .metric = foreign_metric,
    };
    return (cornu_foreign){&functions, object};
}
