// The pixel of a block that has no coefficient but its average, and the arithmetic of the DCTs.
#pragma once

#include <algorithm>
#include <cstdint>

#include "isa.h"
#include "jpeg/transform_constants.h"

namespace lookalike::jpeg {

constexpr int kRangeMask = 1023;  // of the table by which libjpeg limits the values of 1 x 1

inline int16_t product(int16_t value, int16_t step) { return static_cast<int16_t>(value * step); }

inline uint8_t pixel(int32_t value) {
    return static_cast<uint8_t>(std::clamp(value, -128, 127) + 128);
}

inline int32_t rounded(uint32_t sum, int bits) {
    return static_cast<int32_t>(sum + (1u << (bits - 1))) >> bits;
}

template <int kScale>
LOOKALIKE_INLINE uint8_t flat_pixel(int16_t average, int16_t step) {
    if constexpr (kScale == 2) return pixel((product(product(average, step), 4) + 16) >> 5);
    if constexpr (kScale == 4) {
        const uint32_t mean = static_cast<uint32_t>(product(average, step)) << (kConstantBits + 4);
        return pixel(rounded(mean, kSecondOfTwo));
    }
    const int wrapped = ((average * step + 4) >> 3) & kRangeMask;
    return pixel(wrapped > kRangeMask / 2 ? wrapped - kRangeMask - 1 : wrapped);
}

}  // namespace lookalike::jpeg
