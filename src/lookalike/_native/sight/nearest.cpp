#include "sight/nearest.h"

#include "sight/count_bits.h"

namespace lookalike {
namespace {

template <typename Count>
LOOKALIKE_INLINE NearestRow nearest(const uint64_t* descriptor, const SightQuery& query,
                                    size_t begin, size_t end) {
    NearestRow best{0, kNoRow};
    for (size_t row = begin; row < end; ++row) {
        const uint32_t distance = descriptor_distance<Count>(descriptor, query.descriptor(row));
        if (distance < best.distance) best = {static_cast<uint32_t>(row), distance};
    }
    return best;
}

NearestRow nearest_scalar(const uint64_t* descriptor, const SightQuery& query, size_t begin,
                          size_t end) {
    return nearest<PortableCount>(descriptor, query, begin, end);
}

#if LOOKALIKE_X86

LOOKALIKE_POPCNT NearestRow nearest_popcnt(const uint64_t* descriptor, const SightQuery& query,
                                           size_t begin, size_t end) {
    return nearest<MachineCount>(descriptor, query, begin, end);
}

#endif

}  // namespace

FindNearest find_nearest() {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return nearest_popcnt;
#endif
    return nearest_scalar;
}

}  // namespace lookalike
