#include "sight/geometry.h"

#include <algorithm>
#include <cmath>

#include "search/bits.h"
#include "sight/agreement.h"
#include "sight/nearest.h"
#include "sight/solve.h"

namespace lookalike {
namespace {

constexpr Slack kSlack{15, 0.12F, 2, 24};
constexpr int kSure = 12;            // inliers, with which no further matches are needed
constexpr size_t kMostTried = 160;   // matches: trying all with all is quadratic
constexpr size_t kLeastMatches = 3;  // an affine map has six numbers
constexpr double kTolerance = 5;     // in pixels, for points of small scale
constexpr uint32_t kNear = 56, kGuidedNear = 76;  // bits, of all matches and at the expected place
constexpr double kMostLevels = 2.4;               // by which a match may contradict the map's scale

float weight_of(uint32_t distance) {
    return 1 + static_cast<float>(static_cast<int>(kNear) - static_cast<int>(distance)) / 32;
}

double scale_of(int level) {
    static const auto scales = [] {
        std::array<double, kLevels> made{};
        for (int k = 0; k < kLevels; ++k) made[static_cast<size_t>(k)] = std::pow(1.26, k);
        return made;
    }();
    return scales[static_cast<size_t>(level)];
}

struct Pair {
    Point stored, found;
    uint32_t query, distance;
};

// Weighted least squares. A point of a coarse level is less exact. False if there is no single
// solution.
bool fit(const std::vector<Pair>& pairs, Affine& map) {
    Equations<3> x, y;
    for (const Pair& pair : pairs) {
        const double scale = scale_of(pair.found.level), weight = 1 / (scale * scale + 1);
        const double row[3] = {pair.stored.x, pair.stored.y, 1};
        for (size_t r = 0; r < 3; ++r) {
            for (size_t c = 0; c < 3; ++c) x.left[r][c] += weight * row[r] * row[c];
            x.right[r] += weight * row[r] * pair.found.x;
            y.right[r] += weight * row[r] * pair.found.y;
        }
    }
    y.left = x.left;
    if (!solve(x) || !solve(y)) return false;
    map = {x.right[0], x.right[1], y.right[0], y.right[1], x.right[2], y.right[2]};
    return true;
}

double determinant(const Affine& map) { return map.xx * map.yy - map.xy * map.yx; }

// Whether a picture may have been edited so: not squeezed more than twice as much one way as the
// other, and within reasonable scales.
bool is_plausible(const Affine& map, bool mirrored) {
    const double area = determinant(map);
    if ((area < 0) != mirrored) return false;
    const double sum = map.xx * map.xx + map.xy * map.xy + map.yx * map.yx + map.yy * map.yy,
                 root = std::sqrt(std::max(0.0, sum * sum / 4 - area * area)),
                 long_axis = std::sqrt(sum / 2 + root),
                 short_axis = std::sqrt(std::max(1e-12, sum / 2 - root));
    return long_axis < 2 * short_axis && long_axis < 8 && short_axis > 0.1;
}

// Whether a map takes a stored point to one of the query.
class Meeting {
 public:
    Meeting(const Affine& map, double tolerance)
        : map_(map),
          tolerance_(tolerance),
          level_(std::log(std::abs(determinant(map))) / 2 / std::log(1.26)) {}

    bool meets(const Point& stored, const Point& found) const {
        const double x = map_.xx * stored.x + map_.xy * stored.y + map_.x0 - found.x,
                     y = map_.yx * stored.x + map_.yy * stored.y + map_.y0 - found.y,
                     apart = tolerance_ * std::max(1.0, scale_of(found.level) / 2);
        return x * x + y * y <= apart * apart &&
               std::abs(found.level - stored.level - level_) < kMostLevels;
    }

 private:
    Affine map_;
    double tolerance_, level_;
};

class Layer {
 public:
    Layer(const Gallery& gallery, size_t picture, const SightQuery& query)
        : gallery_(gallery), query_(query), first_(picture * kStoredPoints) {
        for (size_t k = 0; k < gallery.points_of(picture); ++k)
            stored_.push_back(unpacked(gallery.points[first_ + k]));
    }

    Placement run(const std::vector<PointMatch>& matches) {
        const Placement placed = place(matches);
        if (placed.inliers >= kSure) return placed;
        const Placement again = place(all_matches());
        return again.evidence > placed.evidence ? again : placed;
    }

 private:
    Placement place(const std::vector<PointMatch>& matches) {
        pairs_.clear();
        all_.clear();
        if (!agree(matches)) return {};
        for (const double loose : {4.0, 3.0, 2.25, 1.7, 1.27})
            if (!refit(loose * kTolerance)) break;
        for (const double tolerance : {2 * kTolerance, kTolerance})
            if (!match_again(tolerance)) break;
        return result();
    }

    // For every stored point, the nearest of the query's points, and of the mirrored ones.
    std::vector<PointMatch> all_matches() const {
        const FindNearest nearest = find_nearest();
        const size_t half = query_.points.size();
        std::vector<PointMatch> matches;
        matches.reserve(2 * stored_.size());
        for (size_t k = 0; k < stored_.size(); ++k)
            for (const size_t begin : {size_t{0}, half}) {
                const NearestRow found =
                    nearest(gallery_.descriptor(first_ + k), query_, begin, begin + half);
                if (found.distance <= kNear)
                    matches.push_back({static_cast<uint32_t>(first_ + k),
                                       static_cast<uint16_t>(found.row),
                                       static_cast<uint16_t>(found.distance)});
            }
        return matches;
    }

    // The pairs of matches that agree on one similarity.
    bool agree(const std::vector<PointMatch>& given) {
        const std::vector<PointMatch> matches = nearest_matches(given, kMostTried);
        std::vector<Pairing> pairings;
        pairings.reserve(matches.size());
        for (const PointMatch& match : matches)
            pairings.push_back(paired(gallery_, query_, match, weight_of(match.distance)));
        const Agreement agreement = largest_agreement(pairings, kSlack);
        if (agreement.members.size() < kLeastMatches) return false;
        mirrored_ = pairings[agreement.members[0]].mirrored;
        for (const size_t k : agreement.members) pairs_.push_back(pair_of(matches[k]));
        for (const PointMatch& match : given)
            if (query_.mirrored(match.query) == mirrored_) all_.push_back(pair_of(match));
        const Pairing& anchor = pairings[agreement.anchor];
        map_ = anchor_map(anchor);
        return true;
    }

    static Affine anchor_map(const Pairing& anchor) {
        const double sign = anchor.mirrored ? -1 : 1;
        Affine map{anchor.xx, -sign * anchor.yx, anchor.yx, sign * anchor.xx, 0, 0};
        map.x0 = anchor.x - map.xx * anchor.stored_x - map.xy * anchor.stored_y;
        map.y0 = anchor.y - map.yx * anchor.stored_x - map.yy * anchor.stored_y;
        return map;
    }

    Pair pair_of(const PointMatch& match) const {
        return {unpacked(gallery_.points[match.entry]), query_.point(match.query), match.query,
                match.distance};
    }

    // Takes the map of the present pairs, if it is plausible, then the pairs that it allows.
    bool refit(double tolerance) {
        Affine map{};
        const bool is_better =
            pairs_.size() >= kLeastMatches && fit(pairs_, map) && is_plausible(map, mirrored_);
        if (is_better) map_ = map;
        const Meeting meeting(map_, tolerance);
        pairs_.clear();
        for (const Pair& pair : all_)
            if (meeting.meets(pair.stored, pair.found)) pairs_.push_back(pair);
        return is_better;
    }

    // Every stored point looks for the nearest descriptor around where it should be.
    bool match_again(double tolerance) {
        const Meeting meeting(map_, tolerance);
        std::vector<Pair> pairs;
        for (size_t k = 0; k < stored_.size(); ++k) {
            Pair best{stored_[k], {}, 0, kGuidedNear + 1};
            for (size_t q = 0; q < query_.points.size(); ++q) {
                if (!meeting.meets(stored_[k], query_.points[q])) continue;
                const size_t row = q + (mirrored_ ? query_.points.size() : 0);
                const auto distance = static_cast<uint32_t>(distance_between(
                    gallery_.descriptor(first_ + k), query_.descriptor(row), kDescriptorWords));
                if (distance >= best.distance) continue;
                best.found = query_.points[q];
                best.query = static_cast<uint32_t>(row);
                best.distance = distance;
            }
            if (best.distance <= kGuidedNear) pairs.push_back(best);
        }
        if (pairs.size() < kLeastMatches) return false;
        Affine map{};
        if (fit(pairs, map) && is_plausible(map, mirrored_)) map_ = map;
        pairs_ = std::move(pairs);
        return true;
    }

    Placement result() const {
        Placement placed;
        placed.map = map_;
        placed.mirrored = mirrored_;
        std::vector<uint32_t> rows;
        for (const Pair& pair : pairs_) {
            rows.push_back(pair.query);
            placed.evidence += weight_of(pair.distance);
        }
        std::sort(rows.begin(), rows.end());
        placed.inliers = static_cast<int>(std::unique(rows.begin(), rows.end()) - rows.begin());
        return placed;
    }

    const Gallery& gallery_;
    const SightQuery& query_;
    size_t first_;
    std::vector<Point> stored_;
    bool mirrored_ = false;
    Affine map_{1, 0, 0, 1, 0, 0};
    std::vector<Pair> all_, pairs_;
};

}  // namespace

Placement place(const Gallery& gallery, size_t picture, const SightQuery& query,
                const std::vector<PointMatch>& matches) {
    return Layer(gallery, picture, query).run(matches);
}

}  // namespace lookalike
