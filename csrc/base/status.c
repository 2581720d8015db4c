#include "base/status.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

cornu_status cornu_error_set(cornu_error *error, cornu_status status, const char *format, ...) {
    if (!error) return status;
    error->status = status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

static const struct {
    const char *name;
    size_t nbytes;
} dtypes[CORNU_DTYPE_COUNT] = {
    [CORNU_BOOL] = {"bool", 1},       [CORNU_INT8] = {"int8", 1},
    [CORNU_UINT8] = {"uint8", 1},     [CORNU_INT16] = {"int16", 2},
    [CORNU_UINT16] = {"uint16", 2},   [CORNU_INT32] = {"int32", 4},
    [CORNU_UINT32] = {"uint32", 4},   [CORNU_INT64] = {"int64", 8},
    [CORNU_UINT64] = {"uint64", 8},   [CORNU_FLOAT16] = {"float16", 2},
    [CORNU_FLOAT32] = {"float32", 4}, [CORNU_FLOAT64] = {"float64", 8},
};

const char *cornu_dtype_name(cornu_dtype dtype) {
    return (unsigned)dtype < CORNU_DTYPE_COUNT ? dtypes[dtype].name : "unknown";
}

size_t cornu_dtype_nbytes(cornu_dtype dtype) {
    return (unsigned)dtype < CORNU_DTYPE_COUNT ? dtypes[dtype].nbytes : 0;
}

const char *cornu_number_text(double number, char text[CORNU_NUMBER_TEXT]) {
    bool whole = number == floor(number) && fabs(number) < 1e18;
    snprintf(text, CORNU_NUMBER_TEXT, whole ? "%.0f" : "%g", number);
    return text;
}
