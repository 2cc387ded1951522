// Finds the affine map that lays one picture on another, near to identity.
#pragma once

#include <array>
#include <cstdint>

#include "sight/plane.h"

namespace lookalike {

// Takes the pixels of the first picture to the second, in coordinates that are centred, with half
// of a side as 1: x' = (1 + p0) x + p1 y + p2, y' = p3 x + (1 + p4) y + p5.
using Warp = std::array<double, 6>;

struct Laying {
    Warp warp{};
    double correlation = -2;
};

// Both have the same size. Tries to improve `start` by Gauss-Newton, with gain, offset and robust
// weights. The result is the best of all steps.
Laying improve(const Plane& first, const Plane& second, const Warp& start, int steps);

// The same from identity at 32 pixels, and again at each double of that below the size of both.
Warp lay_coarsely(const Plane& first, const Plane& second);

double farthest(const Warp& warp);

// How far a single step leads from identity. Both are already blurred by 1. It is small if they lie
// on each other well, whatever else they show.
double misplacement(const Plane& soft_first, const Plane& soft_second);

// The second picture as it lies on the first. `seen` is 1 within it, else 0.
Plane warped(const Plane& second, const Warp& warp, Plane& seen);

// The size of a common grid with a longer side of `longer` pixels.
Size common_size(Size first, Size second, int longer);

}  // namespace lookalike
