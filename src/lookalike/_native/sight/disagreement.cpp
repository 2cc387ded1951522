#include "sight/disagreement.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "isa.h"
#include "sight/windows.h"

namespace lookalike {
namespace {

constexpr int kMargin = 2;  // pixels beside what is not seen that do not count

// 1 where everything within the margin is seen. Beyond the edges counts as seen.
Plane well_inside(const Plane& seen, Size at) {
    Plane small(at), across(at), out(at);
    for (int y = 0; y < at.height; ++y)
        for (int x = 0; x < at.width; ++x)
            small.row(y)[x] =
                seen.row(y * seen.size.height / at.height)[x * seen.size.width / at.width];
    for (int y = 0; y < at.height; ++y)
        for (int x = 0; x < at.width; ++x)
            across.row(y)[x] =
                *std::min_element(small.row(y) + std::max(x - kMargin, 0),
                                  small.row(y) + std::min(x + kMargin + 1, at.width));
    for (int y = 0; y < at.height; ++y)
        for (int x = 0; x < at.width; ++x) {
            float least = 1;
            for (int k = std::max(y - kMargin, 0); k <= std::min(y + kMargin, at.height - 1); ++k)
                least = std::min(least, across.row(k)[x]);
            out.row(y)[x] = least;
        }
    return out;
}

// The drawing without its ground: what a wide Gaussian takes away, where it is well seen.
Plane relief(const Plane& plane, const Plane& inside) {
    Plane out = blurred(plane, kGround);
    for (size_t k = 0; k < out.values.size(); ++k)
        out.values[k] = (plane.values[k] - out.values[k]) * inside.values[k];
    return out;
}

double strength(const Plane& plane) {
    double sum = 0;
    for (float value : plane.values) sum += static_cast<double>(value) * value;
    return std::sqrt(sum / static_cast<double>(plane.values.size()));
}

Plane shifted(const Plane& plane, int across, int down) {
    const auto [width, height] = plane.size;
    Plane out(plane.size);
    for (int y = 0; y < height; ++y) {
        const float* from = plane.row(std::clamp(y - down, 0, height - 1));
        float* to = out.row(y);
        for (int x = 0; x < width; ++x) to[x] = from[std::clamp(x - across, 0, width - 1)];
    }
    return out;
}

LOOKALIKE_INLINE void lower_body(const float* aa, const float* bb, const float* ab, float noise,
                                 size_t count, float* least) {
    for (size_t k = 0; k < count; ++k) {
        const float v = 1 - ab[k] / std::sqrt((aa[k] + noise) * (bb[k] + noise));
        least[k] = least[k] < v ? least[k] : v;
    }
}

void lower_baseline(const float* aa, const float* bb, const float* ab, float noise, size_t count,
                    float* least) {
    lower_body(aa, bb, ab, noise, count, least);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void lower_avx2(const float* aa, const float* bb, const float* ab, float noise,
                               size_t count, float* least) {
    lower_body(aa, bb, ab, noise, count, least);
}
#endif

// Two reliefs of the same strength, and how much they disagree around each pixel.
class Comparison {
 public:
    Comparison(const Plane& first, const Plane& second, const Plane& seen, Size at)
        : second_(second), inside_(well_inside(seen, at)) {
        relief_ = relief(resized(first, at), inside_);
        energy_ = window_products(relief_, relief_);
        Plane other = relief(resized(second_, at), inside_);
        scale_ = static_cast<float>(strength(relief_) / std::max(1e-3, strength(other)));
        for (float& value : other.values) value *= scale_;
        const Plane other_energy = window_products(other, other);
        select(other_energy);
        least_ = Plane(at);
        std::fill(least_.values.begin(), least_.values.end(), kDiffers);
        lower(other, other_energy);
    }

    void try_shift(int across, int down) {
        Plane other = relief(resized(shifted(second_, across, down), inside_.size), inside_);
        for (float& value : other.values) value *= scale_;
        lower(other, window_products(other, other));
    }

    Disagreement result() const {
        Disagreement found{kDiffers, 0};
        for (size_t k = 0; k < least_.values.size(); ++k) {
            if (counts_.values[k] == 0) continue;
            found.most = found.windows ? std::max(found.most, least_.values[k]) : least_.values[k];
            ++found.windows;
        }
        return found;
    }

 private:
    // Which windows count, and what is noise.
    void select(const Plane& other_energy) {
        counts_ = energy_;
        for (size_t k = 0; k < counts_.values.size(); ++k)
            counts_.values[k] =
                std::max(counts_.values[k], other_energy.values[k]) * inside_.values[k];
        const float usual = usual_energy(counts_);
        noise_ = kNoise * usual;
        for (float& value : counts_.values) value = value > kLeastEnergy * usual ? 1.0F : 0.0F;
    }

    void lower(const Plane& other, const Plane& other_energy) {
        const Plane common = window_products(relief_, other);
        const float *aa = energy_.values.data(), *bb = other_energy.values.data();
        const size_t count = common.values.size();
#if LOOKALIKE_X86
        if (active_isa() != Isa::scalar)
            return lower_avx2(aa, bb, common.values.data(), noise_, count, least_.values.data());
#endif
        lower_baseline(aa, bb, common.values.data(), noise_, count, least_.values.data());
    }

    const Plane& second_;
    Plane inside_, relief_, energy_, counts_, least_;
    float scale_ = 1, noise_ = 0;
};

}  // namespace

Disagreement disagreement(const Plane& first, const Plane& second, const Plane& seen, Size at) {
    return Comparison(first, second, seen, at).result();
}

Disagreement shifted_disagreement(const Plane& first, const Plane& second, const Plane& seen,
                                  Size at, float enough) {
    Comparison comparison(first, second, seen, at);
    const Disagreement found = comparison.result();
    if (found.most <= enough) return found;
    for (int down = -1; down <= 1; ++down)
        for (int across = -1; across <= 1; ++across)
            if (across || down) comparison.try_shift(across, down);
    return comparison.result();
}

}  // namespace lookalike
