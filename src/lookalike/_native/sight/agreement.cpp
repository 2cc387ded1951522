#include "sight/agreement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace lookalike {
namespace {

struct Direction {
    float cosine, sine;
};

const std::array<Direction, kTurn>& directions() {
    static const std::array<Direction, kTurn> all = [] {
        std::array<Direction, kTurn> made{};
        for (int k = 0; k < kTurn; ++k) {
            const double angle = k * 6.283185307179586 / kTurn;
            made[static_cast<size_t>(k)] = {static_cast<float>(std::cos(angle)),
                                            static_cast<float>(std::sin(angle))};
        }
        return made;
    }();
    return all;
}

// By how much the scales of points differ that are some levels apart.
float ratio_of(int levels) {
    static const std::array<float, 2 * kLevels> all = [] {
        std::array<float, 2 * kLevels> made{};
        for (int k = 0; k < 2 * kLevels; ++k)
            made[static_cast<size_t>(k)] = static_cast<float>(std::pow(1.26, k - kLevels));
        return made;
    }();
    return all[static_cast<size_t>(levels + kLevels)];
}

// Where the pairings lie in the picture that is looked for, by the map of one of them.
class Trial {
 public:
    Trial(const Pairing& anchor, const Slack& slack)
        : anchor_(anchor),
          slack_(slack),
          xy_(anchor.mirrored ? anchor.yx : -anchor.yx),
          yy_(anchor.mirrored ? -anchor.xx : anchor.xx),
          growing_(slack.growing * slack.growing *
                   (anchor.xx * anchor.xx + anchor.yx * anchor.yx)) {}

    bool agrees(const Pairing& other) const {
        if (other.mirrored != anchor_.mirrored ||
            std::abs(other.levels - anchor_.levels) > slack_.levels)
            return false;
        const int turn = (other.turn - anchor_.turn + kTurn + kTurn / 2) % kTurn - kTurn / 2;
        if (std::abs(turn) > slack_.turn) return false;
        const float across = other.stored_x - anchor_.stored_x,
                    down = other.stored_y - anchor_.stored_y;
        const float x = anchor_.xx * across + xy_ * down + anchor_.x - other.x,
                    y = anchor_.yx * across + yy_ * down + anchor_.y - other.y;
        const float apart = std::sqrt(growing_ * (across * across + down * down)) + slack_.steady;
        return x * x + y * y <= apart * apart;
    }

 private:
    const Pairing& anchor_;
    const Slack& slack_;
    float xy_, yy_, growing_;
};

}  // namespace

Pairing paired(const Gallery& gallery, const SightQuery& query, const PointMatch& match,
               float weight) {
    const Point stored = unpacked(gallery.points[match.entry]), found = query.point(match.query);
    Pairing pairing{};
    pairing.stored_x = stored.x;
    pairing.stored_y = stored.y;
    pairing.x = found.x;
    pairing.y = found.y;
    pairing.levels = found.level - stored.level;
    pairing.mirrored = query.mirrored(match.query);
    pairing.turn =
        (pairing.mirrored ? found.angle + stored.angle : found.angle - stored.angle + kTurn) %
        kTurn;
    const Direction direction = directions()[static_cast<size_t>(pairing.turn)];
    pairing.xx = ratio_of(pairing.levels) * direction.cosine;
    pairing.yx = ratio_of(pairing.levels) * direction.sine;
    pairing.weight = weight;
    pairing.match = match;
    return pairing;
}

std::vector<PointMatch> nearest_matches(const std::vector<PointMatch>& matches, size_t most) {
    if (matches.size() <= most) return matches;
    std::vector<uint16_t> distances;
    distances.reserve(matches.size());
    for (const PointMatch& match : matches) distances.push_back(match.distance);
    const auto last = distances.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(distances.begin(), last, distances.end());
    const uint16_t limit = *last;
    // Those nearer than the limit fit. The rest of the room is for those at the limit.
    size_t room = most;
    for (const PointMatch& match : matches) room -= match.distance < limit;
    std::vector<PointMatch> kept;
    kept.reserve(most);
    for (const PointMatch& match : matches) {
        if (match.distance > limit || (match.distance == limit && room == 0)) continue;
        room -= match.distance == limit;
        kept.push_back(match);
    }
    return kept;
}

Agreement largest_agreement(const std::vector<Pairing>& pairings, const Slack& slack) {
    Agreement best;
    for (size_t k = 0; k < pairings.size(); ++k) {
        const Trial trial(pairings[k], slack);
        float weight = 0;
        size_t count = 0;
        uint32_t last = ~uint32_t{0};
        for (const Pairing& other : pairings) {
            if (other.match.entry == last || !trial.agrees(other)) continue;
            last = other.match.entry;
            weight += other.weight;
            ++count;
        }
        if (weight > best.weight) {
            best.weight = weight;
            best.count = count;
            best.anchor = k;
        }
    }
    if (pairings.empty()) return best;
    const Trial trial(pairings[best.anchor], slack);
    for (size_t k = 0; k < pairings.size(); ++k)
        if (trial.agrees(pairings[k])) best.members.push_back(k);
    return best;
}

}  // namespace lookalike
