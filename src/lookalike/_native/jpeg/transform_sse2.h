// The reduced DCTs with vectors of 8 coefficients. Every x86-64 processor has SSE2.
#pragma once

#include "isa.h"
#include "jpeg/transform.h"

#if LOOKALIKE_X86
namespace lookalike::jpeg {

void transform_4x4_sse2(Block& block, const Steps& steps, uint8_t* out, size_t stride);
void transform_2x2_sse2(Block& block, const Steps& steps, uint8_t* out, size_t stride);

}  // namespace lookalike::jpeg
#endif
