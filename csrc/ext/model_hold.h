/* `Model.hold`: all that training changes, at one moment. */
#ifndef CORNU_EXT_MODEL_HOLD_H
#define CORNU_EXT_MODEL_HOLD_H

#include "ext/model_type.h"

/* hold(work, exclusive): what work() returns, or NULL with an exception. */
PyObject *cornu_model_object_hold(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords);

#endif
