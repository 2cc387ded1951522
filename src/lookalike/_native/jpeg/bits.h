// The next bits of a scan, in a window of 64.
#pragma once

#include <cstdint>
#include <cstring>

#include "isa.h"

namespace lookalike::jpeg {

inline uint64_t big_endian(const uint8_t* bytes) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t value;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap64(value);
#else
    uint64_t value = 0;
    for (int k = 0; k < 8; ++k) value = value << 8 | bytes[k];
    return value;
#endif
}

// The value of `count` bits, the first of them the highest of `bits`. With a leading 0 it is
// negative. Source: ITU-T T.81 (1992), table F.1 and figure F.12.
LOOKALIKE_INLINE int extended(uint64_t bits, uint32_t count) {
    const int value = static_cast<int>((bits >> 1) >> (63 - count));
    const int negative = ~static_cast<int>(static_cast<int64_t>(bits) >> 63);
    return value + (negative & (1 - (1 << count)));
}

// At least kRefilled bits can be taken after a refill, without a branch. The bytes must not be
// stuffed, and 8 more must be readable than are taken.
struct Bits {
    static constexpr uint32_t kRefilled = 56;

    uint64_t window = 0;  // the next bit is the highest
    uint32_t count = 0;   // of bits that can be taken
    const uint8_t* next = nullptr;

    LOOKALIKE_INLINE void refill() {
        window |= big_endian(next) >> count;
        next += (63 - count) >> 3;
        count |= kRefilled;
    }
    LOOKALIKE_INLINE uint32_t peek(int bits) const {
        return static_cast<uint32_t>(window >> (64 - bits));
    }
    LOOKALIKE_INLINE void take(uint32_t bits) {
        window <<= bits;
        count -= bits;
    }
    LOOKALIKE_INLINE int take_value(uint32_t bits) {
        const int value = extended(window, bits);
        take(bits);
        return value;
    }
};

}  // namespace lookalike::jpeg
