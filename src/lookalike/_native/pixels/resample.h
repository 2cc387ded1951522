// Lanczos resampling, frozen as defined in docs/hashes.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// An image of uint8 samples as a decoder stores it. Strides are in bytes and may be negative.
struct View {
    const uint8_t* data;
    size_t height, width, channels;
    ptrdiff_t row_stride, column_stride, channel_stride;
};

// A part of an image, in pixels. Its edges may lie within pixels.
struct Box {
    double left, top, right, bottom;
};

// Writes height x width x image.channels packed samples to `out`.
void resample(const View& image, const Box& box, size_t width, size_t height, uint8_t* out);

}  // namespace lookalike
