// How a stored picture lies on the query, by their points.
#pragma once

#include <vector>

#include "sight/canvas.h"
#include "sight/points.h"

namespace lookalike {

struct Placement {
    Affine map{1, 0, 0, 1, 0, 0};  // from pixels of the stored grey to those of the query's
    bool mirrored = false;
    int inliers = 0;     // points of the query that a stored point meets
    float evidence = 0;  // that this is no chance: about one for each, more for nearer descriptors
};

// Lays a stored picture on the query by some matches of their points, as found by `candidates`.
// There are no inliers if they do not agree.
Placement place(const Gallery& gallery, size_t picture, const SightQuery& query,
                const std::vector<PointMatch>& matches);

}  // namespace lookalike
