// A picture sampled on the grid of another picture's thumb, with a ring around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lookalike {

constexpr int kThumb = 32;  // a side of a thumb, in samples
constexpr int kRing = 6;    // samples on each side, so that the thumb can be moved a little
constexpr int kCanvas = kThumb + 2 * kRing;
constexpr size_t kThumbSize = kThumb * kThumb;

// x' = xx x + xy y + x0; y' = yx x + yy y + y0.
struct Affine {
    double xx, xy, yx, yy, x0, y0;
};

// A grey picture by its sums: (height + 1, width + 1), each the sum of all pixels above and left.
struct GreySums {
    const int32_t* sums;
    int width, height;
};

void sum_grey(const uint8_t* grey, int width, int height, int32_t* sums);

// Four numbers that are interpolated together: the grey, from -128 to 127; its slopes across and
// down, 0 beside a sample that is not seen; and 1, or 0 outside the picture, where all are 0.
using CanvasSample = std::array<float, 4>;
enum CanvasField : uint8_t { kGrey, kAcross, kDown, kSeen };

struct Canvas {
    alignas(16) std::array<CanvasSample, static_cast<size_t>(kCanvas) * kCanvas> samples;
};

// The canvas of a thumb itself. The ring is not seen.
void paint_thumb(const uint8_t* thumb, Canvas& canvas);

// The canvas of a grey picture on the grid of a picture of width x height pixels. `map` leads from
// that picture to the grey one. Each sample is the mean of 0.84 of its cell along each axis.
void paint_grey(const GreySums& grey, double width, double height, const Affine& map,
                Canvas& canvas);

}  // namespace lookalike
