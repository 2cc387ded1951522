// Look-ups: finds the hashes near a few queries by the values near theirs in each band.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/band.h"

namespace lookalike {

// Matches as columns. Those of one query are next to each other.
struct Neighbours {
    std::vector<uint32_t> query, hash;
    std::vector<uint16_t> distance;
};

// The hashes within `max_distance` of the queries from `begin` on. A hash is compared if it differs
// from the query in at most `band_distances[k]` bits of band k, for any k. -1 leaves a band out.
// Each hash is returned once. Stops before `end` after the query that brings the matches to
// `capacity`. `next` is the first query that was not looked up.
Neighbours probe(const std::vector<Band>& bands, const std::vector<int>& band_distances,
                 const WordHashes& queries, size_t begin, size_t end, size_t max_distance,
                 size_t capacity, size_t& next);

// Like `probe`, but compares all hashes.
Neighbours scan_near(const WordHashes& hashes, const WordHashes& queries, size_t begin, size_t end,
                     size_t max_distance, size_t capacity, size_t& next);

// The `k` nearest hashes of each query, ordered by distance, then number. `schedule` says which
// band's distance grows by one (from -1) to be sure of all hashes within 0, 1, 2, ... bits. All
// hashes are compared if that is less work, or if the schedule ends too early.
Neighbours probe_nearest(const std::vector<Band>& bands, const std::vector<uint32_t>& schedule,
                         const WordHashes& queries, size_t begin, size_t end, size_t k);

// Like `probe_nearest`, but compares all hashes.
Neighbours scan_nearest(const WordHashes& hashes, const WordHashes& queries, size_t begin,
                        size_t end, size_t k);

}  // namespace lookalike
