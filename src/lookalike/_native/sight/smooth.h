// A smoothed copy of a level, by a binomial of 7 x 7 pixels.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

constexpr int kSmoothScale = 16;
constexpr size_t kSmoothReach = 3;

// Writes `width` x `height` samples, times kSmoothScale and rounded once. `row` is the first row.
// kSmoothReach pixels must lie beyond each edge, and `out` has room for whole vectors.
void smooth_rows(const uint8_t* row, size_t stride, size_t width, size_t height, int16_t* out);

}  // namespace lookalike
