#include "ext/model_hold.h"

#include <stdbool.h>
#include <stdint.h>

#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/interrupt.h"
#include "ext/module.h"
#include "net/model_lock.h"

/* The locks are waited for without the GIL, and the work takes none that this thread has; so who
 * holds the GIL never waits for them. */
PyObject *cornu_model_object_hold(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    PyObject *work;
    bool exclusive;
    const cornu_argument arguments[] = {
        {"work", cornu_convert_object, &work},
        {"exclusive", cornu_convert_bool, &exclusive},
    };
    if (!cornu_arguments_parse("hold", 2, arguments, value_count, values, keywords)) return NULL;
    cornu_model *model = ((cornu_model_object *)self)->model;
    cornu_error error = CORNU_NO_ERROR;
    cornu_signals signals;
    cornu_signals_begin(&signals, cornu_type_state_of(Py_TYPE(self)));
    cornu_status status =
        cornu_model_lock_state(model, exclusive, UINT64_MAX, cornu_signals_poll(&signals), &error);
    const bool is_locked = status == CORNU_OK;
    status = cornu_signals_end(&signals, status);
    PyObject *result = status == CORNU_OK ? PyObject_CallNoArgs(work) : NULL;
    if (is_locked) (void)cornu_model_unlock(model, NULL);
    if (status != CORNU_OK) cornu_error_raise(status, &error);
    return result;
}
