#include "pixels/spread.h"

#include <algorithm>

#include "pixels/histogram.h"

namespace lookalike {

int spread(const uint8_t* samples, size_t count, size_t specks) {
    const auto counts = histogram(samples, count);
    int low = 0, high = 255;
    while (!counts[static_cast<size_t>(low)]) ++low;
    // From below, let one level after the other be specks; what may still be is above.
    size_t below = 0, above = 0;
    while (above + counts[static_cast<size_t>(high)] <= specks)
        above += counts[static_cast<size_t>(high--)];
    int least = high - low;
    while (below + counts[static_cast<size_t>(low)] <= specks) {
        below += counts[static_cast<size_t>(low++)];
        while (below + above > specks) above -= counts[static_cast<size_t>(++high)];
        while (low < 255 && !counts[static_cast<size_t>(low)]) ++low;
        least = std::min(least, high - low);
    }
    return least;
}

}  // namespace lookalike
