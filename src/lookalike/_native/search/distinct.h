// Equal hashes, told apart from different ones.
#pragma once

#include <cstdint>
#include <vector>

#include "search/band.h"

namespace lookalike {

struct Distinct {
    std::vector<uint32_t>
        number;  // of each hash: which distinct one it is, counted as they first appear
    std::vector<uint32_t> first;  // of each distinct one: where it first appears
};

Distinct distinct(const WordHashes& hashes);

// How many pairs of the hashes differ in d bits of band k: at k * stride + d.
std::vector<int64_t> band_distances(const WordHashes& hashes, const std::vector<BandBits>& bands,
                                    size_t stride);

}  // namespace lookalike
