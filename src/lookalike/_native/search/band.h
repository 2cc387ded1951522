// A band: some of the bits of a hash, and the hashes in the order of their values in those bits.
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

// Which bits belong to a band. They are numbered by bytes, most significant bit of each byte first.
// Together they make a number, the value, with the first one most significant.
class BandBits {
 public:
    BandBits(const uint16_t* positions, size_t count, size_t words);

    uint32_t value(const uint64_t* hash) const {
        uint32_t value = 0;
        for (const Byte& byte : bytes_)
            value |= byte.values[reinterpret_cast<const uint8_t*>(hash)[byte.at]];
        return value;
    }
    // The number of these bits in which two hashes differ.
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

constexpr size_t kWidestBand = 24;  // in bits: a band has a directory of all its values

struct Places {
    size_t begin, end;
};

struct Damaged : std::runtime_error {
    Damaged()
        : std::runtime_error("the arrays of a band do not belong together: they are damaged") {}
};

// Hashes sorted by their value in a band. Those with equal values keep their order.
struct Band {
    const BandBits* bits;
    WordHashes hashes;
    const uint32_t* offsets;  // value_count() + 1: where the hashes of each value begin
    const uint32_t* order;    // which hash is at each place
    const uint64_t*
        sorted;  // a copy of the hashes in that order, or null if they are fetched one by one

    // The places of a value, from the first to one beyond the last. Throws Damaged, like everything
    // that follows a number in an array, because arrays may come from a file.
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
    // The hashes at `count` places from `begin` on, one after the other. They are in place or
    // gathered in `buffer`.
    const uint64_t* at(size_t begin, size_t count, uint64_t* buffer) const;
};

// Writes the arrays that a Band points to. `sorted` may be null.
void sort_into_band(const BandBits& bits, const WordHashes& hashes, uint32_t* offsets,
                    uint32_t* order, uint64_t* sorted);

}  // namespace lookalike
