/* Products of matrices that lie without gaps, for the tests of csrc/kernels and csrc/net. */
#ifndef CORNU_TESTS_GEMM_FIXTURE_H
#define CORNU_TESTS_GEMM_FIXTURE_H

#include "kernels/kernels.h"

/* c = a b: a is rows x depth, b depth x columns, both row by row. */
static inline cornu_gemm product_of(size_t rows, size_t columns, size_t depth, const void *a,
                                    const void *b, void *c) {
    return (cornu_gemm){.rows = rows,
                        .columns = columns,
                        .depth = depth,
                        .a = a,
                        .a_row_stride = (ptrdiff_t)depth,
                        .a_column_stride = 1,
                        .b = b,
                        .b_row_stride = (ptrdiff_t)columns,
                        .b_column_stride = 1,
                        .c = c,
                        .c_row_stride = (ptrdiff_t)columns};
}

/* The same product; a lies column by column, as depth x rows. */
static inline void transpose_a(cornu_gemm *product) {
    product->a_row_stride = 1;
    product->a_column_stride = (ptrdiff_t)product->rows;
}

/* b lies column by column, as columns x depth. */
static inline void transpose_b(cornu_gemm *product) {
    product->b_row_stride = 1;
    product->b_column_stride = (ptrdiff_t)product->depth;
}

#endif
