// Counts bits in code that is compiled once for every instruction set.
#pragma once

#include "search/bits.h"
#include "sight/points.h"

namespace lookalike {

struct PortableCount {
    static LOOKALIKE_INLINE uint64_t of(uint64_t x) { return popcount(x); }
};

#if LOOKALIKE_X86

// Only for functions marked LOOKALIKE_POPCNT: elsewhere it is a slow call.
struct MachineCount {
    static LOOKALIKE_INLINE uint64_t of(uint64_t x) {
        return static_cast<uint64_t>(__builtin_popcountll(x));
    }
};

#endif

template <typename Count>
LOOKALIKE_INLINE uint32_t descriptor_distance(const uint64_t* a, const uint64_t* b) {
    uint64_t distance = 0;
    for (size_t k = 0; k < kDescriptorWords; ++k) distance += Count::of(a[k] ^ b[k]);
    return static_cast<uint32_t>(distance);
}

}  // namespace lookalike
