#include "sight/candidates.h"

#include <algorithm>

#include "sight/agreement.h"

namespace lookalike {
namespace {

constexpr Slack kSlack{15, 0.25F, 1, 20};
constexpr size_t kMostTried = 256;  // matches of one picture: trying all with all is quadratic

// Nearer matches count more. The nearest of strangers are about as far apart as matches may be.
float weight_of(const PointMatch& match) {
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

Candidate judged(const Gallery& gallery, const SightQuery& query,
                 const std::vector<PointMatch>& matches, const float* weights, size_t begin,
                 size_t end, size_t least) {
    Candidate candidate{static_cast<uint32_t>(matches[begin].entry / kStoredPoints), 0, begin, end};
    if (end - begin < least) return candidate;
    const auto at = [&](size_t k) { return matches.begin() + static_cast<std::ptrdiff_t>(k); };
    const std::vector<PointMatch> mine = nearest_matches({at(begin), at(end)}, kMostTried);
    std::vector<Pairing> pairings;
    pairings.reserve(mine.size());
    for (const PointMatch& match : mine)
        pairings.push_back(paired(gallery, query, match, weight_of(match) * weights[match.query]));
    const Agreement agreement = largest_agreement(pairings, kSlack);
    if (agreement.count >= least) candidate.score = agreement.weight;
    return candidate;
}

}  // namespace

Candidates candidates(const Gallery& gallery, const SightQuery& query,
                      const std::vector<PointMatch>& matches, const float* weights,
                      const uint8_t* gone, size_t least, size_t most) {
    Candidates found{{}, repeated(matches, gone, least)};
    std::sort(found.matches.begin(), found.matches.end(),
              [](const PointMatch& a, const PointMatch& b) {
                  if (a.entry != b.entry) return a.entry < b.entry;
                  return a.distance != b.distance ? a.distance < b.distance : a.query < b.query;
              });
    size_t begin = 0;
    for (size_t end = 1; end <= found.matches.size(); ++end) {
        const auto picture = [&](size_t k) { return found.matches[k].entry / kStoredPoints; };
        if (end < found.matches.size() && picture(end) == picture(begin)) continue;
        const Candidate one = judged(gallery, query, found.matches, weights, begin, end, least);
        if (one.score > 0) found.best.push_back(one);
        begin = end;
    }
    const auto is_better = [](const Candidate& a, const Candidate& b) {
        return a.score != b.score ? a.score > b.score : a.picture < b.picture;
    };
    std::sort(found.best.begin(), found.best.end(), is_better);
    if (found.best.size() > most) found.best.resize(most);
    return found;
}

}  // namespace lookalike
