// Connected sets, one block of pairs at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// Joins the sets of left[k] and right[k], for every k. A set's root is its smallest member, so that
// the outcome does not depend on the order in which pairs arrive.
void join_sets(uint32_t* parent, const uint32_t* left, const uint32_t* right, size_t pairs);

}  // namespace lookalike
