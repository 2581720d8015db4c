/* Gathering and converting: every dtype of cornu.h to REAL, rounding to nearest where REAL has
 * fewer digits. */

#define GATHER_PASTE(function, name) function##_##name
#define GATHER(function, name) GATHER_PASTE(function, name)
#define GATHER_CAST(value) ((REAL)(value))
#define GATHER_TRUTH(value) ((value) != 0 ? (REAL)1 : (REAL)0)
#define GATHER_SWAP_NOTHING(word) (word)

/* IEEE binary16 in float, exactly: its exponent and fraction moved into place and scaled by 2^112,
 * which also makes the subnormals right; infinity and NaN have their exponent set. */
INLINE float float_of_half(uint16_t half) {
    uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13;
    float value;
    memcpy(&value, &magnitude, sizeof value);
    value *= 0x1p112F;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = (half & 0x7c00) == 0x7c00 ? magnitude | 0x7f800000 : bits;
    bits |= (uint32_t)(half & 0x8000) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#define GATHER_HALF(value) ((REAL)float_of_half(value))

#define SOURCE_NAME bool
#define SOURCE uint8_t
#define SOURCE_WORD uint8_t
#define SOURCE_SWAP GATHER_SWAP_NOTHING
#define SOURCE_TO_REAL GATHER_TRUTH
#include "kernels/gather_template.h"

#define SOURCE_NAME int8
#define SOURCE int8_t
#define SOURCE_WORD uint8_t
#define SOURCE_SWAP GATHER_SWAP_NOTHING
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME uint8
#define SOURCE uint8_t
#define SOURCE_WORD uint8_t
#define SOURCE_SWAP GATHER_SWAP_NOTHING
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME int16
#define SOURCE int16_t
#define SOURCE_WORD uint16_t
#define SOURCE_SWAP __builtin_bswap16
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME uint16
#define SOURCE uint16_t
#define SOURCE_WORD uint16_t
#define SOURCE_SWAP __builtin_bswap16
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME int32
#define SOURCE int32_t
#define SOURCE_WORD uint32_t
#define SOURCE_SWAP __builtin_bswap32
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME uint32
#define SOURCE uint32_t
#define SOURCE_WORD uint32_t
#define SOURCE_SWAP __builtin_bswap32
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME int64
#define SOURCE int64_t
#define SOURCE_WORD uint64_t
#define SOURCE_SWAP __builtin_bswap64
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME uint64
#define SOURCE uint64_t
#define SOURCE_WORD uint64_t
#define SOURCE_SWAP __builtin_bswap64
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME float16
#define SOURCE uint16_t
#define SOURCE_WORD uint16_t
#define SOURCE_SWAP __builtin_bswap16
#define SOURCE_TO_REAL GATHER_HALF
#include "kernels/gather_template.h"

#define SOURCE_NAME float32
#define SOURCE float
#define SOURCE_WORD uint32_t
#define SOURCE_SWAP __builtin_bswap32
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

#define SOURCE_NAME float64
#define SOURCE double
#define SOURCE_WORD uint64_t
#define SOURCE_SWAP __builtin_bswap64
#define SOURCE_TO_REAL GATHER_CAST
#include "kernels/gather_template.h"

/* clang-format off */
#define GATHER_PAIR(name) {GATHER(gather, name), GATHER(gather_swapped, name)}
#define GATHER_TABLE {                             \
    [CORNU_BOOL] = GATHER_PAIR(bool),              \
    [CORNU_INT8] = GATHER_PAIR(int8),              \
    [CORNU_UINT8] = GATHER_PAIR(uint8),            \
    [CORNU_INT16] = GATHER_PAIR(int16),            \
    [CORNU_UINT16] = GATHER_PAIR(uint16),          \
    [CORNU_INT32] = GATHER_PAIR(int32),            \
    [CORNU_UINT32] = GATHER_PAIR(uint32),          \
    [CORNU_INT64] = GATHER_PAIR(int64),            \
    [CORNU_UINT64] = GATHER_PAIR(uint64),          \
    [CORNU_FLOAT16] = GATHER_PAIR(float16),        \
    [CORNU_FLOAT32] = GATHER_PAIR(float32),        \
    [CORNU_FLOAT64] = GATHER_PAIR(float64),        \
}
/* clang-format on */
