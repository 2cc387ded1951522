#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "arrays.h"
#include "bind.h"
#include "sight/pixel_check.h"

namespace lookalike {
namespace {

constexpr int kOrientations = 8;
constexpr size_t kLargestGrey = 16384;
constexpr size_t kMostPixels = 1 << 23;  // so that their sum fits in 32 bits

const uint8_t* thumbs_of(const AnyArray& thumbs) {
    const char* shape = "(n, 32, 32) or (n, 1024) of uint8";
    const bool square = thumbs.ndim() == 3;
    const uint8_t* data = packed<uint8_t>(thumbs, "thumbs", square ? 3 : 2, shape);
    if (square ? thumbs.shape(1) != kThumb || thumbs.shape(2) != kThumb
               : thumbs.shape(1) != kThumbSize)
        refuse("thumbs must be a contiguous array ", shape, ", not ", describe(thumbs));
    return data;
}

void write(const Look& look, float* out) {
    const std::array<float, kLookFields> fields{look.ncc,     look.good,    look.blocks,
                                                look.seen,    look.covered, look.r,
                                                look.first_r, look.bad,     look.coherence};
    std::copy(fields.begin(), fields.end(), out);
}

NewArray<float> look_at_thumbs(const AnyArray& thumbs, const AnyArray& first,
                               const AnyArray& second, const AnyArray& orientations) {
    const uint8_t* data = thumbs_of(thumbs);
    const size_t count = first.ndim() ? first.shape(0) : 0, many = thumbs.shape(0);
    const char* shape = "(m,) of uint32";
    const auto* i = numbers_below<uint32_t>(first, "first", shape, count, many);
    const auto* j = numbers_below<uint32_t>(second, "second", shape, count, many);
    const auto* turns =
        numbers_below<uint8_t>(orientations, "orientations", "(m,) of uint8", count, kOrientations);
    auto out = allocate<float>(count * kLookFields);
    {
        nb::gil_scoped_release unlocked;
        std::array<uint8_t, kThumbSize> turned;
        for (size_t k = 0; k < count; ++k) {
            turn_thumb(data + j[k] * kThumbSize, turns[k], turned.data());
            write(look_whole(data + i[k] * kThumbSize, turned.data()), out.get() + k * kLookFields);
        }
    }
    return new_array(std::move(out), {count, kLookFields});
}

const double* rows_of(const AnyArray& array, const char* name, size_t rows, size_t columns) {
    const double* data = packed<double>(array, name, 2, "(rows, columns) of float64");
    if (array.shape(0) != rows || array.shape(1) != columns)
        refuse(name, " must have ", std::to_string(rows), " rows of ", std::to_string(columns),
               ", not ", describe(array));
    for (size_t k = 0; k < rows * columns; ++k)
        if (!std::isfinite(data[k])) refuse(name, " must be finite, not ", std::to_string(data[k]));
    return data;
}

NewArray<float> look_through_maps(const AnyArray& thumbs, const AnyArray& sizes,
                                  const AnyArray& grey, const AnyArray& maps) {
    const uint8_t* data = thumbs_of(thumbs);
    const size_t count = thumbs.shape(0);
    const double* sides = rows_of(sizes, "sizes", count, 2);
    for (size_t k = 0; k < 2 * count; ++k)
        if (sides[k] <= 0) refuse("sizes must be above 0, not ", std::to_string(sides[k]));
    const double* map = rows_of(maps, "maps", count, 6);
    const uint8_t* pixels = packed<uint8_t>(grey, "grey", 2, "(height, width) of uint8");
    const size_t height = grey.shape(0), width = grey.shape(1);
    if (height < 1 || width < 1 || std::max(height, width) > kLargestGrey ||
        height * width > kMostPixels)
        refuse("grey must have 1 to ", std::to_string(kLargestGrey), " rows and columns, and ",
               std::to_string(kMostPixels), " pixels at most, not ", describe(grey));
    auto out = allocate<float>(count * kLookFields);
    {
        nb::gil_scoped_release unlocked;
        std::vector<int32_t> sums((height + 1) * (width + 1));
        const int rows = static_cast<int>(height), columns = static_cast<int>(width);
        sum_grey(pixels, columns, rows, sums.data());
        for (size_t k = 0; k < count; ++k, map += 6)
            write(look_through(data + k * kThumbSize, sides[2 * k], sides[2 * k + 1],
                               {sums.data(), columns, rows},
                               {map[0], map[1], map[2], map[3], map[4], map[5]}),
                  out.get() + k * kLookFields);
    }
    return new_array(std::move(out), {count, kLookFields});
}

}  // namespace

void bind_look(nb::module_& module) {
    using nb::arg;
    module.def("look_whole", &look_at_thumbs, arg("thumbs"), arg("first"), arg("second"),
               arg("orientations"));
    module.def("look_through", &look_through_maps, arg("thumbs"), arg("sizes"), arg("grey"),
               arg("maps"));
}

}  // namespace lookalike
