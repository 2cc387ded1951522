// The innermost loop of the joins: a few columns, kept in registers, against a run of rows.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

struct Hit {
    uint32_t row;
    uint16_t lane, distance;
};

constexpr size_t kLanes = 32;   // as many columns are compared at a time, at the most
constexpr size_t kRows = 1024;  // and as many rows in one call

// `rows`: one hash of `words` words after the other. `planes`: word k of column `lane` at k *
// kLanes + lane; what lies behind the last lane is ignored. Writes the pairs within `max_distance`
// to `hits`, by ascending row within each vector of lanes, and returns how many; up to `count *
// lanes` fit.
using Compare = size_t (*)(const uint64_t* rows, size_t count, size_t words, const uint64_t* planes,
                           size_t lanes, uint64_t max_distance, Hit* hits);

Compare comparison(size_t words);  // for the active instruction set

}  // namespace lookalike
