// Where two pictures that have been laid on each other disagree the most.
#pragma once

#include "sight/plane.h"

namespace lookalike {

struct Disagreement {
    float most;   // 1 - correlation, in the place that agrees least
    int windows;  // how many places have something to see
};

constexpr float kDiffers = 2;  // as much as can be: also where there is nothing to compare

// Two pictures of one size, compared at another. `seen` is 1 where the second one is seen.
Disagreement disagreement(const Plane& first, const Plane& second, const Plane& seen, Size at);

// The same, where every place may be shifted by a pixel either way. If they disagree by no more
// than `enough` without shifts, the shifts are left out.
Disagreement shifted_disagreement(const Plane& first, const Plane& second, const Plane& seen,
                                  Size at, float enough);

// Which pixels show how the greys of two pictures go together.
enum class Greys { smooth, all };

// One picture's grey bent to the other's by a monotone curve. Returns an empty plane if too few
// pixels show it.
Plane bent(const Plane& from, const Plane& to, const Plane& seen, Greys greys);

}  // namespace lookalike
