// Connected sets, one block of pairs at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// Joins the sets of left[k] and right[k], for every k. A set's root is its smallest member, so that
// the outcome does not depend on the order in which pairs arrive.
// False if a number beyond the nodes was met; then the pairs before it are joined.
bool join_sets(uint32_t* parent, size_t nodes, const uint32_t* left, const uint32_t* right, size_t pairs);

}  // namespace lookalike
