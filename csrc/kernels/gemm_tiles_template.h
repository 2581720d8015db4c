/* Every shape of a product's tile, and the choice among them.
 *
 * A tile has so many rows, one factor of each broadcast, and so many vectors of columns. Every
 * shape gives an element the same chain, so the choice is one of speed alone: with 8 sums under way
 * the additions' latency is hidden, and each row more is one use more of the vectors. */

typedef struct gemm_operands {
    size_t depth;
    const REAL *a;
    ptrdiff_t a_stride_i, a_stride_k;
    const REAL *b; /* contiguous along j */
    ptrdiff_t b_stride_k;
    size_t last_width; /* columns of the last vector; all of it where parts can't be loaded */
} gemm_operands;

#if VEC_LOADS_PARTS
#define TILE_LOAD_LAST(b) vec_load_part(b, operands->last_width)
#else
#define TILE_LOAD_LAST(b) vec_load(b)
#endif

typedef void gemm_tile(const gemm_operands *operands, REAL *restrict c, ptrdiff_t c_stride_i,
                       REAL *restrict sums);

#define TILE_NAME gemm_tile_1_by_1
#define TILE_ROWS 1
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_2_by_1
#define TILE_ROWS 2
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_3_by_1
#define TILE_ROWS 3
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_4_by_1
#define TILE_ROWS 4
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_5_by_1
#define TILE_ROWS 5
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_6_by_1
#define TILE_ROWS 6
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#if GEMM_MOST_ROWS > 6
#define TILE_NAME gemm_tile_7_by_1
#define TILE_ROWS 7
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_8_by_1
#define TILE_ROWS 8
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_9_by_1
#define TILE_ROWS 9
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_10_by_1
#define TILE_ROWS 10
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_11_by_1
#define TILE_ROWS 11
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_12_by_1
#define TILE_ROWS 12
#define TILE_VECTORS 1
#include "kernels/gemm_tile_template.h"

#endif
#define TILE_NAME gemm_tile_1_by_2
#define TILE_ROWS 1
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_2_by_2
#define TILE_ROWS 2
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_3_by_2
#define TILE_ROWS 3
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_4_by_2
#define TILE_ROWS 4
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_5_by_2
#define TILE_ROWS 5
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_6_by_2
#define TILE_ROWS 6
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#if GEMM_MOST_ROWS > 6
#define TILE_NAME gemm_tile_7_by_2
#define TILE_ROWS 7
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_8_by_2
#define TILE_ROWS 8
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_9_by_2
#define TILE_ROWS 9
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_10_by_2
#define TILE_ROWS 10
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_11_by_2
#define TILE_ROWS 11
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_12_by_2
#define TILE_ROWS 12
#define TILE_VECTORS 2
#include "kernels/gemm_tile_template.h"

#endif
#define TILE_NAME gemm_tile_1_by_4
#define TILE_ROWS 1
#define TILE_VECTORS 4
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_2_by_4
#define TILE_ROWS 2
#define TILE_VECTORS 4
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_3_by_4
#define TILE_ROWS 3
#define TILE_VECTORS 4
#include "kernels/gemm_tile_template.h"

#define TILE_NAME gemm_tile_1_by_8
#define TILE_ROWS 1
#define TILE_VECTORS 8
#include "kernels/gemm_tile_template.h"

/* By vectors (1, 2, 4, 8), then rows; NULL: too many registers. */
static gemm_tile *const gemm_tiles[4][GEMM_MOST_ROWS + 1] = {
    {
        NULL,
        gemm_tile_1_by_1,
        gemm_tile_2_by_1,
        gemm_tile_3_by_1,
        gemm_tile_4_by_1,
        gemm_tile_5_by_1,
        gemm_tile_6_by_1,
#if GEMM_MOST_ROWS > 6
        gemm_tile_7_by_1,
        gemm_tile_8_by_1,
        gemm_tile_9_by_1,
        gemm_tile_10_by_1,
        gemm_tile_11_by_1,
        gemm_tile_12_by_1,
#endif
    },
    {
        NULL,
        gemm_tile_1_by_2,
        gemm_tile_2_by_2,
        gemm_tile_3_by_2,
        gemm_tile_4_by_2,
        gemm_tile_5_by_2,
        gemm_tile_6_by_2,
#if GEMM_MOST_ROWS > 6
        gemm_tile_7_by_2,
        gemm_tile_8_by_2,
        gemm_tile_9_by_2,
        gemm_tile_10_by_2,
        gemm_tile_11_by_2,
        gemm_tile_12_by_2,
#endif
    },
    {NULL, gemm_tile_1_by_4, gemm_tile_2_by_4, gemm_tile_3_by_4},
    {NULL, gemm_tile_1_by_8},
};
