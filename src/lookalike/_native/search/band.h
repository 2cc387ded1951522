// A band: some of the bits of a hash, and the hashes in the order of their values there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace lookalike {

// n hashes of whole words, one after the other.
struct WordHashes {
    const uint64_t* data;
    size_t count, words;

    const uint64_t* operator[](size_t index) const { return data + index * words; }
};

// Which bits belong to a band, numbered as they stand in the bytes, the most significant of each
// byte first. Their value is a number of as many bits, the first one the most significant.
class BandBits {
 public:
    BandBits(const uint16_t* positions, size_t count, size_t words);

    uint32_t value(const uint64_t* hash) const {
        uint32_t value = 0;
        for (const Byte& byte : bytes_)
            value |= byte.values[reinterpret_cast<const uint8_t*>(hash)[byte.at]];
        return value;
    }
    // In how many of these bits two hashes differ.
    size_t distance(const uint64_t* a, const uint64_t* b) const;

    size_t size() const { return size_; }
    size_t value_count() const { return size_t{1} << size_; }

 private:
    struct Byte {
        size_t at;
        uint32_t values[256];
    };
    std::vector<Byte> bytes_;
    std::vector<uint64_t> mask_;
    size_t size_;
};

constexpr size_t kWidestBand = 24;  // bits; a band has a directory of all its values

struct Places {
    size_t begin, end;
};

struct Damaged : std::runtime_error {
    Damaged()
        : std::runtime_error("the arrays of a band do not belong together: they are damaged") {}
};

// Hashes sorted by their value in a band, those of a value in their own order.
struct Band {
    const BandBits* bits;
    WordHashes hashes;
    const uint32_t* offsets;  // value_count() + 1: where the hashes of each value begin
    const uint32_t* order;    // which hash stands at each place
    const uint64_t*
        sorted;  // the hashes once more, in that order; null where they are fetched one by one

    // The places of a value, from the first to one behind the last. Throws Damaged, as all that
    // follows what an array says: it may come from a file.
    Places run(size_t value) const {
        const Places places{offsets[value], offsets[value + 1]};
        if (places.begin > places.end || places.end > hashes.count) throw Damaged();
        return places;
    }
    size_t number(size_t place) const {
        const uint32_t number = order[place];
        if (number >= hashes.count) throw Damaged();
        return number;
    }
    // The hashes at `count` places from `begin` on, one after the other: where they lie, or
    // gathered in `buffer`.
    const uint64_t* at(size_t begin, size_t count, uint64_t* buffer) const;
};

// Writes what a Band points to; `sorted` may be null.
void sort_into_band(const BandBits& bits, const WordHashes& hashes, uint32_t* offsets,
                    uint32_t* order, uint64_t* sorted);

}  // namespace lookalike
