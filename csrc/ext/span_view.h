/* Arrays that are views of the library's spans. */
#ifndef CORNU_EXT_SPAN_VIEW_H
#define CORNU_EXT_SPAN_VIEW_H

#include "ext/interpreter.h"

#include "cornu.h"

/* A new writable, C-contiguous array over the span's own memory. Its base holds a reference to the
 * span, so that it outlives layer and model. NULL with an exception. */
PyObject *cornu_span_view(cornu_span *span);

/* The span that an array views (borrowed from it), however many views lie between. NULL with an
 * exception: it views none. */
cornu_span *cornu_span_of_view(PyObject *view);

/* A new array of the span's shape and dtype that holds a copy of `values`, as many as the span has
 * (NULL: it has none). NULL with an exception. */
PyObject *cornu_span_shaped_copy(const cornu_span *span, const void *values);

#endif
