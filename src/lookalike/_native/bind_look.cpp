#include <algorithm>
#include <array>
#include <string>

#include "arrays.h"
#include "bind.h"
#include "sight/pixel_check.h"

namespace lookalike {
namespace {

constexpr int kOrientations = 8;

const uint8_t* thumbs_of(const AnyArray& thumbs) {
    const char* shape = "(n, 32, 32) or (n, 1024) of uint8";
    const bool square = thumbs.ndim() == 3;
    const uint8_t* data = packed<uint8_t>(thumbs, "thumbs", square ? 3 : 2, shape);
    if (square ? thumbs.shape(1) != kThumb || thumbs.shape(2) != kThumb
               : thumbs.shape(1) != kThumbSize)
        refuse("thumbs must be a contiguous array ", shape, ", not ", describe(thumbs));
    return data;
}

// The data of an array of `count` numbers, all below `limit`.
template <typename Number>
const Number* numbers_below(const AnyArray& array, const char* name, const char* shape,
                            size_t count, size_t limit) {
    const Number* data = packed<Number>(array, name, 1, shape);
    if (array.shape(0) != count)
        refuse(name, " must have ", std::to_string(count), " values, not ",
               std::to_string(array.shape(0)));
    for (size_t k = 0; k < count; ++k)
        if (data[k] >= limit)
            refuse(name, " must be less than ", std::to_string(limit), ", not ",
                   std::to_string(data[k]));
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
            write(look_whole(data + i[k] * kThumbSize, turned.data(), {}),
                  out.get() + k * kLookFields);
        }
    }
    return new_array(std::move(out), {count, kLookFields});
}

}  // namespace

void bind_look(nb::module_& module) {
    using nb::arg;
    module.def("look_whole", &look_at_thumbs, arg("thumbs"), arg("first"), arg("second"),
               arg("orientations"));
}

}  // namespace lookalike
