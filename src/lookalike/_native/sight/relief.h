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

// How two reliefs of one size lie on each other as they are.
struct Overlay {
    float most;     // the largest disagreement that no shift by a pixel makes smaller
    float aligned;  // the share of the windows that hardly disagree, without a shift
};

Overlay overlay(const Relief& first, const Relief& second);

}  // namespace lookalike
