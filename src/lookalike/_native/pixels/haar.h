// The Haar wavelet in float64. The steps are those of PyWavelets, because rounding decides ties.
#pragma once

#include <cstddef>

namespace lookalike {

// The low corner after `levels` steps down, a square of side >> levels. `values` is side x side and
// is overwritten.
void haar_low(double* values, size_t side, int levels, double* out);

// Takes all steps down, sets the last average to zero, and takes all steps up again, in place. The
// side is a power of two.
void haar_remove_mean(double* values, size_t side);

}  // namespace lookalike
