#include "jpeg/baseline.h"

#include <algorithm>

#include "jpeg/luma.h"

namespace lookalike::jpeg {
namespace {

constexpr size_t kLeastBits = 2;  // of a block: one for its average, one for its end

// Makes the tables of a scan. Luma needs its values, except at an eighth.
Verdict make_tables(Workspace& space, const Scan& scan, bool needs_values, bool same_tables) {
    for (int i = 0; i < scan.count - (same_tables ? 1 : 0); ++i) {
        HuffmanCode& differences = space.header.differences[scan.differences[i]];
        HuffmanCode& others = space.header.others[scan.others[i]];
        if (!differences.prepare(15) || !others.prepare(255)) return Verdict::corrupt;
        Tables& tables = space.tables[i];
        tables.differences.make(differences);
        tables.symbols.make(others);
        if (i == 0 && needs_values) {
            space.values.make(others, space.seconds);
        } else {
            tables.skip.make(others);
            if (i) tables.skip.make_after(differences, tables.after_difference);
        }
    }
    return Verdict::read;
}

bool has_codes(const Header& header, const Scan& scan) {
    for (int i = 0; i < scan.count; ++i) {
        const int differences = scan.differences[i], others = scan.others[i];
        if (std::max(differences, others) >= kTablesOfAKind ||
            !header.differences[differences].given || !header.others[others].given)
            return false;
    }
    return true;
}

template <int kScale, bool kCoarser>
Verdict decode_luma(Workspace& space, const Scan& scan, const Mcus& mcus, bool same_tables,
                    Data& data, Planes& planes) {
    std::fill(space.pairs, space.pairs + 2, Pair());
    return decode(data, mcus, space.header.restart_interval, space.interval,
                  Luma<kScale, kCoarser>(space, scan, mcus, same_tables, planes));
}

auto decoder_for(const Planes& planes) {
    const bool coarser = planes.count() > 1;
    switch (planes.scale) {
        case 2: return coarser ? decode_luma<2, true> : decode_luma<2, false>;
        case 4: return coarser ? decode_luma<4, true> : decode_luma<4, false>;
        default: return decode_luma<8, false>;
    }
}

}  // namespace

Verdict read_baseline(Workspace& space, const Scan& scan, Data& data, Planes& planes) {
    const Mcus mcus(space.header.frame, scan);
    if (const Verdict verdict = mcus.fit(data.size(), kLeastBits); verdict != Verdict::read)
        return verdict;
    if (!has_codes(space.header, scan)) return Verdict::left;
    const bool same_tables = scan.count == kMostComponents &&
                             scan.differences[1] == scan.differences[2] &&
                             scan.others[1] == scan.others[2];
    const Verdict verdict = make_tables(space, scan, planes.scale != 8, same_tables);
    if (verdict != Verdict::read) return verdict;
    planes.allocate();
    return decoder_for(planes)(space, scan, mcus, same_tables, data, planes);
}

}  // namespace lookalike::jpeg
