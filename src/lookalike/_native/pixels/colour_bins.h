// How many pixels of a picture are dark, grey and of each hue.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

constexpr int kHues = 6;
constexpr size_t kColourBins = 2 + 2 * kHues + 1;

// Counts RGB pixels: dark, grey, faint by hue, bright by hue, and those between faint and bright.
void colour_bins(const uint8_t* rgb, size_t pixels, int64_t* counts);

}  // namespace lookalike
