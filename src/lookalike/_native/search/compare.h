// The innermost loop of the joins: compares a few columns, kept in registers, with a run of rows.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

struct Hit {
    uint32_t row;
    uint16_t lane, distance;
};

constexpr size_t kLanes = 32;   // the most columns compared at a time
constexpr size_t kRows = 1024;  // the most rows compared in one call

// `rows` has one hash of `words` words after the other. `planes` has word k of column `lane` at k *
// kLanes + lane, and anything after the last lane is ignored. Writes the pairs within
// `max_distance` to `hits`, by ascending row within each vector of lanes. Returns how many there
// are. `hits` has room for `count * lanes`.
using Compare = size_t (*)(const uint64_t* rows, size_t count, size_t words, const uint64_t* planes,
                           size_t lanes, uint64_t max_distance, Hit* hits);

Compare comparison(size_t words);  // for the active instruction set

}  // namespace lookalike
