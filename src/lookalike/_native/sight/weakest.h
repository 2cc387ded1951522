// The bits of a query's keys that an edit flips first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// `margins` has for each of `count` descriptors how close each of its comparisons was. Writes one
// number for each key, of the descriptors, then of their mirror images: the places of its three
// weakest bits in the key, 5 bits each. Bit k of a mirrored descriptor comes from bit `order[k]`.
void weakest_bits(const uint16_t* margins, size_t count, const uint16_t* order, uint16_t* weakest);

}  // namespace lookalike
