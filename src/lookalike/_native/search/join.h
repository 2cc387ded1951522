// All pairs of hashes that are near each other in one band, and near enough in all their bits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/band.h"

namespace lookalike {

// The values within a distance of a band's value, stored as differences to XOR with it. They are
// grouped by their highest bit. A difference leads to a smaller value exactly if the value has that
// bit.
struct Ball {
    std::vector<uint32_t> differences;
    std::vector<size_t> groups;  // where those with highest bit k begin. [0] is 1, after zero, and
                                 // there is one more for the end

    Ball(size_t bits, size_t distance);
};

// A band that was joined before, and the distance up to which its pairs were found.
struct Seen {
    const BandBits* bits;
    size_t distance;
};

// Where to continue: a column's place, a difference of the ball, and a row's place counted from the
// first row of its value.
struct Cursor {
    size_t column = 0, difference = 0, row = 0;
};

struct JoinPlan {
    const Band* rows;
    const Band* columns;   // the same as rows: each pair once
    size_t band_distance;  // pairs that differ in more bits of the band are skipped
    size_t max_distance;
    std::vector<Seen> seen;  // pairs found with these bands are left out
    size_t work;             // stop after about this many comparisons
};

struct JoinedPairs {
    std::vector<uint32_t> row,
        column;  // numbers of hashes, the smaller first in a join with itself
    std::vector<uint16_t> distance;
};

// Joins the columns from the cursor up to the place `end`, and moves the cursor to where to
// continue. Stops early after about `plan.work` comparisons, or with `capacity` pairs.
JoinedPairs join_pairs(const JoinPlan& plan, Cursor& cursor, size_t end, size_t capacity);

// Like join_pairs of a band with itself, but joins the sets of `parent` (see union_find.h) instead
// of returning pairs. `labels` has a member of the set of the hash at each place of the band. Pairs
// with equal labels are skipped. Several threads may join at the same time.
void join_groups(const JoinPlan& plan, Cursor& cursor, size_t end, std::atomic<uint32_t>* parent,
                 std::atomic<uint32_t>* labels);

}  // namespace lookalike
