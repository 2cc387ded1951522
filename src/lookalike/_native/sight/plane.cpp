#include "sight/plane.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "isa.h"

namespace lookalike {
namespace {

// Which samples of an axis make each sample of another, and their weights.
struct Mix {
    std::vector<int> first, count;
    std::vector<float> weights;  // `most` for each
    int most;
};

Mix area_mix(int from, int to) {
    const double scale = static_cast<double>(from) / to;
    Mix mix{{}, {}, {}, static_cast<int>(std::ceil(scale)) + 1};
    mix.weights.resize(static_cast<size_t>(to) * static_cast<size_t>(mix.most));
    for (int k = 0; k < to; ++k) {
        const double begin = k * scale, end = std::min<double>((k + 1) * scale, from);
        const int first = static_cast<int>(begin);
        const int last = std::min(static_cast<int>(std::ceil(end - 1e-9)), from);
        mix.first.push_back(first);
        mix.count.push_back(last - first);
        for (int s = first; s < last; ++s)
            mix.weights[static_cast<size_t>(k * mix.most + s - first)] = static_cast<float>(
                (std::min<double>(end, s + 1) - std::max<double>(begin, s)) / scale);
    }
    return mix;
}

Mix linear_mix(int from, int to) {
    const double scale = static_cast<double>(from) / to;
    Mix mix{{}, {}, {}, 2};
    for (int k = 0; k < to; ++k) {
        const double at = std::clamp((k + 0.5) * scale - 0.5, 0.0, from - 1.0);
        const int first = std::min(static_cast<int>(at), std::max(from - 2, 0));
        mix.first.push_back(first);
        mix.count.push_back(std::min(2, from));
        mix.weights.push_back(static_cast<float>(1 - (at - first)));
        mix.weights.push_back(static_cast<float>(at - first));
    }
    return mix;
}

Mix mix_of(int from, int to) { return from >= to ? area_mix(from, to) : linear_mix(from, to); }

Plane resized_down(const Plane& plane, int height) {
    const Mix mix = mix_of(plane.size.height, height);
    Plane out({plane.size.width, height});
    for (int y = 0; y < height; ++y) {
        float* to = out.row(y);
        for (int k = 0; k < mix.count[static_cast<size_t>(y)]; ++k) {
            const float weight = mix.weights[static_cast<size_t>(y * mix.most + k)];
            const float* from = plane.row(mix.first[static_cast<size_t>(y)] + k);
            for (int x = 0; x < out.size.width; ++x) to[x] += weight * from[x];
        }
    }
    return out;
}

Plane resized_across(const Plane& plane, int width) {
    const Mix mix = mix_of(plane.size.width, width);
    Plane out({width, plane.size.height});
    for (int y = 0; y < out.size.height; ++y) {
        const float* from = plane.row(y);
        float* to = out.row(y);
        for (int x = 0; x < width; ++x) {
            const float* weights = &mix.weights[static_cast<size_t>(x * mix.most)];
            const float* first = from + mix.first[static_cast<size_t>(x)];
            float sum = 0;
            for (int k = 0; k < mix.count[static_cast<size_t>(x)]; ++k)
                sum += weights[k] * first[k];
            to[x] = sum;
        }
    }
    return out;
}

// `weights[k]` is that of the samples k before and after. Rows are padded by as many samples.
LOOKALIKE_INLINE void blur_rows_body(const float* padded, const float* weights, int reach,
                                     int count, float* out) {
    for (int x = 0; x < count; ++x) out[x] = weights[0] * padded[x + reach];
    for (int k = 1; k <= reach; ++k)
        for (int x = 0; x < count; ++x)
            out[x] += weights[k] * (padded[x + reach - k] + padded[x + reach + k]);
}

LOOKALIKE_INLINE void add_rows_body(const float* a, const float* b, float weight, int count,
                                    float* out) {
    for (int x = 0; x < count; ++x) out[x] += weight * (a[x] + b[x]);
}

void blur_rows_baseline(const float* p, const float* w, int reach, int count, float* out) {
    blur_rows_body(p, w, reach, count, out);
}
void add_rows_baseline(const float* a, const float* b, float weight, int count, float* out) {
    add_rows_body(a, b, weight, count, out);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void blur_rows_avx2(const float* p, const float* w, int reach, int count,
                                   float* out) {
    blur_rows_body(p, w, reach, count, out);
}
LOOKALIKE_AVX2 void add_rows_avx2(const float* a, const float* b, float weight, int count,
                                  float* out) {
    add_rows_body(a, b, weight, count, out);
}
#endif

// The functions for this processor.
struct Loops {
    decltype(&blur_rows_baseline) blur_rows = &blur_rows_baseline;
    decltype(&add_rows_baseline) add_rows = &add_rows_baseline;

    Loops() {
#if LOOKALIKE_X86
        if (active_isa() != Isa::scalar) {
            blur_rows = &blur_rows_avx2;
            add_rows = &add_rows_avx2;
        }
#endif
    }
};

std::vector<float> gaussian(int sigma) {
    std::vector<float> weights;
    float sum = 0;
    for (int k = 0; k <= 4 * sigma; ++k) {
        weights.push_back(
            std::exp(-0.5F * static_cast<float>(k * k) / static_cast<float>(sigma * sigma)));
        sum += (k ? 2 : 1) * weights.back();
    }
    for (float& weight : weights) weight /= sum;
    return weights;
}

}  // namespace

Plane to_plane(const uint8_t* grey, Size size) {
    Plane plane(size);
    std::copy(grey, grey + plane.values.size(), plane.values.begin());
    return plane;
}

Plane resized(const Plane& plane, Size size) {
    if (plane.size == size) return plane;
    const Plane down = plane.size.height == size.height ? plane : resized_down(plane, size.height);
    return down.size.width == size.width ? down : resized_across(down, size.width);
}

Plane blurred(const Plane& plane, int sigma) {
    const Loops loops;
    const std::vector<float> weights = gaussian(sigma);
    const int reach = static_cast<int>(weights.size()) - 1;
    const auto [width, height] = plane.size;
    Plane down(plane.size), out(plane.size);
    for (int y = 0; y < height; ++y) {
        float* to = down.row(y);
        const float* here = plane.row(y);
        loops.add_rows(here, here, weights[0] / 2, width, to);
        for (int k = 1; k <= reach; ++k)
            loops.add_rows(plane.row(std::max(y - k, 0)), plane.row(std::min(y + k, height - 1)),
                           weights[static_cast<size_t>(k)], width, to);
    }
    std::vector<float> padded(static_cast<size_t>(width + 2 * reach));
    for (int y = 0; y < height; ++y) {
        const float* from = down.row(y);
        std::fill_n(padded.begin(), reach, from[0]);
        std::copy(from, from + width, padded.begin() + reach);
        std::fill_n(padded.begin() + reach + width, reach, from[width - 1]);
        loops.blur_rows(padded.data(), weights.data(), reach, width, out.row(y));
    }
    return out;
}

}  // namespace lookalike
