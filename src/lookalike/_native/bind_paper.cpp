#include <nanobind/stl/vector.h>

#include <algorithm>
#include <string>
#include <vector>

#include "arrays.h"
#include "bind.h"
#include "sight/paper.h"

namespace lookalike {
namespace {

constexpr size_t kMatchFields = 2;

void make_sheet(Sheet* place, const AnyArray& grey) {
    const uint8_t* data = packed<uint8_t>(grey, "grey", 2, "(height, width) of uint8");
    const size_t height = grey.shape(0), width = grey.shape(1);
    if (std::min(height, width) < 2 || std::max(height, width) > kLargestSheet)
        refuse("grey must have 2 to ", std::to_string(kLargestSheet), " rows and columns, not ",
               describe(grey));
    nb::gil_scoped_release unlocked;
    new (place) Sheet(data, {static_cast<int>(width), static_cast<int>(height)});
}

NewArray<float> compare_pairs(const std::vector<const Sheet*>& sheets, const AnyArray& first,
                              const AnyArray& second) {
    const size_t count = first.ndim() ? first.shape(0) : 0;
    const char* shape = "(m,) of uint32";
    const auto* i = numbers_below<uint32_t>(first, "first", shape, count, sheets.size());
    const auto* j = numbers_below<uint32_t>(second, "second", shape, count, sheets.size());
    auto out = allocate<float>(count * kMatchFields);
    {
        nb::gil_scoped_release unlocked;
        for (size_t k = 0; k < count; ++k) {
            const SheetMatch match = compare_sheets(*sheets[i[k]], *sheets[j[k]]);
            out[2 * k] = match.disagreement;
            out[2 * k + 1] = match.grid;
        }
    }
    return new_array(std::move(out), {count, kMatchFields});
}

}  // namespace

void bind_paper(nb::module_& module) {
    using nb::arg;
    nb::class_<Sheet>(module, "Sheet").def("__init__", &make_sheet, arg("grey"));
    module.def("compare_sheets", &compare_pairs, arg("sheets"), arg("first"), arg("second"));
}

}  // namespace lookalike
