#include "pixels/haar.h"

#include <cfloat>
#include <vector>

namespace lookalike {
namespace {

// Each step must be rounded to float64. The excess precision of x87 registers would decide ties
// differently.
static_assert(FLT_EVAL_METHOD == 0, "the frozen hashes need float64 without excess precision");

constexpr double kFactor = 0.7071067811865476;

// One step down over the corner of `size` in a square of `side`, along axis 0, then along axis 1.
// Averages go to the front, and details follow. Without `details` only averages are computed.
void step_down(double* values, size_t side, size_t size, bool details,
               std::vector<double>& scratch) {
    const size_t half = size / 2;
    scratch.resize(size * size);
    for (size_t r = 0; r < half; ++r) {
        const double *even = values + 2 * r * side, *odd = even + side;
        double *low = scratch.data() + r * size, *high = scratch.data() + (half + r) * size;
        for (size_t c = 0; c < size; ++c) low[c] = kFactor * odd[c] + kFactor * even[c];
        if (details)
            for (size_t c = 0; c < size; ++c) high[c] = kFactor * even[c] - kFactor * odd[c];
    }
    for (size_t r = 0; r < (details ? size : half); ++r) {
        const double* row = scratch.data() + r * size;
        double *low = values + r * side, *high = low + half;
        for (size_t c = 0; c < half; ++c) low[c] = kFactor * row[2 * c + 1] + kFactor * row[2 * c];
        if (details)
            for (size_t c = 0; c < half; ++c)
                high[c] = kFactor * row[2 * c] - kFactor * row[2 * c + 1];
    }
}

// The inverse: along axis 1, then along axis 0.
void step_up(double* values, size_t side, size_t size, std::vector<double>& scratch) {
    const size_t half = size / 2;
    scratch.resize(size * size);
    for (size_t r = 0; r < size; ++r) {
        const double *low = values + r * side, *high = low + half;
        double* row = scratch.data() + r * size;
        for (size_t c = 0; c < half; ++c) {
            row[2 * c] = kFactor * low[c] + kFactor * high[c];
            row[2 * c + 1] = kFactor * low[c] - kFactor * high[c];
        }
    }
    for (size_t r = 0; r < half; ++r) {
        const double *low = scratch.data() + r * size, *high = scratch.data() + (half + r) * size;
        double *even = values + 2 * r * side, *odd = even + side;
        for (size_t c = 0; c < size; ++c) even[c] = kFactor * low[c] + kFactor * high[c];
        for (size_t c = 0; c < size; ++c) odd[c] = kFactor * low[c] - kFactor * high[c];
    }
}

}  // namespace

void haar_low(double* values, size_t side, int levels, double* out) {
    std::vector<double> scratch;
    size_t size = side;
    for (int level = 0; level < levels; ++level, size /= 2)
        step_down(values, side, size, false, scratch);
    for (size_t r = 0; r < size; ++r)
        for (size_t c = 0; c < size; ++c) out[r * size + c] = values[r * side + c];
}

void haar_remove_mean(double* values, size_t side) {
    std::vector<double> scratch;
    for (size_t size = side; size > 1; size /= 2) step_down(values, side, size, true, scratch);
    values[0] = 0.0;
    for (size_t size = 2; size <= side; size *= 2) step_up(values, side, size, scratch);
}

}  // namespace lookalike
