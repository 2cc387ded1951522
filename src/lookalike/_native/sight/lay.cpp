#include "sight/lay.h"

#include <algorithm>
#include <cmath>

#include "sight/lanes.h"
#include "sight/solve.h"

namespace lookalike {
namespace {

constexpr size_t kUnknowns = 8;  // six of the warp, gain and offset
constexpr double kFarthest = 0.2, kSmallStep = 1e-8;
constexpr double kDamping = 0.0006;  // per sample and square of the residuals
constexpr int kRowsAtOnce = 16;      // whose sums are added up as floats
constexpr int kCoarsest = 32, kCoarseSteps = 10, kLeastSide = 8;

// The grey of a picture, its slopes across and down, and nothing. They are interpolated together.
using Sample = std::array<float, 4>;

struct Sloped {
    Size size;
    std::vector<Sample> samples;

    explicit Sloped(const Plane& plane) : size(plane.size), samples(plane.values.size()) {
        for (int y = 0; y < size.height; ++y) {
            const float* here = plane.row(y);
            const float* above = plane.row(std::max(y - 1, 0));
            const float* below = plane.row(std::min(y + 1, size.height - 1));
            Sample* row = &samples[static_cast<size_t>(y) * static_cast<size_t>(size.width)];
            for (int x = 0; x < size.width; ++x) {
                const int left = std::max(x - 1, 0), right = std::min(x + 1, size.width - 1);
                row[x] = {here[x], 0.5F * (here[right] - here[left]), 0.5F * (below[x] - above[x]),
                          0};
            }
        }
    }
};

// A warp in pixels: x' = xx x + xy y + x0, y' = yx x + yy y + y0.
struct PixelMap {
    float xx, xy, x0, yx, yy, y0;

    PixelMap(const Warp& p, Size size) {
        const double half_x = size.width / 2.0, half_y = size.height / 2.0;
        const double middle_x = (size.width - 1) / 2.0, middle_y = (size.height - 1) / 2.0;
        const double across = p[1] * half_x / half_y, down = p[3] * half_y / half_x;
        xx = static_cast<float>(1 + p[0]);
        xy = static_cast<float>(across);
        x0 = static_cast<float>(p[2] * half_x - p[0] * middle_x - across * middle_y);
        yx = static_cast<float>(down);
        yy = static_cast<float>(1 + p[4]);
        y0 = static_cast<float>(p[5] * half_y - down * middle_x - p[4] * middle_y);
    }
};

// Beyond the edges, the picture goes on as it is there.
void sample_at(const Sloped& picture, float x, float y, Sample& found) {
    const auto [width, height] = picture.size;
    x = std::min(std::max(x, 0.0F), static_cast<float>(width - 1));
    y = std::min(std::max(y, 0.0F), static_cast<float>(height - 1));
    const int column = std::min(static_cast<int>(x), width - 2);
    const int row = std::min(static_cast<int>(y), height - 2);
    const float right = x - static_cast<float>(column), down = y - static_cast<float>(row);
    const float* above = picture.samples[static_cast<size_t>(row * width + column)].data();
    const float* below = above + static_cast<ptrdiff_t>(width) * 4;
    for (size_t k = 0; k < 4; ++k) {
        const float upper = above[k] + right * (above[k + 4] - above[k]);
        const float lower = below[k] + right * (below[k + 4] - below[k]);
        found[k] = upper + down * (lower - upper);
    }
}

struct WarpedSlopes {
    Plane grey, across, down;
};

void warp_slopes(const Sloped& picture, const Warp& warp, WarpedSlopes& out) {
    const PixelMap map(warp, picture.size);
    for (int y = 0; y < picture.size.height; ++y) {
        float *grey = out.grey.row(y), *across = out.across.row(y), *down = out.down.row(y);
        for (int x = 0; x < picture.size.width; ++x) {
            const auto at_x = static_cast<float>(x), at_y = static_cast<float>(y);
            Sample found;
            sample_at(picture, map.xx * at_x + map.xy * at_y + map.x0,
                      map.yx * at_x + map.yy * at_y + map.y0, found);
            grey[x] = found[0];
            across[x] = found[1];
            down[x] = found[2];
        }
    }
}

// How the grey of two pictures goes together: first = gain x second + offset, about.
struct Tone {
    float gain, offset, mean, scale;
    double correlation;
};

struct Moments {
    double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
};

Moments moments_of(const Plane& first, const Plane& second) {
    Moments sum;
    for (int y = 0; y < first.size.height; ++y) {
        const float *a = first.row(y), *b = second.row(y);
        float lanes[5][kLanes] = {};
        const int width = first.size.width;
        const auto add = [&](int x, size_t l) {
            lanes[0][l] += a[x];
            lanes[1][l] += b[x];
            lanes[2][l] += a[x] * a[x];
            lanes[3][l] += b[x] * b[x];
            lanes[4][l] += a[x] * b[x];
        };
        int x = 0;
        for (; x + static_cast<int>(kLanes) <= width; x += kLanes)
            for (size_t l = 0; l < kLanes; ++l) add(x + static_cast<int>(l), l);
        for (; x < width; ++x) add(x, 0);
        sum.a += sum_of(lanes[0]);
        sum.b += sum_of(lanes[1]);
        sum.aa += sum_of(lanes[2]);
        sum.bb += sum_of(lanes[3]);
        sum.ab += sum_of(lanes[4]);
    }
    return sum;
}

Tone tone_of(const Plane& first, const Plane& second) {
    const Moments sum = moments_of(first, second);
    const auto n = static_cast<double>(first.values.size());
    const double a = sum.a / n, b = sum.b / n;
    const double aa = sum.aa / n - a * a, bb = sum.bb / n - b * b, ab = sum.ab / n - a * b;
    Tone tone{0, 0, static_cast<float>(b), 1, ab / std::sqrt(std::max(aa * bb, 0.0) + 1e-6)};
    if (bb < 1 || ab <= 0) return tone;
    tone.gain = static_cast<float>(ab / bb);
    tone.offset = static_cast<float>(a - tone.gain * b);
    double residuals = 0;
    for (int y = 0; y < first.size.height; ++y) {
        const float *a_row = first.row(y), *b_row = second.row(y);
        float lanes[kLanes] = {};
        for (int x = 0; x < first.size.width; ++x)
            lanes[static_cast<size_t>(x) % kLanes] +=
                std::abs(a_row[x] - tone.gain * b_row[x] - tone.offset);
        residuals += sum_of(lanes);
    }
    tone.scale = static_cast<float>(1.5 * residuals / n + 1);
    return tone;
}

// The derivatives along one row. Rows are padded with zeros to whole lanes.
struct RowSlopes {
    size_t count;
    std::vector<float> by[kUnknowns], residual, weight, weighted;

    explicit RowSlopes(int width)
        : count((static_cast<size_t>(width) + kLanes - 1) / kLanes * kLanes),
          residual(count),
          weight(count),
          weighted(count) {
        for (auto& values : by) values.resize(count);
    }
};

LOOKALIKE_INLINE void differentiate(const Plane& first, const WarpedSlopes& second,
                                    const Tone& tone, int y, RowSlopes& out) {
    const auto [width, height] = first.size;
    const float half_x = static_cast<float>(width) / 2, half_y = static_cast<float>(height) / 2;
    const float far = 1 / tone.scale;
    const float v = (static_cast<float>(y) - static_cast<float>(height - 1) / 2) / half_y;
    const float *a = first.row(y), *b = second.grey.row(y);
    const float *across = second.across.row(y), *down = second.down.row(y);
    float* by[kUnknowns];
    for (size_t p = 0; p < kUnknowns; ++p) by[p] = out.by[p].data();
    float *residuals = out.residual.data(), *weights = out.weight.data();
    const float middle = static_cast<float>(width - 1) / 2;
    for (int x = 0; x < width; ++x) {
        const float u = (static_cast<float>(x) - middle) / half_x;
        const float slope_x = tone.gain * half_x * across[x];
        const float slope_y = tone.gain * half_y * down[x];
        by[0][x] = slope_x * u;
        by[1][x] = slope_x * v;
        by[2][x] = slope_x;
        by[3][x] = slope_y * u;
        by[4][x] = slope_y * v;
        by[5][x] = slope_y;
        by[6][x] = b[x] - tone.mean;
        by[7][x] = 1;
        const float residual = a[x] - tone.gain * b[x] - tone.offset, off = residual * far;
        residuals[x] = residual;
        weights[x] = 1 / (1 + off * off);
    }
}

struct LaneSums {
    alignas(32) float left[kUnknowns][kUnknowns][kLanes], right[kUnknowns][kLanes];
};

LOOKALIKE_INLINE void add_row_body(const Plane& first, const WarpedSlopes& second, const Tone& tone,
                                   int y, RowSlopes& row, LaneSums& sums) {
    differentiate(first, second, tone, y, row);
    float* weighted = row.weighted.data();
    for (size_t p = 0; p < kUnknowns; ++p) {
        const float *by = row.by[p].data(), *weight = row.weight.data();
        for (size_t k = 0; k < row.count; ++k) weighted[k] = by[k] * weight[k];
        add_product(weighted, row.residual.data(), row.count, sums.right[p]);
        for (size_t q = p; q < kUnknowns; ++q)
            add_product(weighted, row.by[q].data(), row.count, sums.left[p][q]);
    }
}

void add_row_baseline(const Plane& first, const WarpedSlopes& second, const Tone& tone, int y,
                      RowSlopes& row, LaneSums& sums) {
    add_row_body(first, second, tone, y, row, sums);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void add_row_avx2(const Plane& first, const WarpedSlopes& second, const Tone& tone,
                                 int y, RowSlopes& row, LaneSums& sums) {
    add_row_body(first, second, tone, y, row, sums);
}
#endif

void add_row(const Plane& first, const WarpedSlopes& second, const Tone& tone, int y,
             RowSlopes& row, LaneSums& sums) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return add_row_avx2(first, second, tone, y, row, sums);
#endif
    add_row_baseline(first, second, tone, y, row, sums);
}

bool find_step(const Plane& first, const WarpedSlopes& second, const Tone& tone, Warp& step) {
    Equations<kUnknowns> equations;
    RowSlopes row(first.size.width);
    for (int top = 0; top < first.size.height; top += kRowsAtOnce) {
        LaneSums sums{};
        for (int y = top; y < std::min(top + kRowsAtOnce, first.size.height); ++y)
            add_row(first, second, tone, y, row, sums);
        for (size_t p = 0; p < kUnknowns; ++p) {
            equations.right[p] += sum_of(sums.right[p]);
            for (size_t q = p; q < kUnknowns; ++q) equations.left[p][q] += sum_of(sums.left[p][q]);
        }
    }
    const double square = static_cast<double>(tone.scale) * tone.scale;
    for (size_t p = 0; p < kUnknowns; ++p) {
        for (size_t q = 0; q < p; ++q) equations.left[p][q] = equations.left[q][p];
        if (p < step.size())
            equations.left[p][p] += kDamping * square * static_cast<double>(first.values.size());
        equations.left[p][p] += 1e-9;
    }
    if (!solve(equations)) return false;
    std::copy_n(equations.right.begin(), step.size(), step.begin());
    return true;
}

}  // namespace

double farthest(const Warp& warp) {
    double most = 0;
    for (double value : warp) most = std::max(most, std::abs(value));
    return most;
}

double misplacement(const Plane& soft_first, const Plane& soft_second) {
    const Sloped sloped(soft_second);
    WarpedSlopes there{soft_second, Plane(sloped.size), Plane(sloped.size)};
    for (size_t k = 0; k < sloped.samples.size(); ++k) {
        there.across.values[k] = sloped.samples[k][1];
        there.down.values[k] = sloped.samples[k][2];
    }
    const Tone tone = tone_of(soft_first, soft_second);
    Warp step;
    if (tone.gain <= 0 || !find_step(soft_first, there, tone, step)) return 1;
    return farthest(step);
}

Laying improve(const Plane& sharp_first, const Plane& sharp_second, const Warp& start, int steps) {
    const Plane first = blurred(sharp_first, 1);
    const Sloped second(blurred(sharp_second, 1));
    WarpedSlopes moved{Plane(first.size), Plane(first.size), Plane(first.size)};
    Laying best;
    Warp warp = start;
    for (int k = 0;; ++k) {
        warp_slopes(second, warp, moved);
        const Tone tone = tone_of(first, moved.grey);
        if (tone.correlation > best.correlation) best = {warp, tone.correlation};
        Warp step;
        if (k >= steps || tone.gain <= 0 || !find_step(first, moved, tone, step)) return best;
        double length = 0;
        for (size_t p = 0; p < warp.size(); ++p) {
            warp[p] += step[p];
            length += step[p] * step[p];
        }
        if (farthest(warp) > kFarthest) return best;
        if (length < kSmallStep) steps = k + 1;
    }
}

Warp lay_coarsely(const Plane& first, const Plane& second) {
    const int longer = std::max(first.size.width, first.size.height);
    Warp warp{};
    for (int side = kCoarsest; side < longer * 0.9; side *= 2) {
        const Size size = common_size(first.size, second.size, side);
        warp = improve(resized(first, size), resized(second, size), warp, kCoarseSteps).warp;
    }
    return warp;
}

Plane warped(const Plane& second, const Warp& warp, Plane& seen) {
    const PixelMap map(warp, second.size);
    const auto [width, height] = second.size;
    const Sloped picture(second);
    Plane out(second.size);
    seen = Plane(second.size);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const float from_x =
                map.xx * static_cast<float>(x) + map.xy * static_cast<float>(y) + map.x0;
            const float from_y =
                map.yx * static_cast<float>(x) + map.yy * static_cast<float>(y) + map.y0;
            Sample found;
            sample_at(picture, from_x, from_y, found);
            out.row(y)[x] = found[0];
            const bool within = from_x > -0.01F && from_y > -0.01F &&
                                from_x < static_cast<float>(width) - 0.99F &&
                                from_y < static_cast<float>(height) - 0.99F;
            seen.row(y)[x] = within ? 1.0F : 0.0F;
        }
    return out;
}

Size common_size(Size first, Size second, int longer) {
    const double shape =
        std::sqrt(static_cast<double>(first.width) / first.height * second.width / second.height);
    const auto side = [&](double share) {
        return std::max(kLeastSide, static_cast<int>(std::lround(longer * share)));
    };
    return shape >= 1 ? Size{side(1), side(1 / shape)} : Size{side(shape), side(1)};
}

}  // namespace lookalike
