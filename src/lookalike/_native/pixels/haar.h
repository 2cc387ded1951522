// The Haar wavelet in float64, step by step as PyWavelets takes it, because its rounding decides
// ties.
#pragma once

#include <cstddef>

namespace lookalike {

// The low corner (side >> levels squared) of `levels` steps down. `values`, side x side, is used up
// as scratch.
void haar_low(double* values, size_t side, int levels, double* out);

// All steps down, the last average set to zero, all steps up again, in place. The side is a power
// of two.
void haar_remove_mean(double* values, size_t side);

}  // namespace lookalike
