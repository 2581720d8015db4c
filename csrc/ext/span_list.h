/* Lists of views of weights, as spans. */
#ifndef CORNU_EXT_SPAN_LIST_H
#define CORNU_EXT_SPAN_LIST_H

#include "ext/interpreter.h"

#include <stdbool.h>
#include <stddef.h>

#include "cornu.h"

typedef struct cornu_span_list {
    size_t count;
    cornu_span **spans; /* borrowed from the views */
    PyObject *items;    /* which keeps them */
} cornu_span_list;

/* Of a tuple or list that the user knows as `name`. False with an exception, and nothing to free.
 */
bool cornu_span_list_init(cornu_span_list *list, PyObject *views, const char *name);
/* The list may be all zero. */
void cornu_span_list_free(cornu_span_list *list);

#endif
