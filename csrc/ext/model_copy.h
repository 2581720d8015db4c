/* `Model.copy`: all weights at once. */
#ifndef CORNU_EXT_MODEL_COPY_H
#define CORNU_EXT_MODEL_COPY_H

#include "ext/model_type.h"

/* copy(targets, sources, exclusive): None, or NULL with an exception. */
PyObject *cornu_model_object_copy(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords);

#endif
