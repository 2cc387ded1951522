// Descriptors: 256 bits that say what is around a keypoint, whatever its size and direction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sight/pattern.h"
#include "sight/pyramid.h"

namespace lookalike {

constexpr size_t kDescriptorBytes = kTests / 8;
using Means = std::array<uint16_t, kBoxes>;

// Means of the boxes around a pixel, in 1/16 of a grey level, with the pattern turned by an angle.
Means box_means(const Level& level, size_t x, size_t y, size_t angle);

// The bits of all comparisons, the first one lowest in the first byte.
void compare(const Means& means, uint8_t* bits);

// How far apart the means of each comparison are, at most 255.
void margins(const Means& means, uint8_t* out);

}  // namespace lookalike
