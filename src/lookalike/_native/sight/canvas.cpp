#include "sight/canvas.h"

#include <algorithm>
#include <cmath>

namespace lookalike {
namespace {

constexpr float kMiddle = 128;
constexpr double kHalfCell = 0.42;  // less than half, so that a cell that turns stays in its place
constexpr double kLeastHalf = 0.5;  // in pixels of the grey picture

void add_slopes(Canvas& canvas) {
    auto& samples = canvas.samples;
    for (int y = 1; y + 1 < kCanvas; ++y)
        for (int x = 1; x + 1 < kCanvas; ++x) {
            CanvasSample* at = &samples[static_cast<size_t>(y * kCanvas + x)];
            const CanvasSample &left = at[-1], &right = at[1];
            const CanvasSample &above = at[-kCanvas], &below = at[kCanvas];
            const float seen = (*at)[kSeen];
            (*at)[kAcross] =
                0.5F * (right[kGrey] - left[kGrey]) * (seen * left[kSeen] * right[kSeen]);
            (*at)[kDown] =
                0.5F * (below[kGrey] - above[kGrey]) * (seen * above[kSeen] * below[kSeen]);
        }
}

// The sum of everything above and left of a point that may lie within a pixel.
double sum_to(const GreySums& grey, double x, double y) {
    const int column = std::min(static_cast<int>(x), grey.width - 1);
    const int row = std::min(static_cast<int>(y), grey.height - 1);
    const double right = x - column, down = y - row;
    const int32_t* above = grey.sums + static_cast<ptrdiff_t>(row) * (grey.width + 1) + column;
    const int32_t* below = above + grey.width + 1;
    return (1 - down) * ((1 - right) * above[0] + right * above[1]) +
           down * ((1 - right) * below[0] + right * below[1]);
}

// The mean of a box around (x, y). It is cut off at the picture's edges.
double mean_around(const GreySums& grey, double x, double y, double half_x, double half_y) {
    const double left = std::max(0.0, x - half_x), top = std::max(0.0, y - half_y);
    const double right = std::min<double>(grey.width, x + half_x);
    const double bottom = std::min<double>(grey.height, y + half_y);
    const double sum = sum_to(grey, right, bottom) - sum_to(grey, left, bottom) -
                       sum_to(grey, right, top) + sum_to(grey, left, top);
    return sum / ((right - left) * (bottom - top));
}

}  // namespace

void sum_grey(const uint8_t* grey, int width, int height, int32_t* sums) {
    const ptrdiff_t stride = width + 1;
    std::fill(sums, sums + stride, 0);
    for (int y = 0; y < height; ++y) {
        const int32_t* above = sums + y * stride;
        int32_t* row = sums + (y + 1) * stride;
        int32_t run = 0;
        row[0] = 0;
        for (int x = 0; x < width; ++x) {
            run += grey[static_cast<ptrdiff_t>(y) * width + x];
            row[x + 1] = above[x + 1] + run;
        }
    }
}

void paint_thumb(const uint8_t* thumb, Canvas& canvas) {
    canvas.samples.fill({});
    for (int y = 0; y < kThumb; ++y) {
        CanvasSample* row = &canvas.samples[static_cast<size_t>((y + kRing) * kCanvas + kRing)];
        for (int x = 0; x < kThumb; ++x) {
            row[x][kGrey] = static_cast<float>(thumb[y * kThumb + x]) - kMiddle;
            row[x][kSeen] = 1;
        }
    }
    add_slopes(canvas);
}

void paint_grey(const GreySums& grey, double width, double height, const Affine& map,
                Canvas& canvas) {
    canvas.samples.fill({});
    const double cell_x = width / kThumb, cell_y = height / kThumb;
    const double half_x =
        std::max(kLeastHalf, kHalfCell * (std::abs(map.xx) * cell_x + std::abs(map.xy) * cell_y));
    const double half_y =
        std::max(kLeastHalf, kHalfCell * (std::abs(map.yx) * cell_x + std::abs(map.yy) * cell_y));
    for (int row = 0; row < kCanvas; ++row)
        for (int column = 0; column < kCanvas; ++column) {
            const double from_x = (column - kRing + 0.5) * cell_x;
            const double from_y = (row - kRing + 0.5) * cell_y;
            const double x = map.xx * from_x + map.xy * from_y + map.x0;
            const double y = map.yx * from_x + map.yy * from_y + map.y0;
            // Three quarters of the box must lie within the picture.
            if (!(x >= half_x / 2 && x <= grey.width - half_x / 2 && y >= half_y / 2 &&
                  y <= grey.height - half_y / 2))
                continue;
            CanvasSample& sample = canvas.samples[static_cast<size_t>(row * kCanvas + column)];
            sample[kGrey] = static_cast<float>(mean_around(grey, x, y, half_x, half_y) - kMiddle);
            sample[kSeen] = 1;
        }
    add_slopes(canvas);
}

}  // namespace lookalike
