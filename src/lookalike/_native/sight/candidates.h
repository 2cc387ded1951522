// Which pictures of a gallery are worth a look: those where most matches of points agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sight/points.h"

namespace lookalike {

struct Candidate {
    uint32_t picture;
    float score;
    size_t begin, end;  // its matches
};

struct Candidates {
    std::vector<Candidate> best;      // the best first
    std::vector<PointMatch> matches;  // ordered by entry, then distance
};

// At most `most` pictures with `least` or more matches that agree. Pictures with a number other
// than 0 in `gone` are left out. `gone` may be null. `weights` has one for each row of the query.
Candidates candidates(const Gallery& gallery, const SightQuery& query,
                      const std::vector<PointMatch>& matches, const float* weights,
                      const uint8_t* gone, size_t least, size_t most);

}  // namespace lookalike
