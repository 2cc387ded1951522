// A glance at a picture: how much of it is one grey, and its colours.
#pragma once

#include <string>

#include "hashes/plane.h"
#include "jpeg/chroma.h"

namespace lookalike {

// Appends the bytes that sight/glance.py describes. `plane` is what the thumb is made of.
void append_glance(const Plane& plane, const jpeg::Chroma& chroma, const Extent& extent,
                   std::string& out);

}  // namespace lookalike
