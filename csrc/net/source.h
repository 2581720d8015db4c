/* Where rows come from: an array of the caller's, gathered batch by batch. */
#ifndef CORNU_NET_SOURCE_H
#define CORNU_NET_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cornu.h"
#include "net/task.h"

/* A batch: rows order[begin .. begin + count), or begin + i itself where there is no order. */
typedef struct cornu_rows {
    const uint32_t *order32; /* at most one of the two is not NULL */
    const uint64_t *order64;
    size_t begin, count;
    size_t following; /* rows that come after these in the same order */
} cornu_rows;

size_t cornu_rows_at(const cornu_rows *rows, size_t index);

typedef struct cornu_source {
    const char *name; /* "x", "y", "validation x": stands in errors; borrowed */
    cornu_array array;
    cornu_shape row;  /* shape of one row */
    size_t row_count; /* elements of one row */
    /* Axes of a row after merging those that lie evenly: the last one is handed to the gather
     * kernel. */
    size_t axes;
    size_t sizes[CORNU_MAX_RANK];
    ptrdiff_t strides[CORNU_MAX_RANK];
    bool even_rows; /* the whole array is one evenly strided vector */
} cornu_source;

/* Copies the description. CORNU_ERROR_VALUE for a rank that isn't supported. */
cornu_status cornu_source_init(cornu_source *source, const char *name, const cornu_array *array,
                               cornu_error *error);

/* The address of the batch if it already lies as a matrix of `dtype` in native order, aligned,
 * without gaps, else NULL. */
const void *cornu_source_in_place(const cornu_source *source, const cornu_rows *rows,
                                  cornu_dtype dtype);

/* Gathers and converts the batch to `to` (row_count elements a row, in the dtype of `kernels`,
 * which need not be the task's). */
cornu_status cornu_source_gather(const cornu_source *source, cornu_task *task,
                                 const cornu_kernels *kernels, const cornu_rows *rows, void *to);

/* CORNU_ERROR_DATA names the first element of the gathered batch that is NaN or infinite. */
cornu_status cornu_source_check(const cornu_source *source, cornu_task *task,
                                const cornu_kernels *kernels, const cornu_rows *rows,
                                const void *gathered, cornu_error *error);

#endif
