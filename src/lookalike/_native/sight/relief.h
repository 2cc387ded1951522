// Small copies of paper-like pictures. They show at once that most pairs of one layout differ.
#pragma once

#include <cstdint>
#include <vector>

#include "sight/plane.h"

namespace lookalike {

// A drawing without its ground.
struct Relief {
    Size size{0, 0};
    std::vector<int16_t> values;  // 256 is the root of the mean square
    float usual = 0;              // the usual energy of a window

    Relief() = default;
    explicit Relief(const Plane& picture);
};

// Whether two reliefs of one size show different drawings of one layout: many windows hardly
// disagree, and one disagrees by more than `limit` even if it is shifted by a pixel either way.
bool differ(const Relief& first, const Relief& second, float limit);

}  // namespace lookalike
