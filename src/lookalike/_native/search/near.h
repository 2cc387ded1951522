// Compares one query with hashes that lie one after the other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

struct Near {
    uint32_t place;
    uint32_t distance;
};

constexpr size_t kNearRun = 4096;  // the most hashes compared in one call

// Finds which of `count` hashes of `words` words are within `max_distance` of the query. Writes
// them to `found` by ascending place, and returns how many. `found` has room for `count`.
using FindNear = size_t (*)(const uint64_t* query, const uint64_t* hashes, size_t count,
                            size_t words, uint64_t max_distance, Near* found);

FindNear find_near(size_t words);  // for the active instruction set

}  // namespace lookalike
