// Whether two pictures differ by a line of text alone, which was written over one of them.
#pragma once

#include <optional>

#include "sight/plane.h"

namespace lookalike {

struct Rows {
    int top, bottom;  // from `top` up to, but not including, `bottom`
};

// The rows where one of two pictures of one size has a line of large text, and the other has not.
// None if they differ in other rows or in other ways. Where one text replaces another, some pixels
// get lighter and others darker. Text over a picture makes all lighter or all darker. It is still
// taken for a caption if it only makes another text longer.
std::optional<Rows> caption_rows(const Plane& first, const Plane& second, const Plane& seen);

// Whether there may be such a line. For small copies that are already blurred.
bool may_have_caption(const Plane& first, const Plane& second);

}  // namespace lookalike
