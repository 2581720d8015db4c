/* From the library's status to a Python exception. */
#ifndef CORNU_EXT_ERRORS_H
#define CORNU_EXT_ERRORS_H

#include "ext/interpreter.h"

#include "cornu.h"

/* An error that says nothing yet. */
#define CORNU_NO_ERROR ((cornu_error){.status = CORNU_OK, .message = ""})

/* Sets the exception of a status that is not CORNU_OK, with the error's sentence, or one of its own
 * where that is empty or `error` is NULL. Of CORNU_INTERRUPTED the exception is there already: the
 * poll that stopped the work set it. */
void cornu_error_raise(cornu_status status, const cornu_error *error);

#endif
