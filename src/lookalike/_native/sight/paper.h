// Whether two paper-like pictures are the same, or only have the same layout.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sight/plane.h"
#include "sight/relief.h"

namespace lookalike {

constexpr int kLargestSheet = 512;
constexpr size_t kGlances = 2;

// A small square copy of a sheet, whatever its shape is, for a first glance.
struct Glance {
    Relief relief;
    std::vector<uint8_t> soft;  // the same picture, blurred by one pixel
};

// A picture that is prepared to be compared with many.
struct Sheet {
    Size size;
    std::vector<uint8_t> grey;
    std::array<Glance, kGlances> glances;  // empty if the picture is not large enough
    bool dark;                             // whether the ground is nearly black
    bool bold;  // whether most of what is drawn stands out from the ground, so nothing is faint

    Sheet(const uint8_t* grey, Size size);
};

struct SheetMatch {
    float disagreement;  // in the place where they disagree the most; they are the same up to 0.45
    float grid;          // the longer side of the grid that decided; 0 if they are too small
};

SheetMatch compare_sheets(const Sheet& first, const Sheet& second);

}  // namespace lookalike
