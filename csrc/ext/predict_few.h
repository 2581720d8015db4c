/* `Model.predict_few`: a prediction of a few rows with as little around it as can be. */
#ifndef CORNU_EXT_PREDICT_FEW_H
#define CORNU_EXT_PREDICT_FEW_H

#include "ext/model_type.h"

/* A new array; None where the rows don't lie as they must, are too many, or the model is not free:
 * then a run has to be made. */
PyObject *cornu_model_object_predict_few(PyObject *self, PyObject *x);

#endif
