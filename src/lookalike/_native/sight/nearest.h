// The nearest descriptor among those of a query.
#pragma once

#include "sight/points.h"

namespace lookalike {

struct NearestRow {
    uint32_t row, distance;  // in bits; no row is as far as kNoRow
};

constexpr uint32_t kNoRow = 64 * kDescriptorWords + 1;

// The row from `begin` to `end` with the nearest descriptor, the first of several.
using FindNearest = NearestRow (*)(const uint64_t* descriptor, const SightQuery& query,
                                   size_t begin, size_t end);

FindNearest find_nearest();  // for the active instruction set

}  // namespace lookalike
