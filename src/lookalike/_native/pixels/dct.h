// The low corner of a two-dimensional DCT-II, in integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// The largest side of the input. Above it the sums could overflow 64 bits.
constexpr size_t kLargestDct = 1024;

// side x side samples -> low x low coefficients. A row is a vertical frequency. They are scaled by
// 2^40, and by less from side 129 on.
void dct_low(const uint8_t* samples, size_t side, size_t low, int64_t* out);

}  // namespace lookalike
