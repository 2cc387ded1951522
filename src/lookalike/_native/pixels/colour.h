// Colour to grey, and transparent to opaque, in integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// pixels x RGB -> pixels: (19595 R + 38470 G + 7471 B + 32768) >> 16.
void grey(const uint8_t* rgb, size_t pixels, uint8_t* out);

// pixels x RGBA, not premultiplied -> pixels x RGB over white, rounded to the nearest.
void over_white(const uint8_t* rgba, size_t pixels, uint8_t* out);

}  // namespace lookalike
