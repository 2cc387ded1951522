// Which matches of points agree on how one picture lies on the other.
#pragma once

#include <cstddef>
#include <vector>

#include "sight/points.h"

namespace lookalike {

// A match of points with what it says about the map from the stored picture to the query: every
// single one gives a whole similarity.
struct Pairing {
    float stored_x, stored_y, x, y;
    float xx, yx;  // the first column of the map
    int levels;    // how many levels the query's point is above the stored one
    int turn;      // of the angles, in steps
    bool mirrored;
    float weight;
    PointMatch match;
};

Pairing paired(const Gallery& gallery, const SightQuery& query, const PointMatch& match,
               float weight);

// How far two pairings may be apart. `steady` is in pixels, `growing` is a share of the distance
// from the point whose map is tried.
struct Slack {
    float steady, growing;
    int levels, turn;
};

struct Agreement {
    float weight = 0;  // of all that agree, each stored point once
    size_t count = 0, anchor = 0;
    std::vector<size_t> members;
};

// At most `most` of the matches, those with the nearest descriptors, in the order given. Of equally
// near ones, the first.
std::vector<PointMatch> nearest_matches(const std::vector<PointMatch>& matches, size_t most);

// The pairings that agree with the one with which most agree. All are tried. Those of one stored
// point must be next to each other, the best first.
Agreement largest_agreement(const std::vector<Pairing>& pairings, const Slack& slack);

}  // namespace lookalike
