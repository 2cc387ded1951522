// The direction in which most of the grey levels around a keypoint rise.
#pragma once

#include <cstddef>

#include "sight/pyramid.h"

namespace lookalike {

// An angle in 1/256 turn, from the x axis towards the y axis, which goes down.
size_t orientation(const Level& level, size_t x, size_t y);

}  // namespace lookalike
