// Small copies of paper-like pictures, which show at once that most pairs of one layout differ.
#pragma once

#include <cstdint>
#include <vector>

#include "sight/plane.h"

namespace lookalike {

// The drawing without its ground, on a square grid whatever the shape of the picture is.
struct Relief {
    int side;
    std::vector<int16_t> values;  // 256 is the root of the mean square
    float usual;                  // the usual energy of a window that has a drawing in it
};

Relief make_relief(const Plane& picture, int side);

// How two reliefs of one side lie on each other as they are.
struct Overlay {
    float most;     // the largest disagreement that no shift by a pixel lowers
    float aligned;  // the share of the windows that hardly disagree without a shift
};

Overlay overlay(const Relief& first, const Relief& second);

}  // namespace lookalike
