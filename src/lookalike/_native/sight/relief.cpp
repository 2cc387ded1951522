#include "sight/relief.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "isa.h"

namespace lookalike {
namespace {

constexpr int kSigma = 3, kReach = 3;
constexpr float kUnit = 256;
constexpr float kFaint = 0.02F, kLeastEnergy = 0.25F, kNoise = 0.03F;  // as in disagreement.cpp
constexpr double kUsual = 0.9;
constexpr float kAligned = 0.3F;  // a window that disagrees less lies where it should
constexpr size_t kTried = 24;     // windows that are tried with shifts

float usual_energy(const Plane& energy) {
    std::vector<float> drawn;
    const float most = *std::max_element(energy.values.begin(), energy.values.end());
    for (float value : energy.values)
        if (value > kFaint * most) drawn.push_back(value);
    if (drawn.empty()) return 1;
    const auto at =
        drawn.begin() + static_cast<std::ptrdiff_t>(kUsual * static_cast<double>(drawn.size() - 1));
    std::nth_element(drawn.begin(), at, drawn.end());
    return *at;
}

// Energies and products of two reliefs, as means over 7 x 7.
struct Windows {
    Plane first, second, common;
};

Plane floats_of(const Relief& relief) {
    Plane plane({relief.side, relief.side});
    for (size_t k = 0; k < plane.values.size(); ++k)
        plane.values[k] = static_cast<float>(relief.values[k]) / kUnit;
    return plane;
}

Plane product(const Plane& a, const Plane& b) {
    Plane out(a.size);
    for (size_t k = 0; k < out.values.size(); ++k) out.values[k] = a.values[k] * b.values[k];
    return out;
}

// The disagreement of one window when the second relief is shifted.
float shifted_window(const Plane& first, const Plane& second, int x, int y, int across, int down,
                     float noise) {
    const int side = first.size.width;
    float aa = 0, bb = 0, ab = 0;
    for (int v = std::max(y - kReach, 0); v <= std::min(y + kReach, side - 1); ++v)
        for (int u = std::max(x - kReach, 0); u <= std::min(x + kReach, side - 1); ++u) {
            const float a = first.row(v)[u];
            const float b =
                second.row(std::clamp(v + down, 0, side - 1))[std::clamp(u + across, 0, side - 1)];
            aa += a * a;
            bb += b * b;
            ab += a * b;
        }
    constexpr float kShare = 1.0F / ((2 * kReach + 1) * (2 * kReach + 1));
    return 1 - ab * kShare / std::sqrt((aa * kShare + noise) * (bb * kShare + noise));
}

float best_shift(const Plane& first, const Plane& second, int x, int y, float noise) {
    float least = 2;
    for (int down = -1; down <= 1; ++down)
        for (int across = -1; across <= 1; ++across)
            least = std::min(least, shifted_window(first, second, x, y, across, down, noise));
    return least;
}

}  // namespace

Relief make_relief(const Plane& picture, int side) {
    const Plane small = resized(picture, {side, side});
    Plane ground = blurred(small, kSigma);
    double square = 0;
    for (size_t k = 0; k < ground.values.size(); ++k) {
        ground.values[k] = small.values[k] - ground.values[k];
        square += static_cast<double>(ground.values[k]) * ground.values[k];
    }
    const double strength = std::sqrt(square / static_cast<double>(ground.values.size()));
    const auto unit = static_cast<float>(kUnit / std::max(strength, 1e-3));
    Relief relief{side, {}, 0};
    relief.values.reserve(ground.values.size());
    for (float value : ground.values)
        relief.values.push_back(
            static_cast<int16_t>(std::lround(std::clamp(value * unit, -32767.0F, 32767.0F))));
    const Plane plane = floats_of(relief);
    relief.usual = usual_energy(box_mean(product(plane, plane)));
    return relief;
}

Overlay overlay(const Relief& first, const Relief& second) {
    const Plane a = floats_of(first), b = floats_of(second);
    const Plane aa = box_mean(product(a, a)), bb = box_mean(product(b, b));
    const Plane ab = box_mean(product(a, b));
    const float usual = std::max(first.usual, second.usual);
    const float noise = kNoise * usual, least = kLeastEnergy * usual;
    Plane v(a.size);
    int count = 0, aligned = 0;
    for (size_t k = 0; k < v.values.size(); ++k) {
        const float x = aa.values[k], y = bb.values[k];
        const float off = 1 - ab.values[k] / std::sqrt((x + noise) * (y + noise));
        const bool counts = (x > y ? x : y) > least;
        v.values[k] = counts ? off : -1.0F;
        count += counts;
        aligned += counts && off < kAligned;
    }
    Overlay out{0, count ? static_cast<float>(aligned) / static_cast<float>(count) : 0};
    // The worst windows first, each far from those before.
    for (size_t tried = 0; tried < kTried; ++tried) {
        const auto at = std::max_element(v.values.begin(), v.values.end());
        if (*at <= out.most) break;
        const auto k = static_cast<int>(at - v.values.begin());
        const int x = k % first.side, y = k / first.side;
        out.most = std::max(out.most, best_shift(a, b, x, y, noise));
        for (int row = std::max(y - 1, 0); row <= std::min(y + 1, first.side - 1); ++row)
            std::fill(v.row(row) + std::max(x - 1, 0), v.row(row) + std::min(x + 2, first.side),
                      -1.0F);
    }
    return out;
}

}  // namespace lookalike
