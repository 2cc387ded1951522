// The low corner of a two-dimensional DCT-II, in integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// Largest side of the input; above it the sums could leave 64 bits.
constexpr size_t kLargestDct = 1024;

// side x side samples -> low x low coefficients (row: vertical frequency), scaled by 2^40 (less
// from side 129 on).
void dct_low(const uint8_t* samples, size_t side, size_t low, int64_t* out);

}  // namespace lookalike
