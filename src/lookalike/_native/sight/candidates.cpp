#include "sight/candidates.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sight/agreement.h"

namespace lookalike {
namespace {

constexpr Slack kSlack{15, 0.25F, 1, 20};
constexpr size_t kMostTried = 256;  // matches of one picture: trying all with all is quadratic

// Nearer matches count more. The nearest of strangers are about as far apart as matches may be.
float nearness_of(const PointMatch& match) {
    return 1 + static_cast<float>(46 - std::min<int>(match.distance, 46)) / 16;
}

// The matches of pictures that may have `least` of them. Pictures are counted in a table of fixed
// size, where strangers may share a place. Most have a single match, and need not be sorted.
std::vector<PointMatch> repeated(const std::vector<PointMatch>& matches, const uint8_t* gone,
                                 size_t least) {
    constexpr size_t kPlaces = 1 << 15;
    std::vector<uint8_t> counts(kPlaces);
    const auto place = [](const PointMatch& match) {
        const auto picture = static_cast<uint32_t>(match.entry / kStoredPoints);
        return picture * 0x9E3779B1U >> 17;
    };
    for (const PointMatch& match : matches) {
        uint8_t& count = counts[place(match)];
        if (count < least) ++count;
    }
    std::vector<PointMatch> kept;
    for (const PointMatch& match : matches)
        if (counts[place(match)] >= least && !(gone && gone[match.entry / kStoredPoints]))
            kept.push_back(match);
    return kept;
}

// By entry, then distance, the rest in the order given. A radix sort: among pictures that resemble
// each other, a query has 100,000 matches.
void sort_by_entry(std::vector<PointMatch>& matches) {
    constexpr unsigned kDigitBits = 12;
    const auto rank = [](const PointMatch& match) {
        return uint64_t{match.entry} << 16 | match.distance;
    };
    std::vector<PointMatch> sorted(matches.size());
    for (unsigned shift = 0; shift < 48; shift += kDigitBits) {
        const auto digit = [&](const PointMatch& match) {
            return rank(match) >> shift & ((1U << kDigitBits) - 1);
        };
        std::array<size_t, 1 << kDigitBits> places{};
        for (const PointMatch& match : matches) ++places[digit(match)];
        size_t begin = 0;
        for (size_t& place : places) begin += std::exchange(place, begin);
        for (const PointMatch& match : matches) sorted[places[digit(match)]++] = match;
        matches.swap(sorted);
    }
}

float weight_of(const PointMatch& match, const float* weights) {
    return nearness_of(match) * weights[match.query];
}

// The matches of one picture, and the most that it may score.
struct Group {
    size_t begin, end;
    float most;
};

// What the matches of a picture weigh if all agree, each stored point once. They are added in the
// order of largest_agreement, so that rounding cannot make this less than what really agrees. 0 if
// there are fewer than `least` points.
float most_weight(const SightQuery& query, const std::vector<PointMatch>& matches,
                  const float* weights, size_t begin, size_t end, size_t least) {
    float sums[2] = {};  // as it is, and mirrored
    size_t counts[2] = {};
    for (size_t k = begin; k < end;) {
        const uint32_t entry = matches[k].entry;
        float most[2] = {};
        for (; k < end && matches[k].entry == entry; ++k) {
            float& one = most[query.mirrored(matches[k].query)];
            one = std::max(one, weight_of(matches[k], weights));
        }
        for (const size_t side : {0, 1}) {
            sums[side] += most[side];
            counts[side] += most[side] > 0;
        }
    }
    float most = 0;
    for (const size_t side : {0, 1})
        if (counts[side] >= least) most = std::max(most, sums[side]);
    return most;
}

std::vector<Group> groups_of(const SightQuery& query, const std::vector<PointMatch>& matches,
                             const float* weights, size_t least) {
    std::vector<Group> groups;
    size_t begin = 0;
    for (size_t end = 1; end <= matches.size(); ++end) {
        const auto picture = [&](size_t k) { return matches[k].entry / kStoredPoints; };
        if (end < matches.size() && picture(end) == picture(begin)) continue;
        if (end - begin >= least) {
            const float most = most_weight(query, matches, weights, begin, end, least);
            if (most > 0) groups.push_back({begin, end, most});
        }
        begin = end;
    }
    return groups;
}

Candidate judged(const Gallery& gallery, const SightQuery& query,
                 const std::vector<PointMatch>& matches, const float* weights, const Group& group,
                 size_t least) {
    const auto at = [&](size_t k) { return matches.begin() + static_cast<std::ptrdiff_t>(k); };
    const std::vector<PointMatch> mine =
        nearest_matches({at(group.begin), at(group.end)}, kMostTried);
    std::vector<Pairing> pairings;
    pairings.reserve(mine.size());
    for (const PointMatch& match : mine)
        pairings.push_back(paired(gallery, query, match, weight_of(match, weights)));
    const Agreement agreement = largest_agreement(pairings, kSlack);
    return {static_cast<uint32_t>(mine[0].entry / kStoredPoints),
            agreement.count >= least ? agreement.weight : 0, group.begin, group.end};
}

bool is_better(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.picture < b.picture;
}

}  // namespace

// Most pictures cannot be among the best even if all their matches agree. Those that may score most
// are tried first, until none of the others can be better than the worst of the best.
Candidates candidates(const Gallery& gallery, const SightQuery& query,
                      const std::vector<PointMatch>& matches, const float* weights,
                      const uint8_t* gone, size_t least, size_t most) {
    Candidates found{{}, repeated(matches, gone, least)};
    sort_by_entry(found.matches);
    std::vector<Group> left = groups_of(query, found.matches, weights, least);
    const auto may_score_less = [](const Group& a, const Group& b) { return a.most < b.most; };
    std::make_heap(left.begin(), left.end(), may_score_less);
    std::vector<Candidate>& best = found.best;
    for (; !left.empty() && most > 0; left.pop_back()) {
        if (best.size() == most && left.front().most < best.back().score) break;
        std::pop_heap(left.begin(), left.end(), may_score_less);
        const Candidate one = judged(gallery, query, found.matches, weights, left.back(), least);
        if (!(one.score > 0)) continue;
        best.insert(std::upper_bound(best.begin(), best.end(), one, is_better), one);
        if (best.size() > most) best.pop_back();
    }
    return found;
}

}  // namespace lookalike
