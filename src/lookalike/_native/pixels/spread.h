// How many levels samples span, all but a few of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// The least range that holds all but `specks` of the samples; `specks` is less than `count`.
int spread(const uint8_t* samples, size_t count, size_t specks);

}  // namespace lookalike
