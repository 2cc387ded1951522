#include "search/near.h"

#include <algorithm>

#include "search/bits.h"

namespace lookalike {
namespace {

size_t near_scalar(const uint64_t* query, const uint64_t* hashes, size_t count, size_t words,
                   uint64_t max_distance, Near* found) {
    Near* next = found;
    for (size_t at = 0; at < count; ++at) {
        const uint64_t distance = distance_between(query, hashes + at * words, words);
        *next = {static_cast<uint32_t>(at), static_cast<uint32_t>(distance)};
        next += distance <= max_distance;
    }
    return static_cast<size_t>(next - found);
}

// Works block by block, because compilers turn the first loop into vector code.
size_t near_word_scalar(const uint64_t* query, const uint64_t* hashes, size_t count, size_t words,
                        uint64_t max_distance, Near* found) {
    constexpr size_t kBlock = 32;
    const size_t whole = count / kBlock * kBlock;
    Near* next = found;
    for (size_t at = 0; at < whole; at += kBlock) {
        uint64_t distances[kBlock];
        for (size_t k = 0; k < kBlock; ++k) distances[k] = popcount(*query ^ hashes[at + k]);
        if (*std::min_element(distances, distances + kBlock) > max_distance) continue;
        for (size_t k = 0; k < kBlock; ++k) {
            *next = {static_cast<uint32_t>(at + k), static_cast<uint32_t>(distances[k])};
            next += distances[k] <= max_distance;
        }
    }
    const size_t rest =
        near_scalar(query, hashes + whole, count - whole, words, max_distance, next);
    for (Near* one = next; one < next + rest; ++one) one->place += static_cast<uint32_t>(whole);
    return static_cast<size_t>(next - found) + rest;
}

#if LOOKALIKE_X86

LOOKALIKE_POPCNT size_t near_words(const uint64_t* query, const uint64_t* hashes, size_t count,
                                   size_t words, uint64_t max_distance, Near* found) {
    Near* next = found;
    for (size_t at = 0; at < count; ++at) {
        uint64_t distance = 0;
        for (size_t k = 0; k < words; ++k)
            distance += static_cast<uint64_t>(_mm_popcnt_u64(query[k] ^ hashes[at * words + k]));
        *next = {static_cast<uint32_t>(at), static_cast<uint32_t>(distance)};
        next += distance <= max_distance;
    }
    return static_cast<size_t>(next - found);
}

LOOKALIKE_AVX2 inline __m256i distances_avx2(__m256i query, __m256i hashes) {
    return _mm256_sad_epu8(byte_counts(_mm256_xor_si256(query, hashes)), _mm256_setzero_si256());
}

// Appends those of four hashes, from place `at` on, that are near enough. Returns the new end.
LOOKALIKE_AVX2 inline Near* take_avx2(__m256i distances, __m256i near_enough, size_t at,
                                      Near* next) {
    uint64_t by_lane[4];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(by_lane), distances);
    auto lanes = static_cast<uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(near_enough)));
    for (; lanes; lanes &= lanes - 1) {
        const size_t lane = lowest_bit(lanes);
        *next++ = {static_cast<uint32_t>(at + lane), static_cast<uint32_t>(by_lane[lane])};
    }
    return next;
}

// Works on sixteen at a time, then on four. Many runs are short, and of any length, so a loop over
// single hashes would mispredict its end. Lanes beyond the end are masked.
LOOKALIKE_AVX2 size_t near_word_avx2(const uint64_t* query, const uint64_t* hashes, size_t count,
                                     size_t, uint64_t max_distance, Near* found) {
    const __m256i wanted = _mm256_set1_epi64x(static_cast<long long>(*query));
    // A distance is at most 64, so a larger limit makes no difference.
    const auto limit = static_cast<long long>(max_distance < 64 ? max_distance : 64);
    const __m256i too_far = _mm256_set1_epi64x(limit + 1);
    Near* next = found;
    size_t at = 0;
    for (; at + 16 <= count; at += 16) {
        __m256i distances[4];
        for (size_t v = 0; v < 4; ++v)
            distances[v] = distances_avx2(
                wanted, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(hashes + at + 4 * v)));
        // A distance fits in the low half of its lane, so the 32-bit minimum is the 64-bit one.
        const __m256i nearest = _mm256_min_epu32(_mm256_min_epu32(distances[0], distances[1]),
                                                 _mm256_min_epu32(distances[2], distances[3]));
        const __m256i any = _mm256_cmpgt_epi64(too_far, nearest);
        if (_mm256_testz_si256(any, any)) continue;
        for (size_t v = 0; v < 4; ++v)
            next = take_avx2(distances[v], _mm256_cmpgt_epi64(too_far, distances[v]), at + 4 * v,
                             next);
    }
    static constexpr long long kThere[8] = {-1, -1, -1, -1};
    for (; at < count; at += 4) {
        const size_t lanes = count - at < 4 ? count - at : 4;
        const __m256i there =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kThere + 4 - lanes));
        const __m256i distances = distances_avx2(
            wanted, _mm256_maskload_epi64(reinterpret_cast<const long long*>(hashes + at), there));
        next = take_avx2(distances, _mm256_and_si256(there, _mm256_cmpgt_epi64(too_far, distances)),
                         at, next);
    }
    return static_cast<size_t>(next - found);
}

LOOKALIKE_AVX512 size_t near_word_avx512(const uint64_t* query, const uint64_t* hashes,
                                         size_t count, size_t, uint64_t max_distance, Near* found) {
    const __m512i wanted = _mm512_set1_epi64(static_cast<long long>(*query));
    const __m512i limit = _mm512_set1_epi64(static_cast<long long>(max_distance));
    Near* next = found;
    for (size_t at = 0; at < count; at += 8) {
        const auto lanes = static_cast<__mmask8>(count - at < 8 ? (1u << (count - at)) - 1 : 0xff);
        const __m512i distances = _mm512_popcnt_epi64(
            _mm512_xor_si512(wanted, _mm512_maskz_loadu_epi64(lanes, hashes + at)));
        uint32_t matching = _mm512_mask_cmple_epu64_mask(lanes, distances, limit);
        if (!matching) continue;
        uint64_t by_lane[8];
        _mm512_storeu_si512(by_lane, distances);
        for (; matching; matching &= matching - 1) {
            const size_t lane = lowest_bit(matching);
            *next++ = {static_cast<uint32_t>(at + lane), static_cast<uint32_t>(by_lane[lane])};
        }
    }
    return static_cast<size_t>(next - found);
}

#endif  // LOOKALIKE_X86

}  // namespace

FindNear find_near(size_t words) {
#if LOOKALIKE_X86
    if (words == 1 && active_isa() == Isa::avx512) return near_word_avx512;
    if (words == 1 && active_isa() == Isa::avx2) return near_word_avx2;
    if (active_isa() != Isa::scalar) return near_words;
#endif
    return words == 1 ? near_word_scalar : near_scalar;
}

}  // namespace lookalike
