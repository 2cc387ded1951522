#include "sight/relief.h"

#include <algorithm>
#include <cmath>

#include "isa.h"
#include "sight/windows.h"

namespace lookalike {
namespace {

constexpr float kUnit = 256, kLimit = 32767;
constexpr float kAligned = 0.3F;  // a window that disagrees less lies where it should
constexpr float kLeastAligned = 0.35F;
constexpr int kTried = 24;      // how many of the worst windows are tried with shifts
constexpr float kIgnored = -1;  // instead of a disagreement

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

// Energies and products of all windows, and what counts of them.
struct Windows {
    Plane first, second, common;
    float noise, least;
};

// Leaves the disagreements of the windows that count, and returns the share that is aligned.
LOOKALIKE_INLINE float disagree_body(const Windows& windows, float* out) {
    const float *aa = windows.first.values.data(), *bb = windows.second.values.data();
    const float* ab = windows.common.values.data();
    const float noise = windows.noise, least = windows.least;
    const int count = static_cast<int>(windows.common.values.size());
    int counted = 0, aligned = 0;
    for (int k = 0; k < count; ++k) {
        const float off = 1 - ab[k] / std::sqrt((aa[k] + noise) * (bb[k] + noise));
        const float larger = aa[k] > bb[k] ? aa[k] : bb[k];
        const int counts = larger > least ? 1 : 0;
        out[k] = counts ? off : kIgnored;
        counted += counts;
        aligned += off < kAligned ? counts : 0;
    }
    return counted ? static_cast<float>(aligned) / static_cast<float>(counted) : 0;
}

float disagree_baseline(const Windows& windows, float* out) { return disagree_body(windows, out); }
#if LOOKALIKE_X86
LOOKALIKE_AVX2 float disagree_avx2(const Windows& windows, float* out) {
    return disagree_body(windows, out);
}
#endif

float disagree(const Windows& windows, float* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return disagree_avx2(windows, out);
#endif
    return disagree_baseline(windows, out);
}

// Tries shifts in the worst windows first. Those next to one that was tried are passed over.
bool stays_above(float limit, const Plane& first, const Plane& second, float noise, Plane& off) {
    const auto [width, height] = first.size;
    for (int tried = 0; tried < kTried; ++tried) {
        const auto at = std::max_element(off.values.begin(), off.values.end());
        if (*at <= limit) return false;
        const int k = static_cast<int>(at - off.values.begin()), x = k % width, y = k / width;
        if (least_of_shifts(first, second, x, y, noise) > limit) return true;
        for (int row = std::max(y - 1, 0); row <= std::min(y + 1, height - 1); ++row)
            std::fill(off.row(row) + std::max(x - 1, 0), off.row(row) + std::min(x + 2, width),
                      kIgnored);
    }
    return false;
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

bool differ(const Relief& first, const Relief& second, float limit) {
    const Plane a = floats_of(first), b = floats_of(second);
    const float usual = std::max(first.usual, second.usual);
    const Windows windows{window_products(a, a), window_products(b, b), window_products(a, b),
                          kNoise * usual, kLeastEnergy * usual};
    Plane off(a.size);
    return disagree(windows, off.values.data()) >= kLeastAligned &&
           stays_above(limit, a, b, windows.noise, off);
}

}  // namespace lookalike
