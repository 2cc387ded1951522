#include <algorithm>
#include <array>
#include <vector>

#include "sight/disagreement.h"

namespace lookalike {
namespace {

constexpr int kLevels = 64;    // of grey, for the curve
constexpr float kSmooth = 12;  // the range of 3 x 3 pixels
constexpr size_t kLeastSmooth = 50;
constexpr double kLeastOfLevel = 9, kShareOfLevel = 1.0 / 2000;

// Whether all of 3 x 3 pixels have nearly the same grey.
bool is_smooth(const Plane& plane, int x, int y) {
    const auto [width, height] = plane.size;
    float low = plane.row(y)[x], high = low;
    for (int v = std::max(y - 1, 0); v <= std::min(y + 1, height - 1); ++v)
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, width - 1); ++u) {
            low = std::min(low, plane.row(v)[u]);
            high = std::max(high, plane.row(v)[u]);
        }
    return high - low < kSmooth;
}

// The mean grey of both pictures where the first has one level.
struct Knot {
    double from, to, weight;
};

std::vector<Knot> mean_levels(const Plane& from, const Plane& to, const Plane& seen, Greys greys) {
    std::array<Knot, kLevels> levels{};
    size_t count = 0;
    for (int y = 0; y < from.size.height; ++y)
        for (int x = 0; x < from.size.width; ++x) {
            if (seen.row(y)[x] == 0) continue;
            if (greys == Greys::smooth && !(is_smooth(from, x, y) && is_smooth(to, x, y))) continue;
            const float grey = from.row(y)[x];
            Knot& level = levels[static_cast<size_t>(
                std::clamp(static_cast<int>(grey * kLevels / 256), 0, kLevels - 1))];
            level.from += grey;
            level.to += to.row(y)[x];
            ++level.weight;
            ++count;
        }
    std::vector<Knot> knots;
    if (count < kLeastSmooth) return knots;
    const double least = std::max(kLeastOfLevel, static_cast<double>(count) * kShareOfLevel);
    for (const Knot& level : levels)
        if (level.weight >= least)
            knots.push_back({level.from / level.weight, level.to / level.weight, level.weight});
    return knots;
}

// Pools neighbours that go down until none does.
void make_monotone(std::vector<Knot>& knots) {
    struct Pool {
        double to, weight;
        size_t count;
    };
    std::vector<Pool> pools;
    for (const Knot& knot : knots) {
        pools.push_back({knot.to, knot.weight, 1});
        while (pools.size() > 1 && pools[pools.size() - 2].to > pools.back().to) {
            const Pool last = pools.back();
            pools.pop_back();
            Pool& pool = pools.back();
            const double weight = pool.weight + last.weight;
            pool = {(pool.to * pool.weight + last.to * last.weight) / weight, weight,
                    pool.count + last.count};
        }
    }
    size_t at = 0;
    for (const Pool& pool : pools)
        for (size_t k = 0; k < pool.count; ++k) knots[at++].to = pool.to;
}

double on_curve(const std::vector<Knot>& knots, double grey) {
    const auto next = std::lower_bound(knots.begin() + 1, knots.end() - 1, grey,
                                       [](const Knot& k, double g) { return k.from < g; });
    const Knot &high = *next, &low = *(next - 1);
    return low.to + (grey - low.from) / (high.from - low.from) * (high.to - low.to);
}

}  // namespace

Plane bent(const Plane& from, const Plane& to, const Plane& seen, Greys greys) {
    std::vector<Knot> knots = mean_levels(from, to, seen, greys);
    if (knots.empty()) return {};
    make_monotone(knots);
    // Beyond the levels that are smooth somewhere, straight to black and to white.
    knots.insert(knots.begin(), {-1, std::min(0.0, knots.front().to), 0});
    knots.push_back({256, std::max(255.0, knots.back().to), 0});
    Plane out(from.size);
    for (size_t k = 0; k < out.values.size(); ++k)
        out.values[k] = static_cast<float>(on_curve(knots, from.values[k]));
    return out;
}

}  // namespace lookalike
