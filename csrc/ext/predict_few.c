#include "ext/predict_few.h"

#include "ext/array.h"
#include "ext/batch_array.h"

/* Whether an array lies as the library reads rows of `dtype`, so that it can be handed over as it
 * is. */
static bool lies_right(PyObject *value, cornu_dtype dtype) {
    if (!PyArray_CheckExact(value)) return false;
    PyArrayObject *array = (PyArrayObject *)value;
    return PyArray_TYPE(array) == cornu_dtype_numpy(dtype) && PyArray_ISCARRAY_RO(array);
}

static bool has_row_shape(PyArrayObject *array, const cornu_shape *row) {
    if (PyArray_NDIM(array) != (int)row->rank + 1 || PyArray_DIM(array, 0) < 1) return false;
    for (size_t i = 0; i < row->rank; i++) {
        if (PyArray_DIM(array, (int)i + 1) != (npy_intp)row->sizes[i]) return false;
    }
    return true;
}

PyObject *cornu_model_object_predict_few(PyObject *self, PyObject *x) {
    const cornu_model_object *model = (const cornu_model_object *)self;
    if (model->layer_count == 0 || !lies_right(x, model->dtype) ||
        !has_row_shape((PyArrayObject *)x, &model->input)) {
        Py_RETURN_NONE;
    }
    PyArrayObject *array = (PyArrayObject *)x;
    const size_t rows = (size_t)PyArray_DIM(array, 0);
    PyObject *output = cornu_rows_new(&rows, &model->shapes[model->layer_count - 1], model->dtype);
    if (output == NULL) return NULL;
    /* The GIL is kept: to give it up and get it back would take longer, nothing is waited for, and
     * nobody can change the chain or the array meanwhile. */
    cornu_status status = cornu_model_predict_few(
        model->model, rows, (size_t)PyArray_NBYTES(array), PyArray_DATA(array),
        (size_t)PyArray_NBYTES((PyArrayObject *)output), PyArray_DATA((PyArrayObject *)output));
    if (status == CORNU_OK) return output;
    Py_DECREF(output);
    /* Whatever the reason, the run that is made next will say it in full. */
    Py_RETURN_NONE;
}
