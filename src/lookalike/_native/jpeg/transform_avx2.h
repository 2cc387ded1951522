// The reduced DCTs with vectors: a row of both blocks of a pair at once.
#pragma once

#include "isa.h"
#include "jpeg/transform.h"

#if LOOKALIKE_X86
namespace lookalike::jpeg {

void transform_4x4_avx2(const Pair& pair, const Steps& steps, const Places& places);
void transform_2x2_avx2(const Pair& pair, const Steps& steps, const Places& places);

}  // namespace lookalike::jpeg
#endif
