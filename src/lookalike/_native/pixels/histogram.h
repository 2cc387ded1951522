// How many samples have each value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lookalike {

std::array<size_t, 256> histogram(const uint8_t* samples, size_t count);

}  // namespace lookalike
