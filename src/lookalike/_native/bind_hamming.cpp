#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <limits>

#include "arrays.h"
#include "bind.h"
#include "search/hamming.h"
#include "search/union_find.h"

namespace lookalike {
namespace {

using Bounds = std::pair<int64_t, int64_t>;
using Columns = std::tuple<NewArray<uint32_t>, NewArray<uint32_t>, NewArray<uint16_t>, size_t>;

constexpr size_t kWidest = 8191;  // in bytes: a distance in bits must fit in 16

Hashes hashes_of(const AnyArray& array, const char* name) {
    const uint8_t* data = packed<uint8_t>(array, name, 2, "(n, bytes) of uint8");
    if (array.shape(1) < 1 || array.shape(1) > kWidest)
        refuse(name, " must have 1 to ", std::to_string(kWidest), " bytes a hash, not ",
               describe(array));
    if (array.shape(0) > std::numeric_limits<uint32_t>::max())
        refuse(name, " must have fewer than 2^32 rows, not ", describe(array));
    return {data, array.shape(0), array.shape(1)};
}

Range range_of(const Bounds& bounds, const char* name, size_t count) {
    if (bounds.first < 0 || bounds.second < bounds.first ||
        bounds.second > static_cast<int64_t>(count))
        refuse(name, " must lie within 0 and ", std::to_string(count), ", not (",
               std::to_string(bounds.first), ", ", std::to_string(bounds.second), ")");
    return {static_cast<size_t>(bounds.first), static_cast<size_t>(bounds.second)};
}

Columns run(const Hashes& queries, const Bounds& rows, const Hashes& hashes, const Bounds& columns,
            int64_t max_distance, bool above_diagonal, int64_t capacity) {
    if (max_distance < 0)
        refuse("max_distance must be 0 or more, not ", std::to_string(max_distance));
    if (capacity < 1) refuse("capacity must be 1 or more, not ", std::to_string(capacity));
    const Range row_range = range_of(rows, "rows", queries.count);
    const Range column_range = range_of(columns, "columns", hashes.count);
    const auto within =
        static_cast<uint32_t>(std::min<int64_t>(max_distance, static_cast<int64_t>(kWidest * 8)));
    Matches found;
    {
        nb::gil_scoped_release unlocked;
        found = scan(queries, row_range, hashes, column_range, within, above_diagonal,
                     static_cast<size_t>(capacity));
    }
    return {new_array(std::move(found.row)), new_array(std::move(found.column)),
            new_array(std::move(found.distance)), found.next};
}

Columns scan_pairs(const AnyArray& array, int64_t max_distance, const Bounds& rows,
                   const Bounds& columns, int64_t capacity) {
    const Hashes hashes = hashes_of(array, "hashes");
    return run(hashes, rows, hashes, columns, max_distance, true, capacity);
}

Columns scan_matches(const AnyArray& query_array, const AnyArray& array, int64_t max_distance,
                     const Bounds& rows, const Bounds& columns, int64_t capacity) {
    const Hashes queries = hashes_of(query_array, "queries"), hashes = hashes_of(array, "hashes");
    if (queries.width != hashes.width)
        refuse("queries and hashes must have the same width, not ", std::to_string(queries.width),
               " and ", std::to_string(hashes.width), " bytes");
    return run(queries, rows, hashes, columns, max_distance, false, capacity);
}

uint32_t widest_distance(const AnyArray& array) {
    const Hashes hashes = hashes_of(array, "hashes");
    nb::gil_scoped_release unlocked;
    return diameter(hashes);
}

void join(const nb::ndarray<nb::device::cpu>& parent_array, const AnyArray& left_array,
          const AnyArray& right_array) {
    uint32_t* parent = packed<uint32_t>(parent_array, "parent", 1, "(n,) of uint32");
    const uint32_t* left = packed<uint32_t>(left_array, "left", 1, "(m,) of uint32");
    const uint32_t* right = packed<uint32_t>(right_array, "right", 1, "(m,) of uint32");
    const size_t nodes = parent_array.shape(0), pairs = left_array.shape(0);
    if (pairs != right_array.shape(0))
        refuse("left and right must have the same length, not ", std::to_string(pairs), " and ",
               std::to_string(right_array.shape(0)));
    bool joined = false;
    {
        nb::gil_scoped_release unlocked;
        joined =
            join_sets(reinterpret_cast<std::atomic<uint32_t>*>(parent), nodes, left, right, pairs);
    }
    if (!joined)
        refuse("parent, left and right must hold numbers below ", std::to_string(nodes),
               ", the length of parent");
}

}  // namespace

void bind_hamming(nb::module_& module) {
    using nb::arg;
    module.def("scan_pairs", &scan_pairs, arg("hashes"), arg("max_distance"), arg("rows"),
               arg("columns"), arg("capacity"));
    module.def("scan_matches", &scan_matches, arg("queries"), arg("hashes"), arg("max_distance"),
               arg("rows"), arg("columns"), arg("capacity"));
    module.def("diameter", &widest_distance, arg("hashes"));
    module.def("join_sets", &join, arg("parent"), arg("left"), arg("right"));
}

}  // namespace lookalike
