// How much each pixel of a level stands out from those around it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sight/pyramid.h"
#include "sight/smooth.h"

namespace lookalike {

constexpr int32_t kScoreScale = 16 * kSmoothScale * kSmoothScale;
constexpr int32_t kLeastScore = 8 * kScoreScale;  // of a keypoint
constexpr size_t kScoreStep = 16;                 // rows are computed in steps of so many pixels

// The determinant of the Hessian matrix at a pixel, times kScoreScale. It is large on blobs, bright
// or dark, and negative on saddles. It fits in 32 bits, because second differences are at most
// 2 x 255 x kSmoothScale.
int32_t score_at(const Level& level, size_t x, size_t y);

// The scores of a row, in whole steps: `out` has room for them. Those of the first and last pixels
// of the level mean nothing.
void score_row(const Level& level, size_t y, int32_t* out);

// Finds the scores from column `begin` up to but not including `end` that are at least kLeastScore
// and the largest of 3 x 3. Of equal neighbours, the last one counts. Writes the columns, and
// returns how many there are.
size_t find_peaks(const int32_t* upper, const int32_t* middle, const int32_t* lower, size_t begin,
                  size_t end, uint16_t* columns);

}  // namespace lookalike
