// The decision whether two pictures are the same, from what their points and pixels say.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sight/geometry.h"
#include "sight/pixel_check.h"

namespace lookalike {

enum class Verdict : uint8_t {
    different,
    same,
    part,    // they show the same, but on less than half of either
    layout,  // one form or page with other entries
};

constexpr int kLeastInliers = 4;

// The largest share of the pixels of a thumb within 13 neighbouring levels. From a half on, most of
// the picture is paper, a screen or a plain ground.
float paper_share(const uint8_t* grey, size_t count);

Verdict judge(const Placement& placed, const Look& look, float paper);

}  // namespace lookalike
