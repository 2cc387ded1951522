#include "sight/pixel_check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "isa.h"
#include "sight/blocks.h"
#include "sight/lanes.h"
#include "sight/solve.h"

namespace lookalike {
namespace {

constexpr float kCentre = (kThumb - 1) * 0.5F, kScale = kThumb * 0.5F;
constexpr size_t kParameters = 8, kUnknowns = 10;
constexpr float kSmallStep = 1e-6F;   // sum of the squares of a step that ends the refinement
constexpr float kLeastShare = 0.7F;   // of what was seen before, that must be seen afterwards
constexpr float kDeepest = 1 / 0.3F;  // of 1 / d
constexpr int kLeastSamples = 40;
constexpr float kLeastVariance = 1;
constexpr double kDamping = 0.2, kTiltDamping = 0.4;  // per sample and square of the residuals

// Moves the thumb by a projective map near to identity. Coordinates are centred, and a half of a
// side is 1: x' = ((1 + h0) x + h1 y + h2) / d, y' = (h3 x + (1 + h4) y + h5) / d,
// d = 1 + h6 x + h7 y.
using Move = std::array<float, kParameters>;

// Two pictures laid on each other, and what a step of Gauss-Newton needs besides.
struct Lay {
    Laid laid;
    alignas(32) Samples across, down;  // the slopes of the other picture
    alignas(32) Samples x, y, depth;   // where each sample of the thumb goes, and 1 / d
    int count;
};

// The canvas at a point, interpolated. Nothing is seen there unless all neighbours that count are.
void sample_at(const Canvas& canvas, float x, float y, CanvasSample& found) {
    if (!(x >= 0 && y >= 0 && x < kCanvas - 1 && y < kCanvas - 1)) return found.fill(0);
    const int column = static_cast<int>(x), row = static_cast<int>(y);
    const float* above = canvas.samples[static_cast<size_t>(row * kCanvas + column)].data();
    const float* below = above + kCanvas * std::tuple_size_v<CanvasSample>;
    const float right = x - static_cast<float>(column), down = y - static_cast<float>(row);
    for (size_t k = 0; k < found.size(); ++k) {
        const float upper = above[k] + right * (above[k + found.size()] - above[k]);
        const float lower = below[k] + right * (below[k + found.size()] - below[k]);
        found[k] = upper + down * (lower - upper);
    }
}

void lay_whole(const uint8_t* thumb, const uint8_t* other, Laid& laid) {
    for (size_t at = 0; at < kThumbSize; ++at) {
        laid.thumb[at] = static_cast<float>(thumb[at]) - 128;
        laid.other[at] = static_cast<float>(other[at]) - 128;
    }
    laid.seen.fill(1);
}

// Lays the thumb on the canvas as it is.
void lay_as_is(const uint8_t* thumb, const Canvas& canvas, Laid& laid) {
    for (size_t y = 0; y < kThumb; ++y)
        for (size_t x = 0; x < kThumb; ++x) {
            const CanvasSample& there = canvas.samples[(y + kRing) * kCanvas + x + kRing];
            const size_t at = y * kThumb + x;
            laid.thumb[at] = (static_cast<float>(thumb[at]) - 128) * there[kSeen];
            laid.other[at] = there[kGrey];
            laid.seen[at] = there[kSeen];
        }
}

// Where the samples of a row of the thumb go, and 1 / d.
void move_row(const Move& h, size_t row, float* to_x, float* to_y, float* depth) {
    const float y = (static_cast<float>(row) - kCentre) / kScale;
    for (int k = 0; k < kThumb; ++k) {
        const float x = (static_cast<float>(k) - kCentre) / kScale;
        depth[k] = 1 / (1 + h[6] * x + h[7] * y);
        to_x[k] = ((1 + h[0]) * x + h[1] * y + h[2]) * depth[k];
        to_y[k] = (h[3] * x + (1 + h[4]) * y + h[5]) * depth[k];
    }
}

void lay_moved(const uint8_t* thumb, const Canvas& canvas, const Move& h, Lay& out) {
    std::array<CanvasSample, kThumb> found;
    float count = 0;
    for (size_t row = 0; row < kThumb; ++row) {
        const size_t first = row * kThumb;
        move_row(h, row, &out.x[first], &out.y[first], &out.depth[first]);
        for (size_t k = 0; k < kThumb; ++k)
            sample_at(canvas, out.x[first + k] * kScale + (kCentre + kRing),
                      out.y[first + k] * kScale + (kCentre + kRing), found[k]);
        for (size_t k = 0; k < kThumb; ++k) {
            const size_t at = first + k;
            const bool near = out.depth[at] > 0 && out.depth[at] < kDeepest;
            const float seen = near && found[k][kSeen] > 0.999F ? 1.0F : 0.0F;
            out.laid.thumb[at] = (static_cast<float>(thumb[at]) - 128) * seen;
            out.laid.other[at] = found[k][kGrey] * seen;
            out.laid.seen[at] = seen;
            out.across[at] = found[k][kAcross] * seen;
            out.down[at] = found[k][kDown] * seen;
            count += seen;
        }
    }
    out.count = static_cast<int>(count);
}

// The thumb is about gain x the other picture + offset.
struct Tone {
    float gain, offset, middle, scale;  // middle: mean of the other picture; scale: of residuals
};

// The sum over all samples of `value(at)`. Each column is added up alone.
template <typename Value>
double sum_samples(const Value& value) {
    std::array<float, kThumb> columns{};
    for (size_t row = 0; row < kThumb; ++row)
        for (size_t k = 0; k < kThumb; ++k) columns[k] += value(row * kThumb + k);
    double sum = 0;
    for (float column : columns) sum += column;
    return sum;
}

bool match_tone(const Lay& lay, Tone& tone) {
    const auto& [a, b, seen] = lay.laid;
    const double n = lay.count;
    const double mean_a = sum_samples([&](size_t at) { return a[at]; }) / n;
    const double mean_b = sum_samples([&](size_t at) { return b[at]; }) / n;
    const double bb = sum_samples([&](size_t at) { return b[at] * b[at]; }) / n - mean_b * mean_b;
    const double ab = sum_samples([&](size_t at) { return a[at] * b[at]; }) / n - mean_a * mean_b;
    if (bb * n < kLeastVariance) return false;
    const auto gain = static_cast<float>(ab / bb);
    const auto offset = static_cast<float>(mean_a - gain * mean_b);
    const double residuals =
        sum_samples([&](size_t at) { return seen[at] * std::abs(a[at] - gain * b[at] - offset); });
    tone = {gain, offset, static_cast<float>(mean_b), static_cast<float>(1.5 * residuals / n + 1)};
    return gain > 0;
}

// The derivatives of one row of the thumb by each unknown, the residuals and their weights.
struct Slopes {
    alignas(32) float by[kUnknowns][kThumb];
    alignas(32) float residual[kThumb], weight[kThumb];
};

LOOKALIKE_INLINE void differentiate(const Lay& lay, const Tone& tone, size_t row, Slopes& out) {
    const float far = 1 / tone.scale;
    for (size_t k = 0; k < kThumb; ++k) {
        const size_t at = row * kThumb + k;
        const float x = (static_cast<float>(static_cast<int>(k)) - kCentre) / kScale;
        const float y = (static_cast<float>(static_cast<int>(row)) - kCentre) / kScale;
        const float factor = tone.gain * kScale * lay.depth[at];
        const float across = factor * lay.across[at], down = factor * lay.down[at];
        const float tilt = -(across * lay.x[at] + down * lay.y[at]);
        out.by[0][k] = across * x;
        out.by[1][k] = across * y;
        out.by[2][k] = across;
        out.by[3][k] = down * x;
        out.by[4][k] = down * y;
        out.by[5][k] = down;
        out.by[6][k] = tilt * x;
        out.by[7][k] = tilt * y;
        out.by[8][k] = lay.laid.other[at] - tone.middle;
        out.by[9][k] = 1;
        const float residual = lay.laid.thumb[at] - tone.gain * lay.laid.other[at] - tone.offset;
        const float off = residual * far;
        out.residual[k] = residual;
        out.weight[k] = lay.laid.seen[at] / (1 + off * off);
    }
}

struct LaneSums {
    alignas(32) float left[kUnknowns][kUnknowns][kLanes], right[kUnknowns][kLanes];
};

LOOKALIKE_INLINE void add_up_body(const Lay& lay, const Tone& tone, LaneSums& sums) {
    for (size_t row = 0; row < kThumb; ++row) {
        Slopes slopes;
        differentiate(lay, tone, row, slopes);
        for (size_t p = 0; p < kUnknowns; ++p) {
            alignas(32) float weighted[kThumb];
            for (size_t k = 0; k < kThumb; ++k) weighted[k] = slopes.by[p][k] * slopes.weight[k];
            add_product(weighted, slopes.residual, kThumb, sums.right[p]);
            for (size_t q = p; q < kUnknowns; ++q)
                add_product(weighted, slopes.by[q], kThumb, sums.left[p][q]);
        }
    }
}

void add_up_baseline(const Lay& lay, const Tone& tone, LaneSums& sums) {
    add_up_body(lay, tone, sums);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void add_up_avx2(const Lay& lay, const Tone& tone, LaneSums& sums) {
    add_up_body(lay, tone, sums);
}
#endif

void add_up(const Lay& lay, const Tone& tone, LaneSums& sums) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return add_up_avx2(lay, tone, sums);
#endif
    add_up_baseline(lay, tone, sums);
}

// One step of Gauss-Newton with robust weights. Returns false if there is none.
bool find_step(const Lay& lay, Move& step) {
    Tone tone;
    if (lay.count < kLeastSamples || !match_tone(lay, tone)) return false;
    LaneSums sums{};
    add_up(lay, tone, sums);
    Equations<kUnknowns> equations;
    const double scale = static_cast<double>(tone.scale) * tone.scale * lay.count;
    for (size_t p = 0; p < kUnknowns; ++p) {
        equations.right[p] = sum_of(sums.right[p]);
        for (size_t q = p; q < kUnknowns; ++q)
            equations.left[p][q] = equations.left[q][p] = sum_of(sums.left[p][q]);
        if (p < kParameters) equations.left[p][p] += scale * (p < 6 ? kDamping : kTiltDamping);
    }
    if (!solve(equations)) return false;
    for (size_t p = 0; p < kParameters; ++p) step[p] = static_cast<float>(equations.right[p]);
    return true;
}

// Moves the thumb to where it agrees best with the canvas. `out` is how it lies there.
void refine(const uint8_t* thumb, const Canvas& canvas, const Effort& effort, Lay& out) {
    Move move{};
    lay_moved(thumb, canvas, move, out);
    for (int k = 0; k < effort.steps; ++k) {
        Move step;
        if (!find_step(out, step)) return;
        float length = 0, farthest = 0;
        for (size_t p = 0; p < kParameters; ++p) {
            move[p] += step[p];
            length += step[p] * step[p];
            farthest = std::max(farthest, std::abs(move[p]));
        }
        if (farthest > effort.farthest) return;
        lay_moved(thumb, canvas, move, out);
        if (length < kSmallStep) return;
    }
}

Look look_at(const Laid& laid, double area) {
    const BlockMeasure m = measure_blocks(laid);
    return {m.ncc, m.good, m.blocks, m.seen,         static_cast<float>(m.seen * area),
            m.r,   m.r,    m.bad,    coherence(laid)};
}

bool is_settled(const Look& first, const Effort& effort) {
    return effort.steps <= 0 || first.r < effort.least || first.r > effort.sure;
}

Look second_look(const uint8_t* thumb, const Canvas& canvas, const Look& first, double area,
                 const Effort& effort) {
    Lay lay;
    refine(thumb, canvas, effort, lay);
    Look second = look_at(lay.laid, area);
    second.first_r = first.r;
    return second.r > first.r && second.seen > kLeastShare * first.seen ? second : first;
}

}  // namespace

Look look_whole(const uint8_t* thumb, const uint8_t* other, const Effort& effort) {
    Laid laid;
    lay_whole(thumb, other, laid);
    const double area = 1;
    const Look first = look_at(laid, area);
    if (is_settled(first, effort)) return first;
    Canvas canvas;
    paint_thumb(other, canvas);
    return second_look(thumb, canvas, first, area, effort);
}

Look look_through(const uint8_t* thumb, double width, double height, const GreySums& grey,
                  const Affine& map, const Effort& effort) {
    Canvas canvas;
    paint_grey(grey, width, height, map, canvas);
    const double determinant = std::abs(map.xx * map.yy - map.xy * map.yx);
    const double area =
        width * height * determinant / (static_cast<double>(grey.width) * grey.height);
    Laid laid;
    lay_as_is(thumb, canvas, laid);
    const Look first = look_at(laid, area);
    return is_settled(first, effort) ? first : second_look(thumb, canvas, first, area, effort);
}

void turn_thumb(const uint8_t* thumb, int orientation, uint8_t* turned) {
    const bool swapped = orientation >= 4;
    const bool upside_down = orientation == 2 || orientation == 3 || orientation >= 6;
    const bool mirrored =
        orientation == 1 || orientation == 2 || orientation == 5 || orientation == 6;
    for (int y = 0; y < kThumb; ++y)
        for (int x = 0; x < kThumb; ++x) {
            const int row = upside_down ? kThumb - 1 - y : y;
            const int column = mirrored ? kThumb - 1 - x : x;
            turned[y * kThumb + x] =
                swapped ? thumb[column * kThumb + row] : thumb[row * kThumb + column];
        }
}

}  // namespace lookalike
