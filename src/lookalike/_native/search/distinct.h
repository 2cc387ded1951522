// Finds equal hashes.
#pragma once

#include <cstdint>
#include <vector>

#include "search/band.h"

namespace lookalike {

struct Distinct {
    std::vector<uint32_t>
        number;  // for each hash: which distinct one it is, in order of first appearance
    std::vector<uint32_t> first;  // for each distinct one: where it first appears
};

Distinct distinct(const WordHashes& hashes);

// How many pairs of hashes differ in d bits of band k, at k * stride + d.
std::vector<int64_t> band_distances(const WordHashes& hashes, const std::vector<BandBits>& bands,
                                    size_t stride);

}  // namespace lookalike
