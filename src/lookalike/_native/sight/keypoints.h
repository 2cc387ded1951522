// Keypoints: places that stand out at one of the sizes of a picture, and are found again in copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sight/pyramid.h"

namespace lookalike {

struct Keypoint {
    size_t level, x, y;       // the pixel of the level
    uint32_t half_x, half_y;  // the exact place, in half pixels of the picture, from its corner
};

// At most `most` keypoints, the best ones of each part of the picture first.
std::vector<Keypoint> keypoints(const std::vector<Level>& levels, size_t most);

}  // namespace lookalike
