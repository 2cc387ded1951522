// Whether two pictures differ by a line of text alone, which was written over one of them.
#pragma once

#include <optional>

#include "sight/plane.h"

namespace lookalike {

struct Rows {
    int top, bottom;  // from `top` up to, but not including, `bottom`
};

// The rows where one of two pictures of one size has a line of large text, and the other has not.
// None if they differ in other rows or in other ways. Other text in one place makes some pixels
// lighter and others darker. Text over a picture makes all lighter or all darker.
std::optional<Rows> caption_rows(const Plane& first, const Plane& second, const Plane& seen);

// Whether there may be such a line, as far as small copies can tell, blurred by one pixel.
bool may_have_caption(const Plane& first, const Plane& second);

}  // namespace lookalike
