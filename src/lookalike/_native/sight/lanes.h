// Sums of products. They are kept in eight lanes on every processor, so that they are always
// rounded alike.
#pragma once

#include <cstddef>

#include "isa.h"

namespace lookalike {

constexpr size_t kLanes = 8;

// `count` is a multiple of the lanes.
LOOKALIKE_INLINE void add_product(const float* a, const float* b, size_t count, float* lanes) {
    // Compilers keep a copy in a register, but must assume that `lanes` overlaps the rest.
    float sums[kLanes];
    for (size_t l = 0; l < kLanes; ++l) sums[l] = lanes[l];
    for (size_t k = 0; k < count; k += kLanes)
        for (size_t l = 0; l < kLanes; ++l) sums[l] += a[k + l] * b[k + l];
    for (size_t l = 0; l < kLanes; ++l) lanes[l] = sums[l];
}

inline double sum_of(const float* lanes) {
    double sum = 0;
    for (size_t l = 0; l < kLanes; ++l) sum += lanes[l];
    return sum;
}

}  // namespace lookalike
