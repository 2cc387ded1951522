// A level from the one before it, by linear interpolation.
#pragma once

#include "sight/pyramid.h"

namespace lookalike {

// Fills the pixels of `to`, which is smaller, but not by more than a half. Up and down is first,
// and each way is rounded to 8 bits.
void shrink(const Level& from, Level& to);

}  // namespace lookalike
