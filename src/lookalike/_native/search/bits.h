// Small helpers: counting set or differing bits, finding the lowest bit, prefetching memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa.h"

#if LOOKALIKE_X86
#include <immintrin.h>
#endif

namespace lookalike {

// Portable. Compilers turn the loop around it into vector code even without a popcount instruction.
LOOKALIKE_INLINE uint64_t popcount(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    x += x >> 8;
    x += x >> 16;
    x += x >> 32;
    return x & 0x7f;
}

LOOKALIKE_INLINE void prefetch(const void* address) {
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(address);
#else
    (void)address;
#endif
}

// The number of the lowest set bit. At least one bit must be set.
LOOKALIKE_INLINE size_t lowest_bit(uint32_t x) {
#if defined(__GNUC__) || defined(__clang__)
    return static_cast<size_t>(__builtin_ctz(x));
#else
    return popcount((x & (0 - x)) - 1);
#endif
}

LOOKALIKE_INLINE uint64_t distance_between(const uint64_t* a, const uint64_t* b, size_t words) {
    uint64_t distance = 0;
    for (size_t k = 0; k < words; ++k) distance += popcount(a[k] ^ b[k]);
    return distance;
}

#if LOOKALIKE_X86

// The number of bits set in each byte, by two table look-ups (W. Mula, "Faster Population Counts
// Using AVX2 Instructions", 2016).
LOOKALIKE_AVX2 inline __m256i byte_counts(__m256i x) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    const __m256i low = _mm256_and_si256(x, nibble);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high));
}

#endif  // LOOKALIKE_X86

}  // namespace lookalike
