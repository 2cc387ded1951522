// One query against hashes that lie one after the other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

struct Near {
    uint32_t place;
    uint32_t distance;
};

constexpr size_t kNearRun = 4096;  // as many hashes are looked at in one call, at the most

// Writes those of `count` hashes of `words` words that lie within `max_distance` of the query to
// `found`, by ascending place, and returns how many; up to `count` fit.
using FindNear = size_t (*)(const uint64_t* query, const uint64_t* hashes, size_t count,
                            size_t words, uint64_t max_distance, Near* found);

FindNear find_near(size_t words);  // for the active instruction set

}  // namespace lookalike
