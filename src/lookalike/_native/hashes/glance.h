// A glance at a picture: how much of it is one grey, and its colours.
#pragma once

#include <string>

#include "hashes/plane.h"
#include "jpeg/chroma.h"
#include "pixels/resample.h"

namespace lookalike {

// The bytes that sight/glance.py describes. `colours` has one channel if the picture is grey, and
// is null if they are unknown.
std::string make_glance(const View& grey, const View* colours);

// Of a JPEG. `plane` is what its thumb is made of.
std::string glance_of_jpeg(const Plane& plane, const jpeg::Chroma& chroma, const Extent& extent);

}  // namespace lookalike
