#include "sight/postings.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "sight/count_bits.h"

namespace lookalike {
namespace {

constexpr unsigned kLeastBucketBits = 8, kMostBucketBits = 24;
constexpr size_t kProbes = 8;     // of each key
constexpr size_t kPerBucket = 6;  // descriptors, in the mean
constexpr uint32_t kNowhere = std::numeric_limits<uint32_t>::max();

unsigned bits_for(uint64_t count) {
    unsigned bits = 0;
    while (bits < 64 && uint64_t{1} << bits < count) ++bits;
    return bits;
}

BandBits key_bits(size_t table) {
    uint16_t positions[kKeyBits];  // BandBits numbers the bits of a byte from the other end
    for (size_t k = 0; k < kKeyBits; ++k)
        positions[k] = static_cast<uint16_t>(kKeyPositions[table][k] ^ 7);
    return BandBits(positions, kKeyBits, kDescriptorWords);
}

}  // namespace

PostingTable::PostingTable(const Gallery& gallery, size_t table) : bits_(key_bits(table)) {
    const uint64_t entries = uint64_t{gallery.count} * kStoredPoints;
    const unsigned bucket_bits =
        std::clamp(bits_for(entries / kPerBucket), kLeastBucketBits, kMostBucketBits);
    shift_ = 32 - bucket_bits;
    entry_bits_ = std::max(bits_for(entries), 1U);
    sample_mask_ = (uint64_t{1} << sample_bits()) - 1;
    blocks_.resize((size_t{1} << bucket_bits) / kBlock);
    std::vector<uint32_t> buckets(entries, kNowhere);
    for (size_t picture = 0; picture < gallery.count; ++picture)
        for (size_t k = 0; k < gallery.points_of(picture); ++k) {
            const size_t at = picture * kStoredPoints + k;
            buckets[at] = static_cast<uint32_t>(bucket_of(key(gallery.descriptor(at))));
        }
    count(buckets);
    place(gallery, buckets);
}

void PostingTable::count(const std::vector<uint32_t>& buckets) {
    std::vector<uint16_t> counts(blocks_.size() * kBlock);
    for (uint32_t bucket : buckets)
        if (bucket != kNowhere && counts[bucket] <= kFullest) ++counts[bucket];
    uint32_t begin = 0;
    for (size_t block = 0; block < blocks_.size(); ++block) {
        blocks_[block].begin = begin;
        for (size_t k = 0; k < kBlock; ++k) {
            const uint16_t count = counts[block * kBlock + k];
            blocks_[block].counts[k] = count > kFullest ? 0 : static_cast<uint8_t>(count);
            begin += blocks_[block].counts[k];
        }
    }
    postings_.resize(kPostingBytes * size_t{begin});
}

// Postings of one bucket are ascending. `left` counts those of each bucket that have no place yet.
void PostingTable::place(const Gallery& gallery, const std::vector<uint32_t>& buckets) {
    std::vector<uint8_t> placed(blocks_.size() * kBlock);
    for (size_t at = 0; at < buckets.size(); ++at) {
        if (buckets[at] == kNowhere) continue;
        const Run kept = run(buckets[at]);
        if (kept.count == 0) continue;
        const uint64_t sample = gallery.descriptor(at)[kSampleWord] & sample_mask_;
        const uint64_t posting = at | sample << entry_bits_;
        const size_t before = static_cast<size_t>(kept.postings - postings_.data());
        uint8_t* to = postings_.data() + before + kPostingBytes * placed[buckets[at]]++;
        for (size_t k = 0; k < kPostingBytes; ++k) to[k] = static_cast<uint8_t>(posting >> 8 * k);
    }
}

PostingTable::Run PostingTable::run(size_t bucket) const {
    const Block& block = blocks_[bucket / kBlock];
    size_t begin = block.begin;
    for (size_t k = 0; k < bucket % kBlock; ++k) begin += block.counts[k];
    return {postings_.data() + kPostingBytes * begin, block.counts[bucket % kBlock]};
}

size_t PostingTable::bytes() const { return blocks_.size() * sizeof(Block) + postings_.size(); }

namespace {

// The work on one row of the query, done in steps some rows apart, so that what a step needs has
// come from memory meanwhile.
struct Row {
    size_t buckets[kKeyTables * kProbes];
    PostingTable::Run runs[kKeyTables * kProbes];
    std::vector<uint32_t> entries;
};

class Prober {
 public:
    Prober(const std::vector<const PostingTable*>& tables, const Gallery& gallery,
           const SightQuery& query, uint32_t max_distance)
        : tables_(tables), gallery_(gallery), query_(query), max_distance_(max_distance) {
        // As large a share of the sample may differ as of the descriptor, and some more by chance.
        for (const PostingTable* table : tables)
            sample_limits_.push_back(table->sample_bits() * 3 / 10 + 1);
    }

    void choose_buckets(size_t row, Row& work) const {
        for (size_t t = 0; t < tables_.size(); ++t) {
            const uint32_t key = tables_[t]->key(query_.descriptor(row));
            const unsigned weakest = query_.weakest[row * kKeyTables + t];
            for (unsigned probe = 0; probe < kProbes; ++probe) {
                uint32_t changed = key;
                for (unsigned k = 0; k < 3; ++k)
                    changed ^= (probe >> k & 1) << (weakest >> 5 * k & 31);
                const size_t bucket = tables_[t]->bucket_of(changed);
                work.buckets[t * kProbes + probe] = bucket;
                prefetch(tables_[t]->directory(bucket));
            }
        }
    }

    void find_runs(Row& work) const {
        for (size_t k = 0; k < tables_.size() * kProbes; ++k) {
            work.runs[k] = tables_[k / kProbes]->run(work.buckets[k]);
            const auto* begin = reinterpret_cast<const char*>(work.runs[k].postings);
            for (const char* line = begin;
                 line < begin + PostingTable::kPostingBytes * work.runs[k].count; line += 64)
                prefetch(line);
        }
    }

    template <typename Count>
    LOOKALIKE_INLINE void read_postings(size_t row, Row& work) const {
        work.entries.clear();
        const uint64_t* descriptor = query_.descriptor(row);
        for (size_t k = 0; k < tables_.size() * kProbes; ++k) {
            const PostingTable& table = *tables_[k / kProbes];
            const uint64_t limit = sample_limits_[k / kProbes];
            const uint8_t* at = work.runs[k].postings;
            for (size_t left = work.runs[k].count; left > 0;
                 --left, at += PostingTable::kPostingBytes) {
                const uint64_t posting = PostingTable::posting(at);
                if (Count::of(table.sample_difference(posting, descriptor)) > limit) continue;
                work.entries.push_back(table.entry(posting));
                prefetch(gallery_.descriptor(work.entries.back()));
            }
        }
    }

    template <typename Count>
    LOOKALIKE_INLINE void compare(size_t row, Row& work, std::vector<PointMatch>& found) const {
        const uint64_t* descriptor = query_.descriptor(row);
        const size_t first = found.size();
        for (uint32_t entry : work.entries) {
            const uint32_t distance =
                descriptor_distance<Count>(descriptor, gallery_.descriptor(entry));
            if (distance <= max_distance_)
                found.push_back(
                    {entry, static_cast<uint16_t>(row), static_cast<uint16_t>(distance)});
        }
        const auto begin = found.begin() + static_cast<std::ptrdiff_t>(first);
        std::sort(begin, found.end(),
                  [](const PointMatch& a, const PointMatch& b) { return a.entry < b.entry; });
        const auto is_same = [](const PointMatch& a, const PointMatch& b) {
            return a.entry == b.entry;
        };
        found.erase(std::unique(begin, found.end(), is_same), found.end());
    }

    template <typename Count>
    LOOKALIKE_INLINE std::vector<PointMatch> run() const {
        std::vector<PointMatch> found;
        std::vector<Row> works(4);
        const size_t rows = query_.rows();
        for (size_t step = 0; step < rows + 3; ++step) {
            if (step < rows) choose_buckets(step, works[step % 4]);
            if (step >= 1 && step - 1 < rows) find_runs(works[(step - 1) % 4]);
            if (step >= 2 && step - 2 < rows) read_postings<Count>(step - 2, works[(step - 2) % 4]);
            if (step >= 3) compare<Count>(step - 3, works[(step - 3) % 4], found);
        }
        return found;
    }

 private:
    const std::vector<const PostingTable*>& tables_;
    const Gallery& gallery_;
    const SightQuery& query_;
    uint32_t max_distance_;
    std::vector<uint64_t> sample_limits_;
};

std::vector<PointMatch> run_scalar(const Prober& prober) { return prober.run<PortableCount>(); }

#if LOOKALIKE_X86

LOOKALIKE_POPCNT std::vector<PointMatch> run_popcnt(const Prober& prober) {
    return prober.run<MachineCount>();
}

#endif

}  // namespace

std::vector<PointMatch> near_points(const std::vector<const PostingTable*>& tables,
                                    const Gallery& gallery, const SightQuery& query,
                                    uint32_t max_distance) {
    const Prober prober(tables, gallery, query, max_distance);
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return run_popcnt(prober);
#endif
    return run_scalar(prober);
}

}  // namespace lookalike
