/* Products that use each number of b once or a few times (gemm_few_template.h), bit by bit against
 * the chain that kernels.h describes. Each operand ends, or begins, where no memory is. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "kernels_fixture.h"

#define RATE 0.1

/* ---- Memory between two pages that may not be touched ---- */

typedef struct fenced {
    void *pages;
    size_t nbytes;
    void *at; /* of the elements */
} fenced;

static fenced new_fenced(size_t nbytes, bool at_end) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = (nbytes + page - 1) / page * page;
    fenced made = {.nbytes = room + 2 * page};
    made.pages =
        mmap(NULL, made.nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!CHECK(made.pages != MAP_FAILED)) exit(1);
    char *const inside = (char *)made.pages + page;
    CHECK_INT(mprotect(made.pages, page, PROT_NONE), 0);
    CHECK_INT(mprotect(inside + room, page, PROT_NONE), 0);
    made.at = at_end ? inside + (room - nbytes) : inside;
    return made;
}

static void free_fenced(fenced *made) {
    munmap(made->pages, made->nbytes);
}

/* ---- Problems ---- */

/* How a matrix lies: contiguous along its rows, along its columns, along neither; the same with its
 * rows, or columns, from the last to the first. */
typedef enum layout {
    ALONG_ROWS,
    ALONG_COLUMNS,
    ALONG_NEITHER,
    ROWS_BACKWARDS,
    COLUMNS_BACKWARDS,
    LAYOUT_COUNT
} layout;

/* Everything is kept plainly here. */
typedef struct numbers {
    cornu_dtype dtype;
    size_t rows, columns, depth; /* the most rows */
    void *a, *b, *bias, *c, *weights;
    void *blocks; /* each block of the depth's sums, rows x columns */
} numbers;

typedef struct problem {
    const numbers *of;
    size_t rows, gap; /* between c's rows */
    layout a_lies;
    bool accumulate, with_bias, relu, descends, at_end;
} problem;

static double fused(cornu_dtype dtype, double a, double b, double c) {
    return dtype == CORNU_FLOAT32 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

static double sum_of(cornu_dtype dtype, double a, double b) {
    return dtype == CORNU_FLOAT32 ? (double)((float)a + (float)b) : a + b;
}

static size_t block_count(size_t depth) {
    const size_t step = cornu_depth_block(depth);
    return (depth + step - 1) / step;
}

static void fill_blocks(const numbers *n) {
    const size_t step = cornu_depth_block(n->depth), count = n->rows * n->columns;
    for (size_t k = 0; k < n->depth; k++) {
        for (size_t at = 0; at < count; at++) {
            const size_t i = at / n->columns, j = at % n->columns, to = k / step * count + at;
            const double a = real_get(n->dtype, n->a, i * n->depth + k);
            const double b = real_get(n->dtype, n->b, k * n->columns + j);
            real_set(n->dtype, n->blocks, to,
                     fused(n->dtype, a, b, real_get(n->dtype, n->blocks, to)));
        }
    }
}

static numbers new_numbers(cornu_dtype dtype, size_t rows, size_t columns, size_t depth) {
    const size_t count = rows * columns;
    numbers n = {.dtype = dtype, .rows = rows, .columns = columns, .depth = depth};
    /* Chains over lanes are another thing. */
    CHECK(columns > CORNU_GEMM_NARROW || depth < 32);
    n.a = new_reals(dtype, rows * depth);
    n.b = new_reals(dtype, depth * columns);
    n.bias = new_reals(dtype, columns);
    n.c = new_reals(dtype, count);
    n.weights = new_reals(dtype, count);
    n.blocks = new_reals(dtype, block_count(depth) * count);
    fill_between(dtype, n.a, rows * depth, 1, -1, 1);
    fill_between(dtype, n.b, depth * columns, 2, -1, 1);
    fill_between(dtype, n.bias, columns, 3, -1, 1);
    fill_between(dtype, n.c, count, 4, -1, 1);
    fill_between(dtype, n.weights, count, 5, -1, 1);
    fill_blocks(&n);
    return n;
}

static void free_numbers(numbers *n) {
    void *all[] = {n->a, n->b, n->bias, n->c, n->weights, n->blocks};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) cornu_memory_free(all[i]);
}

static double expected_element(const problem *p, size_t i, size_t j) {
    const numbers *n = p->of;
    const size_t at = i * n->columns + j, count = n->rows * n->columns;
    double value = real_get(n->dtype, n->c, at);
    for (size_t block = 0; block < block_count(n->depth); block++) {
        const double sum = real_get(n->dtype, n->blocks, block * count + at);
        value = block == 0 && !p->accumulate ? sum : sum_of(n->dtype, value, sum);
    }
    if (p->with_bias) value = sum_of(n->dtype, value, real_get(n->dtype, n->bias, j));
    if (p->relu) value = value <= 0 ? 0 : value;
    if (!p->descends) return value;
    const double rate = n->dtype == CORNU_FLOAT32 ? (double)(float)RATE : RATE;
    return fused(n->dtype, -rate, value, real_get(n->dtype, n->weights, at));
}

/* ---- Where operands lie ---- */

typedef struct laid {
    fenced memory;
    const void *first; /* element (0, 0) */
    ptrdiff_t row_stride, column_stride;
} laid;

/* A copy of a matrix, with gaps of some elements where lines end. */
static laid lay(cornu_dtype dtype, const void *matrix, size_t rows, size_t columns, layout lies,
                bool at_end) {
    laid l = {.row_stride = (ptrdiff_t)columns + 3, .column_stride = 1};
    if (lies == ALONG_COLUMNS || lies == COLUMNS_BACKWARDS) {
        l.row_stride = 1;
        l.column_stride = (ptrdiff_t)rows + 1;
    } else if (lies == ALONG_NEITHER) {
        l.row_stride = 2 * (ptrdiff_t)columns + 1;
        l.column_stride = 2;
    }
    const ptrdiff_t last =
        l.row_stride * (ptrdiff_t)(rows - 1) + l.column_stride * (ptrdiff_t)(columns - 1);
    ptrdiff_t first = 0;
    if (lies == ROWS_BACKWARDS) {
        first = l.row_stride * (ptrdiff_t)(rows - 1);
        l.row_stride = -l.row_stride;
    } else if (lies == COLUMNS_BACKWARDS) {
        first = l.column_stride * (ptrdiff_t)(columns - 1);
        l.column_stride = -l.column_stride;
    }
    l.memory = new_fenced((size_t)(last + 1) * real_nbytes(dtype), at_end);
    l.first = real_at(dtype, l.memory.at, (size_t)first);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            const ptrdiff_t at = (ptrdiff_t)i * l.row_stride + (ptrdiff_t)j * l.column_stride;
            real_set(dtype, l.memory.at, (size_t)(first + at),
                     real_get(dtype, matrix, i * columns + j));
        }
    }
    return l;
}

/* As c lies; 77 between the rows. */
static void set_c(const problem *p, const void *matrix, void *c) {
    const numbers *n = p->of;
    const size_t stride = n->columns + p->gap;
    for (size_t at = 0; at < (p->rows - 1) * stride + n->columns; at++) {
        const size_t i = at / stride, j = at % stride;
        real_set(n->dtype, c, at,
                 j < n->columns ? real_get(n->dtype, matrix, i * n->columns + j) : 77);
    }
}

static const void *moved(const cornu_kernels *kernels, const void *elements, ptrdiff_t by) {
    return (const char *)elements + by * (ptrdiff_t)kernels->element_nbytes;
}

static cornu_gemm part_of(const cornu_kernels *kernels, const cornu_gemm *product, size_t column,
                          size_t columns) {
    cornu_gemm part = *product;
    part.columns = columns;
    part.b = moved(kernels, part.b, (ptrdiff_t)column * part.b_column_stride);
    part.c = real_at(kernels->dtype, part.c, column);
    if (part.bias) part.bias = real_at(kernels->dtype, part.bias, column);
    if (part.weights) part.weights = real_at(kernels->dtype, part.weights, column);
    return part;
}

typedef enum cut { WHOLE, IN_COLUMNS, IN_DEPTH, CUT_COUNT } cut;

static bool can_be_cut(const cornu_gemm *product, cut way) {
    if (way == IN_COLUMNS) return product->columns > 3 * CORNU_GEMM_NARROW;
    return way == WHOLE || product->depth > CORNU_DEPTH_BLOCK_MOST;
}

static void run_cut(const cornu_kernels *kernels, const cornu_gemm *product, cut way,
                    void *scratch) {
    if (way == WHOLE) {
        kernels->gemm(product, scratch);
    } else if (way == IN_COLUMNS) {
        const size_t columns = product->columns / 2;
        const cornu_gemm head = part_of(kernels, product, 0, columns);
        const cornu_gemm tail = part_of(kernels, product, columns, product->columns - columns);
        kernels->gemm(&head, scratch);
        kernels->gemm(&tail, scratch);
    } else {
        cornu_gemm head = *product, tail = *product;
        const ptrdiff_t depth = (ptrdiff_t)cornu_depth_block(product->depth);
        head.whole_depth = tail.whole_depth = product->depth;
        head.depth = (size_t)depth;
        head.bias = NULL;
        head.relu = false;
        head.weights = NULL;
        tail.depth -= (size_t)depth;
        tail.a = moved(kernels, tail.a, depth * tail.a_column_stride);
        tail.b = moved(kernels, tail.b, depth * tail.b_row_stride);
        tail.accumulate = true;
        kernels->gemm(&head, scratch);
        kernels->gemm(&tail, scratch);
    }
}

static void check_product(const problem *p, const cornu_gemm *product, const void *expected,
                          size_t count) {
    const numbers *n = p->of;
    for (size_t level = 0; cornu_kernels_level(level, n->dtype); level++) {
        const cornu_kernels *kernels = cornu_kernels_level(level, n->dtype);
        void *scratch = cornu_memory_allocate(kernels->scratch_nbytes);
        for (cut way = WHOLE; way < CUT_COUNT; way++) {
            if (!can_be_cut(product, way)) continue;
            set_c(p, n->c, product->c);
            if (product->weights) set_c(p, n->weights, product->weights);
            run_cut(kernels, product, way, scratch);
            char what[200];
            snprintf(what, sizeof what,
                     "%zu x %zu x %zu, %s, a %td %td, b %td %td, gap %zu%s%s%s%s, cut %d", p->rows,
                     n->columns, n->depth, kernels->isa, product->a_row_stride,
                     product->a_column_stride, product->b_row_stride, product->b_column_stride,
                     p->gap, p->accumulate ? ", accumulated" : "", p->with_bias ? ", bias" : "",
                     p->relu ? ", relu" : "", p->descends ? ", step" : "", (int)way);
            CHECK_SAME_REALS(n->dtype, product->weights ? product->weights : product->c, expected,
                             count, what);
        }
        cornu_memory_free(scratch);
    }
}

static void check_problem(const problem *p, const laid *b) {
    const numbers *n = p->of;
    const size_t stride = n->columns + p->gap, count = (p->rows - 1) * stride + n->columns;
    const size_t nbytes = count * real_nbytes(n->dtype);
    laid a = lay(n->dtype, n->a, p->rows, n->depth, p->a_lies, p->at_end);
    laid bias = lay(n->dtype, n->bias, 1, n->columns, ALONG_ROWS, p->at_end);
    fenced c = new_fenced(nbytes, p->at_end), weights = new_fenced(nbytes, p->at_end);
    void *expected = new_reals(n->dtype, count);
    set_c(p, n->c, expected);
    for (size_t i = 0; i < p->rows; i++) {
        for (size_t j = 0; j < n->columns; j++) {
            real_set(n->dtype, expected, i * stride + j, expected_element(p, i, j));
        }
    }
    const cornu_gemm product = {.rows = p->rows,
                                .columns = n->columns,
                                .depth = n->depth,
                                .a = a.first,
                                .a_row_stride = a.row_stride,
                                .a_column_stride = a.column_stride,
                                .b = b->first,
                                .b_row_stride = b->row_stride,
                                .b_column_stride = b->column_stride,
                                .c = c.at,
                                .c_row_stride = (ptrdiff_t)stride,
                                .accumulate = p->accumulate,
                                .bias = p->with_bias ? bias.first : NULL,
                                .relu = p->relu,
                                .weights = p->descends ? weights.at : NULL,
                                .rate = RATE};
    check_product(p, &product, expected, count);
    fenced *all[] = {&a.memory, &bias.memory, &c, &weights};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free_fenced(all[i]);
    cornu_memory_free(expected);
}

/* 0: plainly; 8: a step of gradient descent; to 15 everything else. */
static void set_store(problem *p, size_t way) {
    p->accumulate = (way & 1) != 0;
    p->with_bias = (way & 2) != 0;
    p->relu = (way & 4) != 0;
    p->descends = (way & 8) != 0;
}

/* ---- Which ---- */

/* One to four rows, with b every way. */
static void check_columns(cornu_dtype dtype, size_t columns, size_t depth) {
    static size_t way = 0;
    numbers n = new_numbers(dtype, 4, columns, depth);
    for (layout lies = ALONG_ROWS; lies < LAYOUT_COUNT; lies++) {
        const bool at_end = lies != ROWS_BACKWARDS && lies != COLUMNS_BACKWARDS;
        laid b = lay(dtype, n.b, depth, columns, lies, at_end);
        for (size_t rows = 1; rows <= n.rows; rows++, way++) {
            problem p = {.of = &n, .rows = rows, .at_end = at_end};
            p.gap = way % 5 < 2 ? 0 : 1 + way % 20;
            p.a_lies = way % 3 == 0 ? ALONG_COLUMNS : way % 3 == 1 ? ALONG_ROWS : ALONG_NEITHER;
            set_store(&p, way % 2 * 8);
            check_problem(&p, &b);
            set_store(&p, way / 2 % 16);
            check_problem(&p, &b);
        }
        free_fenced(&b.memory);
    }
    free_numbers(&n);
}

static void check_few_rows(cornu_dtype dtype) {
    /* As in gemm_few_template.h. */
    const size_t stream = 2048 / real_nbytes(dtype), width = 8192 / real_nbytes(dtype);
    const size_t little[] = {1,          3,      7,          9,         17,        33,
                             stream - 1, stream, stream + 3, width - 1, width + 1, 2 * width + 5};
    const size_t some[] = {5, 8, 15, 16, 17, 31, 33, stream - 1, stream, stream + 1, width + 1};
    const size_t much[] = {5, 16, 33, stream - 1, stream + 1};
    const size_t depths[] = {7, 8, 9, 15, 16, 17, 31}, deep[] = {512, 513, 1025};
    for (size_t depth = 1; depth <= 5; depth++) {
        for (size_t j = 0; j < sizeof little / sizeof *little; j++)
            check_columns(dtype, little[j], depth);
    }
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
        for (size_t j = 0; j < sizeof some / sizeof *some; j++)
            check_columns(dtype, some[j], depths[d]);
    }
    for (size_t d = 0; d < sizeof deep / sizeof *deep; d++) {
        for (size_t j = 0; j < sizeof much / sizeof *much; j++)
            check_columns(dtype, much[j], deep[d]);
    }
    check_columns(dtype, width + 3, 521);
}

/* Many rows of one column: c's rows are contiguous too, so the product may be made as one row, but
 * what is one for each column then is one for all. */
static void check_one_column(cornu_dtype dtype) {
    const size_t row_counts[] = {
        4, 9, 17, 32, 100, 2048 / real_nbytes(dtype) + 1, 8192 / real_nbytes(dtype) + 1};
    const size_t depths[] = {1, 2, 3, 4, 5, 8, 9, 31};
    for (size_t at = 0; at < sizeof row_counts / sizeof *row_counts * 8; at++) {
        numbers n = new_numbers(dtype, row_counts[at / 8], 1, depths[at % 8]);
        for (size_t way = 0; way < 64; way++) {
            const bool at_end = way % 4 < 2;
            laid b = lay(dtype, n.b, n.depth, 1, ALONG_ROWS, at_end);
            problem p = {.of = &n, .rows = n.rows, .at_end = at_end, .gap = way % 4 == 3 ? 2 : 0};
            p.a_lies = way % 4 == 0 ? ALONG_ROWS : ALONG_COLUMNS;
            set_store(&p, way / 4);
            check_problem(&p, &b);
            free_fenced(&b.memory);
        }
        free_numbers(&n);
    }
}

int main(void) {
    for (size_t t = 0; t < 2; t++) {
        check_few_rows(real_dtypes[t]);
        check_one_column(real_dtypes[t]);
    }
    return check_report();
}
