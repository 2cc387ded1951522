#include "search/band.h"

#include <algorithm>
#include <cstring>

#include "search/bits.h"

namespace lookalike {

BandBits::BandBits(const uint16_t* positions, size_t count, size_t words)
    : mask_(words), size_(count) {
    auto* mask = reinterpret_cast<uint8_t*>(mask_.data());
    for (size_t at = 0; at < 8 * words; ++at) {
        Byte byte{at, {}};
        for (size_t k = 0; k < count; ++k) {
            if (positions[k] / 8 != at) continue;
            const uint8_t bit = static_cast<uint8_t>(0x80 >> positions[k] % 8);
            mask[at] |= bit;
            for (size_t value = 0; value < 256; ++value)
                if (value & bit) byte.values[value] |= uint32_t{1} << (count - 1 - k);
        }
        if (mask[at]) bytes_.push_back(byte);
    }
}

size_t BandBits::distance(const uint64_t* a, const uint64_t* b) const {
    uint64_t distance = 0;
    for (size_t k = 0; k < mask_.size(); ++k) distance += popcount((a[k] ^ b[k]) & mask_[k]);
    return distance;
}

const uint64_t* Band::at(size_t begin, size_t count, uint64_t* buffer) const {
    if (sorted) return sorted + begin * hashes.words;
    constexpr size_t kAhead = 32;  // prefetched: each may lie anywhere in memory
    for (size_t k = 0; k < std::min(count, kAhead); ++k) prefetch(hashes[number(begin + k)]);
    for (size_t k = 0; k < count; ++k) {
        if (k + kAhead < count) prefetch(hashes[number(begin + k + kAhead)]);
        const uint64_t* hash = hashes[number(begin + k)];
        if (hashes.words == 1)
            buffer[k] = *hash;
        else
            std::copy_n(hash, hashes.words, buffer + k * hashes.words);
    }
    return buffer;
}

void sort_into_band(const BandBits& bits, const WordHashes& hashes, uint32_t* offsets,
                    uint32_t* order, uint64_t* sorted) {
    std::fill_n(offsets, bits.value_count() + 1, 0);
    std::vector<uint32_t> values(hashes.count);
    for (size_t k = 0; k < hashes.count; ++k) {
        values[k] = bits.value(hashes[k]);
        ++offsets[values[k]];
    }
    uint32_t begin = 0;
    for (size_t value = 0; value <= bits.value_count(); ++value) {
        const uint32_t count = offsets[value];
        offsets[value] = begin;
        begin += count;
    }
    // Each offset moves on to where the next value begins, and is restored afterwards.
    for (size_t k = 0; k < hashes.count; ++k) {
        const uint32_t place = offsets[values[k]]++;
        order[place] = static_cast<uint32_t>(k);
        if (sorted && hashes.words == 1)
            sorted[place] = hashes.data[k];
        else if (sorted)
            std::copy_n(hashes[k], hashes.words, sorted + place * hashes.words);
    }
    std::memmove(offsets + 1, offsets, bits.value_count() * sizeof(uint32_t));
    offsets[0] = 0;
}

}  // namespace lookalike
