// Whether two paper-like pictures are the same, or only have the same layout.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sight/relief.h"

namespace lookalike {

constexpr int kLargestSheet = 512;
constexpr std::array<int, 2> kReliefs{64, 128};

// A picture that is prepared to be compared with many.
struct Sheet {
    Size size;
    std::vector<uint8_t> grey;
    std::vector<Relief> reliefs;

    Sheet(const uint8_t* grey, Size size);
};

struct SheetMatch {
    float disagreement;  // 0 if they are equal; from 0.45 on they are different
    float grid;          // the longer side of the grid that decided
};

SheetMatch compare_sheets(const Sheet& first, const Sheet& second);

}  // namespace lookalike
