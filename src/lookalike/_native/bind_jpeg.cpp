#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

#include <optional>
#include <string>
#include <tuple>

#include "arrays.h"
#include "bind.h"
#include "jpeg/reader.h"

namespace lookalike {
namespace {

const char* name_of(jpeg::Verdict verdict) {
    switch (verdict) {
        case jpeg::Verdict::read: return "read";
        case jpeg::Verdict::premature: return "premature";
        case jpeg::Verdict::corrupt: return "corrupt";
        case jpeg::Verdict::too_large: return "too large";
        default: return "left";
    }
}

std::tuple<std::string, std::optional<NewArray<uint8_t>>> luma_of(const AnyArray& data,
                                                                  int64_t scale, bool first_scan) {
    const uint8_t* bytes = packed<uint8_t>(data, "data", 1, "(size,) of uint8");
    if (scale != 2 && scale != 4 && scale != 8)
        refuse("scale must be 2, 4 or 8, not ", std::to_string(scale));
    jpeg::Pixels pixels;
    jpeg::Verdict verdict;
    {
        nb::gil_scoped_release unlocked;
        verdict = jpeg::read_luma(bytes, data.size(), static_cast<int>(scale), first_scan, pixels);
    }
    if (verdict != jpeg::Verdict::read) return {name_of(verdict), std::nullopt};
    return {name_of(verdict), new_array(std::move(pixels.values), {pixels.height, pixels.width})};
}

}  // namespace

void bind_jpeg(nb::module_& module) {
    using nb::arg;
    module.def("jpeg_luma", &luma_of, arg("data"), arg("scale"), arg("first_scan") = false);
}

}  // namespace lookalike
