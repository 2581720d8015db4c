/* What an optimizer keeps, for Python: methods of the type `Optimizer`. */
#ifndef CORNU_EXT_OPTIMIZER_METHODS_H
#define CORNU_EXT_OPTIMIZER_METHODS_H

#include "ext/interpreter.h"

PyObject *cornu_optimizer_object_build(PyObject *self, PyObject *views);
PyObject *cornu_optimizer_object_read(PyObject *self, PyObject *const *values,
                                      Py_ssize_t value_count);
PyObject *cornu_optimizer_object_write(PyObject *self, PyObject *const *values,
                                       Py_ssize_t value_count);
PyObject *cornu_optimizer_object_product(PyObject *self, PyObject *const *values,
                                         Py_ssize_t value_count);
PyObject *cornu_optimizer_object_apply(PyObject *self, PyObject *const *values,
                                       Py_ssize_t value_count);
PyObject *cornu_optimizer_object_divide(PyObject *self, PyObject *const *values,
                                        Py_ssize_t value_count);

#endif
