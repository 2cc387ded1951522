#include "search/compare.h"

#include <algorithm>

#include "search/bits.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // a false alarm in GCC 12's own headers
#endif

namespace lookalike {
namespace {

// Appends the matches of one row to `hits`. `matching` has one bit per lane from `begin` on.
LOOKALIKE_INLINE size_t collect(const uint64_t* distances, uint32_t matching, size_t row,
                                size_t begin, size_t end, Hit* hits) {
    size_t found = 0;
    if (end - begin < 32) matching &= (uint32_t{1} << (end - begin)) - 1;
    for (; matching; matching &= matching - 1) {
        const size_t lane = lowest_bit(matching);
        hits[found++] = {static_cast<uint32_t>(row), static_cast<uint16_t>(begin + lane),
                         static_cast<uint16_t>(distances[lane])};
    }
    return found;
}

// `Words` is the number of words if it is known at compile time, else 0. `Vectors` is how many
// vectors of lanes are compared at a time.

template <size_t Words>
size_t compare_scalar(const uint64_t* rows, size_t count, size_t run_words, const uint64_t* planes,
                      size_t lanes, uint64_t max_distance, Hit* hits) {
    const size_t words = Words ? Words : run_words;
    constexpr size_t kStep = 8;
    size_t found = 0;
    for (size_t begin = 0; begin < lanes; begin += kStep) {
        const size_t end = std::min(begin + kStep, lanes);
        for (size_t row = 0; row < count; ++row) {
            uint64_t distances[kStep] = {};
            for (size_t k = 0; k < words; ++k)
                for (size_t lane = 0; lane < kStep; ++lane)
                    distances[lane] +=
                        popcount(planes[k * kLanes + begin + lane] ^ rows[row * words + k]);
            uint64_t nearest = distances[0];
            for (size_t lane = 1; lane < kStep; ++lane)
                nearest = std::min(nearest, distances[lane]);
            if (nearest > max_distance) continue;
            uint32_t matching = 0;
            for (size_t lane = 0; lane < kStep; ++lane)
                matching |= uint32_t{distances[lane] <= max_distance} << lane;
            found += collect(distances, matching, row, begin, end, hits + found);
        }
    }
    return found;
}

#if LOOKALIKE_X86

// Byte counts are added over at most 31 words (31 x 8 < 256) before they are summed by lane.
template <size_t Words>
LOOKALIKE_AVX2 inline __m256i distances_avx2(const uint64_t* row, size_t words,
                                             const uint64_t* plane) {
    const __m256i zero = _mm256_setzero_si256();
    __m256i sum = zero;
    for (size_t k = 0; k < words;) {
        __m256i counts = zero;
        for (const size_t end = std::min(words, k + 31); k < end; ++k) {
            const __m256i word =
                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(plane + k * kLanes));
            const __m256i differing =
                _mm256_xor_si256(word, _mm256_set1_epi64x(static_cast<long long>(row[k])));
            counts = _mm256_add_epi8(counts, byte_counts(differing));
        }
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(counts, zero));
    }
    return sum;
}

template <size_t Words, size_t Vectors>
LOOKALIKE_AVX2 size_t compare_lanes_avx2(const uint64_t* rows, size_t count, size_t run_words,
                                         const uint64_t* planes, size_t begin, size_t end,
                                         uint64_t max_distance, Hit* hits) {
    const size_t words = Words ? Words : run_words;
    const __m256i limit = _mm256_set1_epi64x(static_cast<long long>(max_distance + 1));
    size_t found = 0;
    for (size_t row = 0; row < count; ++row) {
        __m256i sums[Vectors];
        for (size_t v = 0; v < Vectors; ++v)
            sums[v] = distances_avx2<Words>(rows + row * words, words, planes + begin + 4 * v);
        __m256i nearest = sums[0];
        // A distance fits in the low half of its lane, so the 32-bit minimum is the 64-bit one.
        for (size_t v = 1; v < Vectors; ++v) nearest = _mm256_min_epu32(nearest, sums[v]);
        const __m256i near_enough = _mm256_cmpgt_epi64(limit, nearest);
        if (_mm256_testz_si256(near_enough, near_enough)) continue;
        uint64_t distances[4 * Vectors];
        uint32_t matching = 0;
        for (size_t v = 0; v < Vectors; ++v) {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(distances + 4 * v), sums[v]);
            const int lanes =
                _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(limit, sums[v])));
            matching |= static_cast<uint32_t>(lanes) << 4 * v;
        }
        found += collect(distances, matching, row, begin, end, hits + found);
    }
    return found;
}

template <size_t Words>
size_t compare_avx2(const uint64_t* rows, size_t count, size_t words, const uint64_t* planes,
                    size_t lanes, uint64_t max_distance, Hit* hits) {
    size_t found = 0;
    for (size_t begin = 0; begin < lanes; begin += 16) {
        const size_t end = std::min(begin + 16, lanes);
        switch ((end - begin + 3) / 4) {
            case 1:
                found += compare_lanes_avx2<Words, 1>(rows, count, words, planes, begin, end,
                                                      max_distance, hits + found);
                break;
            case 2:
                found += compare_lanes_avx2<Words, 2>(rows, count, words, planes, begin, end,
                                                      max_distance, hits + found);
                break;
            case 3:
                found += compare_lanes_avx2<Words, 3>(rows, count, words, planes, begin, end,
                                                      max_distance, hits + found);
                break;
            default:
                found += compare_lanes_avx2<Words, 4>(rows, count, words, planes, begin, end,
                                                      max_distance, hits + found);
        }
    }
    return found;
}

template <size_t Words, size_t Vectors>
LOOKALIKE_AVX512 size_t compare_lanes_avx512(const uint64_t* rows, size_t count, size_t run_words,
                                             const uint64_t* planes, size_t end,
                                             uint64_t max_distance, Hit* hits) {
    const size_t words = Words ? Words : run_words;
    const __m512i limit = _mm512_set1_epi64(static_cast<long long>(max_distance));
    size_t found = 0;
    for (size_t row = 0; row < count; ++row) {
        __m512i sums[Vectors];
        for (size_t v = 0; v < Vectors; ++v) {
            sums[v] = _mm512_setzero_si512();
            for (size_t k = 0; k < words; ++k) {
                const __m512i word = _mm512_loadu_si512(planes + k * kLanes + 8 * v);
                const __m512i differing = _mm512_xor_si512(
                    word, _mm512_set1_epi64(static_cast<long long>(rows[row * words + k])));
                sums[v] = _mm512_add_epi64(sums[v], _mm512_popcnt_epi64(differing));
            }
        }
        __m512i nearest = sums[0];
        for (size_t v = 1; v < Vectors; ++v) nearest = _mm512_min_epu32(nearest, sums[v]);
        if (!_mm512_cmple_epu64_mask(nearest, limit)) continue;
        uint64_t distances[8 * Vectors];
        uint32_t matching = 0;
        for (size_t v = 0; v < Vectors; ++v) {
            _mm512_storeu_si512(distances + 8 * v, sums[v]);
            matching |= static_cast<uint32_t>(_mm512_cmple_epu64_mask(sums[v], limit)) << 8 * v;
        }
        found += collect(distances, matching, row, 0, end, hits + found);
    }
    return found;
}

template <size_t Words>
size_t compare_avx512(const uint64_t* rows, size_t count, size_t words, const uint64_t* planes,
                      size_t lanes, uint64_t max_distance, Hit* hits) {
    switch ((lanes + 7) / 8) {
        case 1:
            return compare_lanes_avx512<Words, 1>(rows, count, words, planes, lanes, max_distance,
                                                  hits);
        case 2:
            return compare_lanes_avx512<Words, 2>(rows, count, words, planes, lanes, max_distance,
                                                  hits);
        case 3:
            return compare_lanes_avx512<Words, 3>(rows, count, words, planes, lanes, max_distance,
                                                  hits);
        default:
            return compare_lanes_avx512<Words, 4>(rows, count, words, planes, lanes, max_distance,
                                                  hits);
    }
}

#endif  // LOOKALIKE_X86

template <size_t Words>
Compare comparison_of(Isa isa) {
#if LOOKALIKE_X86
    if (isa == Isa::avx512) return compare_avx512<Words>;
    if (isa == Isa::avx2) return compare_avx2<Words>;
#endif
    (void)isa;
    return compare_scalar<Words>;
}

}  // namespace

Compare comparison(size_t words) {
    switch (words) {
        case 1: return comparison_of<1>(active_isa());
        case 2: return comparison_of<2>(active_isa());
        case 4: return comparison_of<4>(active_isa());
        default: return comparison_of<0>(active_isa());
    }
}

}  // namespace lookalike
