/* Products, bit by bit against the chain that kernels.h describes: blocks of the depth, fused
 * multiply-adds from zero, block sums added in order, bias last. Every level, every way of lying in
 * memory. */
#include <math.h>

#include "gemm_fixture.h"
#include "kernels_fixture.h"

#define RATE 0.1

typedef struct problem {
    cornu_dtype dtype;
    size_t rows, columns, depth;
    bool a_transposed, b_transposed, reversed, accumulate, with_bias, relu, descends;
    size_t gap; /* between c's rows */
} problem;

/* a (rows x depth) and b (depth x columns) are kept plainly; what the kernel reads lies otherwise.
 */
typedef struct operands {
    void *a, *b, *bias, *weights, *c; /* c before the product, without gaps */
    void *laid_a, *laid_b;
} operands;

static double fused(cornu_dtype dtype, double a, double b, double c) {
    return dtype == CORNU_FLOAT32 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

static double sum_of(cornu_dtype dtype, double a, double b) {
    return dtype == CORNU_FLOAT32 ? (double)((float)a + (float)b) : a + b;
}

/* One block over lanes: few columns. */
static double block_of_lanes(const problem *p, const operands *o, size_t i, size_t j, size_t begin,
                             size_t end) {
    double lanes[16] = {0};
    const size_t count = p->dtype == CORNU_FLOAT32 ? 16 : 8;
    for (size_t k = begin; k < end || (k - begin) % count != 0; k++) {
        const bool there = k < end;
        const double a = there ? real_get(p->dtype, o->a, i * p->depth + k) : 0;
        const double b = there ? real_get(p->dtype, o->b, k * p->columns + j) : 0;
        const size_t lane = (k - begin) % count;
        lanes[lane] = fused(p->dtype, a, b, lanes[lane]);
    }
    for (size_t half = count / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) lanes[l] = sum_of(p->dtype, lanes[l], lanes[l + half]);
    }
    return lanes[0];
}

static double block_of_chain(const problem *p, const operands *o, size_t i, size_t j, size_t begin,
                             size_t end) {
    double sum = 0;
    for (size_t k = begin; k < end; k++) {
        sum = fused(p->dtype, real_get(p->dtype, o->a, i * p->depth + k),
                    real_get(p->dtype, o->b, k * p->columns + j), sum);
    }
    return sum;
}

static double expected_element(const problem *p, const operands *o, size_t i, size_t j) {
    double value = real_get(p->dtype, o->c, i * p->columns + j);
    const size_t step = cornu_depth_block(p->depth);
    const bool lanes = p->columns <= CORNU_GEMM_NARROW && p->depth >= 32;
    for (size_t k = 0; k == 0 || k < p->depth; k += step) {
        size_t end = k + step < p->depth ? k + step : p->depth;
        double block =
            lanes ? block_of_lanes(p, o, i, j, k, end) : block_of_chain(p, o, i, j, k, end);
        value = k == 0 && !p->accumulate ? block : sum_of(p->dtype, value, block);
    }
    if (p->with_bias) value = sum_of(p->dtype, value, real_get(p->dtype, o->bias, j));
    if (p->relu) value = value <= 0 ? 0 : value;
    if (!p->descends) return value;
    return fused(p->dtype, -(p->dtype == CORNU_FLOAT32 ? (double)(float)RATE : RATE), value,
                 real_get(p->dtype, o->weights, i * p->columns + j));
}

/* A copy of a matrix, transposed or not, last element first or not; the strides that read it as it
 * was. `first` is where element (0, 0) went. */
static void *lay(cornu_dtype dtype, const void *matrix, size_t rows, size_t columns,
                 bool transposed, bool reversed, ptrdiff_t *row_stride, ptrdiff_t *column_stride,
                 const void **first) {
    size_t count = rows * columns;
    void *laid = new_reals(dtype, count + 1);
    *row_stride = transposed ? 1 : (ptrdiff_t)columns;
    *column_stride = transposed ? (ptrdiff_t)rows : 1;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            size_t at = i * (size_t)*row_stride + j * (size_t)*column_stride;
            real_set(dtype, laid, reversed ? count - 1 - at : at,
                     real_get(dtype, matrix, i * columns + j));
        }
    }
    *first = laid;
    if (reversed) {
        *row_stride = -*row_stride;
        *column_stride = -*column_stride;
        *first = real_at(dtype, laid, count > 0 ? count - 1 : 0);
    }
    return laid;
}

static operands new_operands(const problem *p, cornu_gemm *product) {
    operands o = {
        .a = new_reals(p->dtype, p->rows * p->depth + 1),
        .b = new_reals(p->dtype, p->depth * p->columns + 1),
        .bias = new_reals(p->dtype, p->columns + 1),
        .weights = new_reals(p->dtype, p->rows * p->columns + 1),
        .c = new_reals(p->dtype, p->rows * p->columns + 1),
    };
    fill_between(p->dtype, o.a, p->rows * p->depth, 1, -1, 1);
    fill_between(p->dtype, o.b, p->depth * p->columns, 2, -1, 1);
    fill_between(p->dtype, o.bias, p->columns, 3, -1, 1);
    fill_between(p->dtype, o.c, p->rows * p->columns, 4, -1, 1);
    fill_between(p->dtype, o.weights, p->rows * p->columns, 7, -1, 1);
    *product = (cornu_gemm){.rows = p->rows,
                            .columns = p->columns,
                            .depth = p->depth,
                            .c_row_stride = (ptrdiff_t)(p->columns + p->gap),
                            .accumulate = p->accumulate,
                            .bias = p->with_bias ? o.bias : NULL,
                            .relu = p->relu,
                            .rate = RATE};
    o.laid_a = lay(p->dtype, o.a, p->rows, p->depth, p->a_transposed, p->reversed,
                   &product->a_row_stride, &product->a_column_stride, &product->a);
    o.laid_b = lay(p->dtype, o.b, p->depth, p->columns, p->b_transposed, p->reversed,
                   &product->b_row_stride, &product->b_column_stride, &product->b);
    return o;
}

static void free_operands(operands *o) {
    void *all[] = {o->a, o->b, o->bias, o->weights, o->c, o->laid_a, o->laid_b};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) cornu_memory_free(all[i]);
}

/* Lays a matrix as c lies, and fills what is between its rows with 77. */
static void set_c(const problem *p, const void *matrix, void *c) {
    size_t stride = p->columns + p->gap;
    for (size_t i = 0; i < p->rows; i++) {
        for (size_t j = 0; j < stride; j++) {
            real_set(p->dtype, c, i * stride + j,
                     j < p->columns ? real_get(p->dtype, matrix, i * p->columns + j) : 77);
        }
    }
}

/* In one call, then rows and depth in two: the same bits. */
static void run_split(const cornu_kernels *kernels, const cornu_gemm *product, void *scratch,
                      bool split) {
    if (!split) {
        kernels->gemm(product, scratch);
        return;
    }
    size_t rows = product->rows / 3;
    /* Half of the blocks, rounded up: what is left would often be cut otherwise if it were whole.
     */
    const size_t block = cornu_depth_block(product->depth);
    const size_t blocks = (product->depth + block - 1) / block;
    const size_t depth = blocks > 1 ? (blocks + 1) / 2 * block : product->depth;
    for (size_t part = 0; part < 2; part++) {
        cornu_gemm head = *product;
        ptrdiff_t skipped = part == 0 ? 0 : (ptrdiff_t)rows;
        head.rows = part == 0 ? rows : product->rows - rows;
        head.a = real_at(kernels->dtype, product->a, 0);
        head.a = (const char *)head.a +
                 skipped * product->a_row_stride * (ptrdiff_t)real_nbytes(kernels->dtype);
        head.c = (char *)head.c +
                 skipped * product->c_row_stride * (ptrdiff_t)real_nbytes(kernels->dtype);
        if (head.weights) {
            head.weights = (char *)head.weights +
                           skipped * product->c_row_stride * (ptrdiff_t)real_nbytes(kernels->dtype);
        }
        cornu_gemm tail = head;
        head.depth = depth;
        head.whole_depth = tail.whole_depth = product->depth;
        if (depth == product->depth) {
            kernels->gemm(&head, scratch);
            continue;
        }
        head.bias = NULL;
        head.relu = false;
        head.weights = NULL;
        kernels->gemm(&head, scratch);
        ptrdiff_t nbytes = (ptrdiff_t)(depth * real_nbytes(kernels->dtype));
        tail.depth = product->depth - depth;
        tail.a = (const char *)tail.a + nbytes * product->a_column_stride;
        tail.b = (const char *)tail.b + nbytes * product->b_row_stride;
        tail.accumulate = true;
        kernels->gemm(&tail, scratch);
    }
}

static void check_problem(const problem *p) {
    cornu_gemm product;
    operands o = new_operands(p, &product);
    size_t stride = p->columns + p->gap, count = p->rows * stride;
    void *expected = new_reals(p->dtype, count + 1), *c = new_reals(p->dtype, count + 1);
    void *weights = new_reals(p->dtype, count + 1);
    set_c(p, o.c, expected);
    for (size_t i = 0; i < p->rows; i++) {
        for (size_t j = 0; j < p->columns; j++) {
            real_set(p->dtype, expected, i * stride + j, expected_element(p, &o, i, j));
        }
    }
    product.c = c;
    product.weights = p->descends ? weights : NULL;
    for (size_t level = 0; cornu_kernels_level(level, p->dtype); level++) {
        const cornu_kernels *kernels = cornu_kernels_level(level, p->dtype);
        void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
        for (int split = 0; split < 2; split++) {
            set_c(p, o.c, c);
            set_c(p, o.weights, weights);
            run_split(kernels, &product, scratch, split == 1);
            char what[120];
            snprintf(what, sizeof what, "%zu x %zu x %zu, %s%s%s%s%s%s%s%s%s", p->rows, p->columns,
                     p->depth, kernels->isa, p->a_transposed ? ", a transposed" : "",
                     p->b_transposed ? ", b transposed" : "", p->reversed ? ", reversed" : "",
                     p->accumulate ? ", accumulated" : "", p->with_bias ? ", bias" : "",
                     p->relu ? ", relu" : "", p->descends ? ", step" : "", split ? ", split" : "");
            CHECK_SAME_REALS(p->dtype, p->descends ? weights : c, expected, count, what);
        }
        cornu_memory_free(scratch);
    }
    cornu_memory_free(expected);
    cornu_memory_free(c);
    cornu_memory_free(weights);
    free_operands(&o);
}

/* Plain, with dtype, transposes and gap by the bits of `way`. */
static problem problem_of(const size_t shape[3], unsigned way) {
    return (problem){.dtype = real_dtypes[way & 1],
                     .rows = shape[0],
                     .columns = shape[1],
                     .depth = shape[2],
                     .a_transposed = (way & 2) != 0,
                     .b_transposed = (way & 4) != 0,
                     .gap = way % 3};
}

static void check_shapes(void) {
    static const size_t shapes[][3] = {
        {0, 3, 2},    {3, 0, 2},     {1, 1, 1},    {1, 10, 64},  {2, 1, 3},      {5, 3, 0},
        {13, 17, 5},  {31, 33, 37},  {64, 1, 19},  {100, 2, 7},  {7, 15, 255},   {7, 16, 256},
        {3, 31, 257}, {12, 32, 100}, {25, 65, 9},  {53, 47, 64}, {4, 9, 513},    {1, 64, 600},
        {33, 5, 511}, {128, 10, 30}, {6, 24, 769}, {17, 1, 32},  {40, 4, 33},    {16, 2, 1025},
        {49, 70, 20}, {3, 150, 12},  {60, 3, 700}, {2, 129, 5},  {61, 200, 530}, {1, 1, 1600},
        {5, 6, 1537}, {3, 2, 2049},  {2, 4, 1041},
    };
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (unsigned way = 0; way < 64; way++) {
            problem p = problem_of(shapes[s], way);
            p.reversed = (way & 8) != 0;
            p.accumulate = (way & 16) != 0;
            p.with_bias = (way & 32) != 0;
            p.relu = (way + s) % 3 == 0;
            p.descends = (way + s) % 5 == 0;
            check_problem(&p);
        }
    }
}

/* So many columns, of a or of its transpose, that not all of them are packed at once: what the
 * scratch holds is less than a block of the depth has. */
static void check_column_blocks(void) {
    static const size_t shapes[][3] = {{50, 420, 520}, {420, 50, 520}, {53, 407, 1030}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (unsigned way = 0; way < 8; way++) {
            problem p = problem_of(shapes[s], way);
            p.reversed = way == 6;
            p.accumulate = (way + s) % 3 == 0;
            p.with_bias = (way + s) % 3 != 1;
            p.relu = (way + s) % 4 < 2;
            p.descends = (way + s) % 5 == 0;
            const size_t longer = p.rows > p.columns ? p.rows : p.columns;
            CHECK(longer * cornu_depth_block(p.depth) * real_nbytes(p.dtype) >
                  cornu_kernels_for(p.dtype)->scratch_nbytes);
            check_problem(&p);
        }
    }
}

/* Rows of a's transpose that lie so many bytes apart that they keep each other out of the cache: of
 * many columns they are packed, some tiles at a time. */
static void check_far_rows(void) {
    static const size_t shapes[][3] = {{1024, 259, 20}, {512, 133, 515}, {1024, 261, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (unsigned way = 2; way < 8; way++) {
            problem p = problem_of(shapes[s], way);
            p.accumulate = way % 3 == 0;
            p.with_bias = way % 3 != 1;
            p.relu = (way + s) % 2 == 0;
            p.descends = (way + s) % 3 == 0;
            check_problem(&p);
        }
    }
}

/* A row's bits alone and in any batch: 1 to 40 rows against all 40. */
static void check_rows_alone(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        const cornu_kernels *kernels = cornu_kernels_for(dtype);
        enum { ROWS = 40, COLUMNS = 3, DEPTH = 300 };
        void *x = new_reals(dtype, ROWS * DEPTH), *w = new_reals(dtype, DEPTH * COLUMNS);
        void *all = new_reals(dtype, ROWS * COLUMNS), *some = new_reals(dtype, ROWS * COLUMNS);
        void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
        fill_between(dtype, x, ROWS * DEPTH, 5, -1, 1);
        fill_between(dtype, w, DEPTH * COLUMNS, 6, -1, 1);
        cornu_gemm product = product_of(ROWS, COLUMNS, DEPTH, x, w, all);
        kernels->gemm(&product, scratch);
        product.c = some;
        for (size_t rows = 1; rows <= ROWS; rows++) {
            product.rows = rows;
            kernels->gemm(&product, scratch);
            CHECK_SAME_REALS(dtype, some, all, rows * COLUMNS, "the first rows");
        }
        void *blocks[] = {x, w, all, some, scratch};
        for (size_t i = 0; i < 5; i++) cornu_memory_free(blocks[i]);
    }
}

/* Sums of columns are the products of a row of ones and blocks of x, added in order. */
static void check_column_sums(void) {
    static const size_t row_counts[] = {0, 1, 2, 255, 256, 257, 700};
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        enum { COLUMNS = 67, MOST = 700 };
        void *x = new_reals(dtype, MOST * COLUMNS), *ones = new_reals(dtype, MOST);
        void *expected = new_reals(dtype, COLUMNS), *sums = new_reals(dtype, COLUMNS);
        fill_between(dtype, x, MOST * COLUMNS, 8, -1, 1);
        fill_between(dtype, ones, MOST, 9, 1, 1);
        for (size_t level = 0; cornu_kernels_level(level, dtype); level++) {
            const cornu_kernels *kernels = cornu_kernels_level(level, dtype);
            void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
            for (size_t r = 0; r < 2 * sizeof row_counts / sizeof row_counts[0]; r++) {
                size_t rows = row_counts[r / 2];
                fill_between(dtype, expected, COLUMNS, 10, -1, 1);
                fill_between(dtype, sums, COLUMNS, 10, -1, 1);
                for (size_t row = 0; row == 0 || row < rows; row += CORNU_SUM_BLOCK) {
                    size_t some = rows - row < CORNU_SUM_BLOCK ? rows - row : CORNU_SUM_BLOCK;
                    cornu_gemm product = product_of(1, COLUMNS, some, ones,
                                                    real_at(dtype, x, row * COLUMNS), expected);
                    product.accumulate = r % 2 == 1 || row > 0;
                    kernels->gemm(&product, scratch);
                }
                kernels->column_sums(rows, COLUMNS, x, sums, r % 2 == 1);
                CHECK_SAME_REALS(dtype, sums, expected, COLUMNS, "column sums");
            }
            cornu_memory_free(scratch);
        }
        void *blocks[] = {x, ones, expected, sums};
        for (size_t i = 0; i < 4; i++) cornu_memory_free(blocks[i]);
    }
}

/* The whole point of fusing: (1 + e)(1 - e) - 1 is -e^2, which a rounded product loses. */
static void check_fused(void) {
    for (size_t t = 0; t < 2; t++) {
        cornu_dtype dtype = real_dtypes[t];
        double e = dtype == CORNU_FLOAT32 ? 0x1p-13 : 0x1p-30;
        for (size_t level = 0; cornu_kernels_level(level, dtype); level++) {
            const cornu_kernels *kernels = cornu_kernels_level(level, dtype);
            void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
            void *a = new_reals(dtype, 2), *b = new_reals(dtype, 2), *c = new_reals(dtype, 1);
            real_set(dtype, a, 0, -1);
            real_set(dtype, b, 0, 1);
            real_set(dtype, a, 1, 1 + e);
            real_set(dtype, b, 1, 1 - e);
            const cornu_gemm product = product_of(1, 1, 2, a, b, c);
            kernels->gemm(&product, scratch);
            CHECK_NEAR(real_get(dtype, c, 0), -e * e, 0);
            void *blocks[] = {a, b, c, scratch};
            for (size_t i = 0; i < 4; i++) cornu_memory_free(blocks[i]);
        }
    }
}

int main(void) {
    check_shapes();
    check_column_blocks();
    check_far_rows();
    check_rows_alone();
    check_column_sums();
    check_fused();
    return check_report();
}
