#include "hamming.h"

#include <algorithm>
#include <cstring>

#include "path.h"
#include "bits.h"

namespace lookalike {
namespace {

struct Hit {
    uint32_t lane;
    uint16_t distance;
};

// How many candidates are compared before the loop asks whether any of them was near enough.
constexpr size_t kBlock = 32;

size_t words_of(size_t width) { return (width + 7) / 8; }

// A hash as whole words, zero bytes behind: the same padding on both sides adds no distance.
void load_words(const Hashes& hashes, size_t index, uint64_t* words) {
    words[words_of(hashes.width) - 1] = 0;
    std::memcpy(words, hashes.data + index * hashes.width, hashes.width);
}

// The candidates of a tile, turned: plane k holds word k of each, so that one vector compares
// neighbouring candidates and no sum ever crosses its lanes.
struct Planes {
    size_t words, stride, count;
    std::vector<uint64_t> data;

    Planes(const Hashes& hashes, Range columns)
        : words(words_of(hashes.width)),
          stride((columns.end - columns.begin + kBlock - 1) / kBlock * kBlock),
          count(columns.end - columns.begin),
          data(words * stride) {
        std::vector<uint64_t> hash(words);
        for (size_t lane = 0; lane < count; ++lane) {
            load_words(hashes, columns.begin + lane, hash.data());
            for (size_t k = 0; k < words; ++k) data[k * stride + lane] = hash[k];
        }
    }
};

// Puts those of one block's distances that match behind `hits`; branch-free, for data with many matches.
LOOKALIKE_INLINE size_t collect(const uint64_t* distances, size_t block, Range lanes, uint64_t max_distance,
                                Hit* hits) {
    size_t found = 0;
    const size_t begin = std::max(block, lanes.begin), end = std::min(block + kBlock, lanes.end);
    for (size_t lane = begin; lane < end; ++lane) {
        const uint64_t distance = distances[lane - block];
        hits[found] = {static_cast<uint32_t>(lane), static_cast<uint16_t>(distance)};
        found += distance <= max_distance;
    }
    return found;
}

// Each `match_*` writes the lanes within `max_distance` of the query to `hits`, ascending, and returns how many.
// `Words` is the width where it is known at compile time, 0 otherwise.
template <size_t Words>
size_t match_scalar(const uint64_t* query, const Planes& planes, Range lanes, uint64_t max_distance, Hit* hits) {
    const size_t words = Words ? Words : planes.words;
    size_t found = 0;
    for (size_t block = lanes.begin / kBlock * kBlock; block < lanes.end; block += kBlock) {
        uint64_t distances[kBlock] = {};
        for (size_t k = 0; k < words; ++k) {
            const uint64_t* plane = planes.data.data() + k * planes.stride + block;
            for (size_t lane = 0; lane < kBlock; ++lane) distances[lane] += popcount(plane[lane] ^ query[k]);
        }
        uint64_t nearest = distances[0];
        for (size_t lane = 1; lane < kBlock; ++lane) nearest = std::min(nearest, distances[lane]);
        if (nearest <= max_distance) found += collect(distances, block, lanes, max_distance, hits + found);
    }
    return found;
}

#if LOOKALIKE_X86

// Four distances: byte counts are added over at most 31 words (31 x 8 < 256) before they are summed by lane.
template <size_t Words>
LOOKALIKE_AVX2 inline __m256i distances_avx2(const uint64_t* query, const uint64_t* plane, size_t stride, size_t words) {
    const __m256i zero = _mm256_setzero_si256();
    __m256i sum = zero;
    for (size_t k = 0; k < words;) {
        __m256i counts = zero;
        for (const size_t end = std::min(words, k + 31); k < end; ++k) {
            const __m256i word = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(plane + k * stride));
            const __m256i differing = _mm256_xor_si256(word, _mm256_set1_epi64x(static_cast<long long>(query[k])));
            counts = _mm256_add_epi8(counts, byte_counts(differing));
        }
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(counts, zero));
    }
    return sum;
}

template <size_t Words>
LOOKALIKE_AVX2 size_t match_avx2(const uint64_t* query, const Planes& planes, Range lanes, uint64_t max_distance,
                                 Hit* hits) {
    const size_t words = Words ? Words : planes.words;
    const __m256i limit = _mm256_set1_epi64x(static_cast<long long>(max_distance + 1));
    size_t found = 0;
    for (size_t block = lanes.begin / kBlock * kBlock; block < lanes.end; block += kBlock) {
        const uint64_t* plane = planes.data.data() + block;
        // A distance fits in the low half of its lane, so the 32-bit minimum is the 64-bit one.
        __m256i nearest = distances_avx2<Words>(query, plane, planes.stride, words);
        for (size_t lane = 4; lane < kBlock; lane += 4)
            nearest = _mm256_min_epu32(nearest, distances_avx2<Words>(query, plane + lane, planes.stride, words));
        const __m256i near_enough = _mm256_cmpgt_epi64(limit, nearest);
        if (_mm256_testz_si256(near_enough, near_enough)) continue;
        uint64_t distances[kBlock];
        for (size_t lane = 0; lane < kBlock; lane += 4)
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(distances + lane),
                                distances_avx2<Words>(query, plane + lane, planes.stride, words));
        found += collect(distances, block, lanes, max_distance, hits + found);
    }
    return found;
}

template <size_t Words>
LOOKALIKE_AVX512 inline __m512i distances_avx512(const uint64_t* query, const uint64_t* plane, size_t stride,
                                                 size_t words) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t k = 0; k < words; ++k) {
        const __m512i word = _mm512_loadu_si512(plane + k * stride);
        const __m512i differing = _mm512_xor_si512(word, _mm512_set1_epi64(static_cast<long long>(query[k])));
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(differing));
    }
    return sum;
}

template <size_t Words>
LOOKALIKE_AVX512 size_t match_avx512(const uint64_t* query, const Planes& planes, Range lanes, uint64_t max_distance,
                                     Hit* hits) {
    const size_t words = Words ? Words : planes.words;
    const __m512i limit = _mm512_set1_epi64(static_cast<long long>(max_distance));
    size_t found = 0;
    for (size_t block = lanes.begin / kBlock * kBlock; block < lanes.end; block += kBlock) {
        const uint64_t* plane = planes.data.data() + block;
        __m512i nearest = distances_avx512<Words>(query, plane, planes.stride, words);
        for (size_t lane = 8; lane < kBlock; lane += 8)
            nearest = _mm512_min_epu32(nearest, distances_avx512<Words>(query, plane + lane, planes.stride, words));
        if (!_mm512_cmple_epu64_mask(nearest, limit)) continue;
        uint64_t distances[kBlock];
        for (size_t lane = 0; lane < kBlock; lane += 8)
            _mm512_storeu_si512(distances + lane, distances_avx512<Words>(query, plane + lane, planes.stride, words));
        found += collect(distances, block, lanes, max_distance, hits + found);
    }
    return found;
}

#endif  // LOOKALIKE_X86

using Match = size_t (*)(const uint64_t*, const Planes&, Range, uint64_t, Hit*);

template <size_t Words>
Match match_for(Path path) {
#if LOOKALIKE_X86
    if (path == Path::avx512) return match_avx512<Words>;
    if (path == Path::avx2) return match_avx2<Words>;
#endif
    (void)path;
    return match_scalar<Words>;
}

Match match_for(Path path, size_t words) {
    switch (words) {
        case 1: return match_for<1>(path);
        case 2: return match_for<2>(path);
        case 4: return match_for<4>(path);
        default: return match_for<0>(path);
    }
}

}  // namespace

Matches scan(const Hashes& queries, Range rows, const Hashes& hashes, Range columns, uint32_t max_distance,
             bool above_diagonal, size_t capacity) {
    Matches matches;
    matches.next = rows.end;
    if (rows.begin >= rows.end || columns.begin >= columns.end) return matches;
    const Planes planes(hashes, columns);
    const Match match = match_for(active_path(), planes.words);
    std::vector<uint64_t> query(planes.words);
    std::vector<Hit> hits(planes.count + 1);  // `collect` writes one past the last match
    for (size_t row = rows.begin; row < rows.end; ++row) {
        Range lanes{0, planes.count};
        if (above_diagonal && row + 1 > columns.begin) lanes.begin = std::min(row + 1 - columns.begin, planes.count);
        load_words(queries, row, query.data());
        const size_t found = match(query.data(), planes, lanes, max_distance, hits.data());
        for (size_t k = 0; k < found; ++k) {
            matches.row.push_back(static_cast<uint32_t>(row));
            matches.column.push_back(static_cast<uint32_t>(columns.begin + hits[k].lane));
            matches.distance.push_back(hits[k].distance);
        }
        if (matches.row.size() >= capacity) {
            matches.next = row + 1;
            break;
        }
    }
    return matches;
}

uint32_t diameter(const Hashes& hashes) {
    const Planes planes(hashes, {0, hashes.count});
    std::vector<uint64_t> query(planes.words + 1);
    uint64_t widest = 0;
    for (size_t row = 0; row + 1 < hashes.count; ++row) {
        load_words(hashes, row, query.data());
        for (size_t lane = row + 1; lane < hashes.count; ++lane) {
            uint64_t distance = 0;
            for (size_t k = 0; k < planes.words; ++k)
                distance += popcount(planes.data[k * planes.stride + lane] ^ query[k]);
            widest = std::max(widest, distance);
        }
    }
    return static_cast<uint32_t>(widest);
}

}  // namespace lookalike
