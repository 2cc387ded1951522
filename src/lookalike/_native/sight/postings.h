// Finds stored descriptors near those of a query, by keys made of some of their bits.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "search/band.h"
#include "sight/key_bits.h"
#include "sight/points.h"

namespace lookalike {

// The descriptors of a gallery in buckets by one key. A posting has 40 bits: the number of the
// descriptor in as many bits as that needs, and above it some bits of the descriptor itself, its
// sample. Samples dismiss most strangers without fetching their descriptors from far memory.
class PostingTable {
 public:
    // Buckets with more than kFullest descriptors stay empty. Such patches are everywhere, as
    // straight edges are, and say little.
    static constexpr size_t kFullest = 255;
    static constexpr size_t kPostingBytes = 5;

    PostingTable(const Gallery& gallery, size_t table);

    uint32_t key(const uint64_t* descriptor) const { return bits_.value(descriptor); }
    size_t bucket_of(uint32_t key) const { return key * 0x9E3779B1U >> shift_; }
    size_t bytes() const;

    struct Run {
        const uint8_t* postings;
        size_t count;
    };
    Run run(size_t bucket) const;
    const void* directory(size_t bucket) const { return &blocks_[bucket / kBlock]; }

    static uint64_t posting(const uint8_t* at) {
        uint32_t low = 0;
        std::memcpy(&low, at, sizeof low);
        return low | uint64_t{at[4]} << 32;
    }
    uint32_t entry(uint64_t posting) const { return posting & ((uint64_t{1} << entry_bits_) - 1); }
    // The bits of a sample in which a descriptor and that of a posting differ.
    uint64_t sample_difference(uint64_t posting, const uint64_t* descriptor) const {
        return posting >> entry_bits_ ^ (descriptor[kSampleWord] & sample_mask_);
    }
    unsigned sample_bits() const { return 8 * kPostingBytes - entry_bits_; }

 private:
    static constexpr size_t kBlock = 16;
    static constexpr size_t kSampleWord = 3;  // no key has bits of it

    struct Block {
        uint32_t begin;
        uint8_t counts[kBlock];
    };

    void count(const std::vector<uint32_t>& buckets);
    void place(const Gallery& gallery, const std::vector<uint32_t>& buckets);

    BandBits bits_;
    unsigned shift_, entry_bits_;
    uint64_t sample_mask_;
    std::vector<Block> blocks_;
    std::vector<uint8_t> postings_;
};

// The stored descriptors within `max_distance` of those of the query that the tables lead to. Each
// key is probed eight times, with its three weakest bits either way. Ordered by query, then entry.
std::vector<PointMatch> near_points(const std::vector<const PostingTable*>& tables,
                                    const Gallery& gallery, const SightQuery& query,
                                    uint32_t max_distance);

}  // namespace lookalike
