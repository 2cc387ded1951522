// Linear scans: which hashes of a tile lie within a distance of a query.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// n hashes of `width` bytes, one after the other.
struct Hashes {
    const uint8_t* data;
    size_t count;
    size_t width;
};

struct Range {
    size_t begin, end;
};

// Matches as columns. `next` is the first row that was not scanned.
struct Matches {
    std::vector<uint32_t> row, column;
    std::vector<uint16_t> distance;
    size_t next = 0;
};

// Compares rows of `queries` with columns of `hashes`. With `above_diagonal`, only columns with a
// greater number than the row. Stops after the row that brings the matches to `capacity` or more.
Matches scan(const Hashes& queries, Range rows, const Hashes& hashes, Range columns,
             uint32_t max_distance, bool above_diagonal, size_t capacity);

// The largest distance between any two of the hashes. 0 for fewer than two.
uint32_t diameter(const Hashes& hashes);

}  // namespace lookalike
