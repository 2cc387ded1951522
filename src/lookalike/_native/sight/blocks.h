// How well two pictures agree that have been laid on each other, block by block.
#pragma once

#include <array>

#include "sight/canvas.h"

namespace lookalike {

using Samples = std::array<float, kThumbSize>;

// Two pictures on the grid of a thumb. Both are 0 where `seen` is 0.
struct Laid {
    alignas(32) Samples thumb, other, seen;
};

constexpr int kBlocks = kThumb / 2 - 1;  // along each axis: 4 x 4 samples, half overlapping

// See `Look`.
struct BlockMeasure {
    float ncc, good, blocks, seen, r, bad;
};

BlockMeasure measure_blocks(const Laid& laid);

// How much the slopes of the thumb have one direction: 0 to 1, from their structure tensor.
float coherence(const Laid& laid);

}  // namespace lookalike
