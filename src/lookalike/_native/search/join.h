// All pairs of hashes that are near each other in one band, and near enough over all their bits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/band.h"

namespace lookalike {

// The values within a distance of a band's value, as what to exclusive-or it with: grouped by the
// highest bit, so that the values below it, and only they, come from the groups of the bits that it
// has.
struct Ball {
    std::vector<uint32_t> differences;
    std::vector<size_t> groups;  // where those with highest bit k begin; [0] is 1, behind zero, and
                                 // one more for the end

    Ball(size_t bits, size_t distance);
};

// A band that was joined before, and the distance up to which it saw its pairs.
struct Seen {
    const BandBits* bits;
    size_t distance;
};

// Where to go on: a column's place, a difference of the ball, and a row's place from the first of
// its value.
struct Cursor {
    size_t column = 0, difference = 0, row = 0;
};

struct JoinPlan {
    const Band* rows;
    const Band* columns;   // the same as rows: each pair once
    size_t band_distance;  // pairs that differ in more bits of the band are not looked at
    size_t max_distance;
    std::vector<Seen> seen;  // pairs that these bands saw are left out
    size_t work;             // stop after about as many comparisons
};

struct JoinedPairs {
    std::vector<uint32_t> row,
        column;  // numbers of hashes; in a join with itself the smaller first
    std::vector<uint16_t> distance;
};

// Joins the columns from the cursor on, up to the place `end`, and moves the cursor to where to go
// on. Stops early after about `plan.work` comparisons, or with `capacity` pairs.
JoinedPairs join_pairs(const JoinPlan& plan, Cursor& cursor, size_t end, size_t capacity);

// As join_pairs, of a band with itself, but joins the sets of `parent` (see union_find.h) instead
// of giving back pairs. `labels`: a member of the set of the hash at each place of the band; pairs
// of equal labels are skipped. Several threads may join at a time.
void join_groups(const JoinPlan& plan, Cursor& cursor, size_t end, std::atomic<uint32_t>* parent,
                 std::atomic<uint32_t>* labels);

}  // namespace lookalike
