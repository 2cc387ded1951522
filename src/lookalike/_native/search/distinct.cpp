#include "search/distinct.h"

#include <algorithm>

#include "search/bits.h"

namespace lookalike {
namespace {

// Spreads all bits over the high ones (S. Vigna's constants for splitmix64).
uint64_t mix(const uint64_t* hash, size_t words) {
    uint64_t mixed = 0;
    for (size_t k = 0; k < words; ++k) {
        mixed = (mixed ^ hash[k]) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ mixed >> 29) * 0x94d049bb133111ebu;
    }
    return mixed;
}

bool are_equal(const uint64_t* a, const uint64_t* b, size_t words) {
    return *a == *b && (words == 1 || std::equal(a + 1, a + words, b + 1));
}

}  // namespace

Distinct distinct(const WordHashes& hashes) {
    constexpr uint32_t kNone = UINT32_MAX;
    constexpr size_t kAhead = 16;  // cells are prefetched this many hashes ahead
    size_t bits = 4;
    while ((size_t{1} << bits) < hashes.count + hashes.count / 2) ++bits;
    std::vector<uint32_t> cells(size_t{1} << bits, kNone);
    const size_t last = cells.size() - 1;
    size_t ahead[kAhead];
    const auto cell_of = [&](size_t at) {
        return static_cast<size_t>(mix(hashes[at], hashes.words) >> (64 - bits));
    };
    for (size_t at = 0; at < std::min(kAhead, hashes.count); ++at) ahead[at] = cell_of(at);

    Distinct found;
    found.number.resize(hashes.count);
    for (size_t at = 0; at < hashes.count; ++at) {
        size_t cell = ahead[at % kAhead];
        if (at + kAhead < hashes.count) {
            ahead[at % kAhead] = cell_of(at + kAhead);
            prefetch(&cells[ahead[at % kAhead]]);
        }
        while (cells[cell] != kNone &&
               !are_equal(hashes[at], hashes[found.first[cells[cell]]], hashes.words))
            cell = (cell + 1) & last;
        if (cells[cell] == kNone) {
            cells[cell] = static_cast<uint32_t>(found.first.size());
            found.first.push_back(static_cast<uint32_t>(at));
        }
        found.number[at] = cells[cell];
    }
    return found;
}

std::vector<int64_t> band_distances(const WordHashes& hashes, const std::vector<BandBits>& bands,
                                    size_t stride) {
    std::vector<int64_t> counts(bands.size() * stride);
    std::vector<uint32_t> values(hashes.count);
    for (size_t k = 0; k < bands.size(); ++k) {
        for (size_t at = 0; at < hashes.count; ++at) values[at] = bands[k].value(hashes[at]);
        for (size_t row = 0; row < hashes.count; ++row)
            for (size_t column = 0; column < row; ++column)
                ++counts[k * stride + popcount(values[row] ^ values[column])];
    }
    return counts;
}

}  // namespace lookalike
