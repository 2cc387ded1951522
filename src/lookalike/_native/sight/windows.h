// Windows of 7 x 7 pixels of a drawing without its ground, and what of them counts.
#pragma once

#include "sight/plane.h"

namespace lookalike {

constexpr int kGround = 3;             // sigma of the Gaussian that is taken away
constexpr int kWindow = 3;             // pixels on each side of the middle
constexpr float kLeastEnergy = 0.25F;  // of the usual energy, for a window to count
constexpr float kNoise = 0.03F;        // of the usual energy, added to each

// The mean of a x b in the window around each pixel. There is nothing beyond the edges.
Plane window_products(const Plane& a, const Plane& b);

// The energy of a window that has a drawing in it: a high quantile of those that are not faint.
float usual_energy(const Plane& energy);

}  // namespace lookalike
