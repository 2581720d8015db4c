#include "base/size.h"

#include <stdint.h>

bool cornu_size_add(size_t a, size_t b, size_t *sum) {
    if (a > CORNU_SIZE_MAX || b > CORNU_SIZE_MAX - a) return false;
    *sum = a + b;
    return true;
}

bool cornu_size_multiply(size_t a, size_t b, size_t *product) {
    if (a != 0 && b > CORNU_SIZE_MAX / a) return false;
    *product = a * b;
    return true;
}

bool cornu_size_round_up(size_t size, size_t unit, size_t *rounded) {
    size_t padded;
    if (!cornu_size_add(size, unit - 1, &padded)) return false;
    *rounded = padded & ~(unit - 1);
    return true;
}
