/* `Model.hold`: all that training changes, at one moment. */
#ifndef CORNU_EXT_MODEL_HOLD_H
#define CORNU_EXT_MODEL_HOLD_H

#include "ext/model_type.h"

/* hold(work): what work() returns, or NULL with an exception. */
PyObject *cornu_model_object_hold(PyObject *self, PyObject *work);

#endif
