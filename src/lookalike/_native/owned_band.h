// Hashes and bands in NumPy arrays, checked.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "search/band.h"

namespace lookalike {

constexpr size_t kMostWords = 1023;  // a distance in bits must fit in 16

inline WordHashes words_of(const AnyArray& array, const char* name) {
    const uint64_t* data = packed<uint64_t>(array, name, 2, "(n, words) of uint64");
    if (array.shape(1) < 1 || array.shape(1) > kMostWords)
        refuse(name, " must have 1 to ", std::to_string(kMostWords), " words a hash, not ",
               describe(array));
    if (array.shape(0) >= std::numeric_limits<uint32_t>::max())
        refuse(name, " must have fewer than 2^32 - 1 rows, not ", describe(array));
    return {data, array.shape(0), array.shape(1)};
}

inline BandBits bits_of(const AnyArray& array, size_t words) {
    const uint16_t* positions = packed<uint16_t>(array, "positions", 1, "(bits,) of uint16");
    const size_t count = array.shape(0);
    std::vector<bool> taken(words * 64);
    if (count < 1 || count > kWidestBand)
        refuse("positions must be 1 to ", std::to_string(kWidestBand), ", not ",
               std::to_string(count));
    for (size_t k = 0; k < count; ++k) {
        if (positions[k] >= taken.size() || taken[positions[k]])
            refuse("positions must be different and below ", std::to_string(taken.size()), ", not ",
                   std::to_string(positions[k]));
        taken[positions[k]] = true;
    }
    return BandBits(positions, count, words);
}

// A Band and what keeps its arrays alive.
class OwnedBand {
 public:
    OwnedBand(AnyArray hashes, AnyArray positions, AnyArray offsets, AnyArray order,
              std::optional<AnyArray> sorted)
        : words_(words_of(hashes, "hashes")),
          bits_(bits_of(positions, words_.words)),
          hashes_(hashes),
          positions_(positions),
          offsets_(offsets),
          order_(order),
          sorted_(std::move(sorted)) {
        packed<uint32_t>(offsets, "offsets", 1, "(2^bits + 1,) of uint32");
        packed<uint32_t>(order, "order", 1, "(n,) of uint32");
        if (offsets.shape(0) != bits_.value_count() + 1)
            refuse("offsets must be ", std::to_string(bits_.value_count() + 1), ", not ",
                   describe(offsets));
        if (order.shape(0) != words_.count)
            refuse("order must be as many as hashes, ", std::to_string(words_.count), ", not ",
                   describe(order));
        if (sorted_ && (packed<uint64_t>(*sorted_, "sorted", 2, "(n, words) of uint64"),
                        sorted_->shape(0) != words_.count || sorted_->shape(1) != words_.words))
            refuse("sorted must be as large as hashes, not ", describe(*sorted_));
    }

    Band view() const {
        return {&bits_, words_, static_cast<const uint32_t*>(offsets_.data()),
                static_cast<const uint32_t*>(order_.data()),
                sorted_ ? static_cast<const uint64_t*>(sorted_->data()) : nullptr};
    }
    const BandBits& bits() const { return bits_; }
    size_t count() const { return words_.count; }
    size_t words() const { return words_.words; }

 private:
    WordHashes words_;
    BandBits bits_;
    AnyArray hashes_, positions_, offsets_, order_;
    std::optional<AnyArray> sorted_;
};

}  // namespace lookalike
