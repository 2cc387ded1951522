// The bits of a query's keys that an edit flips first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// `margins` has for each of `count` descriptors how close each of its comparisons was. Writes one
// number for each of its keys: the places of the three weakest bits in the key, 5 bits each.
void weakest_bits(const uint8_t* margins, size_t count, uint16_t* weakest);

}  // namespace lookalike
