#include "sight/relief.h"

#include <algorithm>
#include <cmath>

#include "sight/windows.h"

namespace lookalike {
namespace {

constexpr float kUnit = 256, kLimit = 32767;
constexpr float kAligned = 0.3F;  // a window that disagrees less lies where it should
constexpr int kTried = 24;        // how many of the worst windows are tried with shifts
constexpr float kIgnored = -1;    // instead of a disagreement

Plane floats_of(const Relief& relief) {
    Plane plane(relief.size);
    for (size_t k = 0; k < plane.values.size(); ++k)
        plane.values[k] = static_cast<float>(relief.values[k]) / kUnit;
    return plane;
}

// The disagreement in the window around (x, y) when the second picture is shifted.
float shifted_window(const Plane& first, const Plane& second, int x, int y, int across, int down,
                     float noise) {
    const auto [width, height] = first.size;
    float aa = 0, bb = 0, ab = 0;
    for (int v = std::max(y - kWindow, 0); v <= std::min(y + kWindow, height - 1); ++v) {
        const float* row = second.row(std::clamp(v + down, 0, height - 1));
        for (int u = std::max(x - kWindow, 0); u <= std::min(x + kWindow, width - 1); ++u) {
            const float a = first.row(v)[u], b = row[std::clamp(u + across, 0, width - 1)];
            aa += a * a;
            bb += b * b;
            ab += a * b;
        }
    }
    constexpr float kCount = (2 * kWindow + 1) * (2 * kWindow + 1);
    return 1 - ab / std::sqrt((aa + noise * kCount) * (bb + noise * kCount));
}

float least_of_shifts(const Plane& first, const Plane& second, int x, int y, float noise) {
    float least = 2;
    for (int down = -1; down <= 1; ++down)
        for (int across = -1; across <= 1; ++across)
            least = std::min(least, shifted_window(first, second, x, y, across, down, noise));
    return least;
}

// The windows that count are left in `v`, and the share of them that are aligned is returned.
float compare_windows(const Plane& first, const Plane& second, float usual, Plane& v) {
    const Plane aa = window_products(first, first), bb = window_products(second, second);
    const Plane ab = window_products(first, second);
    const float noise = kNoise * usual, least = kLeastEnergy * usual;
    v = Plane(first.size);
    int count = 0, aligned = 0;
    for (size_t k = 0; k < v.values.size(); ++k) {
        const float x = aa.values[k], y = bb.values[k];
        const float off = 1 - ab.values[k] / std::sqrt((x + noise) * (y + noise));
        const bool counts = x > least || y > least;
        v.values[k] = counts ? off : kIgnored;
        count += counts;
        aligned += counts && off < kAligned;
    }
    return count ? static_cast<float>(aligned) / static_cast<float>(count) : 0;
}

// Tries shifts in the worst windows first. Those next to one that was tried are passed over.
float worst_window(const Plane& first, const Plane& second, float noise, Plane& v) {
    const auto [width, height] = first.size;
    float worst = 0;
    for (int tried = 0; tried < kTried; ++tried) {
        const auto at = std::max_element(v.values.begin(), v.values.end());
        if (*at <= worst) break;
        const int k = static_cast<int>(at - v.values.begin()), x = k % width, y = k / width;
        worst = std::max(worst, least_of_shifts(first, second, x, y, noise));
        for (int row = std::max(y - 1, 0); row <= std::min(y + 1, height - 1); ++row)
            std::fill(v.row(row) + std::max(x - 1, 0), v.row(row) + std::min(x + 2, width),
                      kIgnored);
    }
    return worst;
}

}  // namespace

Relief::Relief(const Plane& picture) : size(picture.size) {
    Plane drawing = blurred(picture, kGround);
    double square = 0;
    for (size_t k = 0; k < drawing.values.size(); ++k) {
        drawing.values[k] = picture.values[k] - drawing.values[k];
        square += static_cast<double>(drawing.values[k]) * drawing.values[k];
    }
    const double strength = std::sqrt(square / static_cast<double>(drawing.values.size()));
    const auto unit = static_cast<float>(kUnit / std::max(strength, 1e-3));
    values.reserve(drawing.values.size());
    for (float value : drawing.values)
        values.push_back(
            static_cast<int16_t>(std::lround(std::clamp(value * unit, -kLimit, kLimit))));
    const Plane plane = floats_of(*this);
    usual = usual_energy(window_products(plane, plane));
}

Overlay overlay(const Relief& first, const Relief& second) {
    const Plane a = floats_of(first), b = floats_of(second);
    const float usual = std::max(first.usual, second.usual);
    Plane v;
    const float aligned = compare_windows(a, b, usual, v);
    return {worst_window(a, b, kNoise * usual, v), aligned};
}

}  // namespace lookalike
