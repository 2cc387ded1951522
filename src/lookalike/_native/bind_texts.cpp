#include "arrays.h"
#include "bind.h"
#include "search/digests.h"
#include "search/texts.h"

namespace lookalike {
namespace {

NewArray<uint64_t> hashes_of_texts(const AnyArray& text_array, const AnyArray& offset_array) {
    const uint8_t* text = packed<uint8_t>(text_array, "text", 1, "(m,) of uint8");
    const int64_t* offsets = packed<int64_t>(offset_array, "offsets", 1, "(n + 1,) of int64");
    if (offset_array.shape(0) < 1)
        refuse("offsets must have 1 or more, not ", describe(offset_array));
    const size_t size = text_array.shape(0), count = offset_array.shape(0) - 1;
    auto hashes = allocate<uint64_t>(count);
    size_t done = 0;
    {
        nb::gil_scoped_release unlocked;
        done = hash_texts(text, size, offsets, count, hashes.get());
    }
    if (done < count)
        refuse("offsets must ascend within 0 and ", std::to_string(size),
               ", the length of text, not go from ", std::to_string(offsets[done]), " to ",
               std::to_string(offsets[done + 1]));
    return new_array(std::move(hashes), {count});
}

NewArray<uint8_t> digests_of_rows(const AnyArray& array) {
    const uint8_t* rows = packed<uint8_t>(array, "rows", 2, "(n, bytes) of uint8");
    const size_t count = array.shape(0), width = array.shape(1);
    if (width < 1 || width > kLongestRow)
        refuse("rows must have 1 to ", std::to_string(kLongestRow), " bytes, not ",
               describe(array));
    auto digests = allocate<uint8_t>(count * kDigestBytes);
    {
        nb::gil_scoped_release unlocked;
        digest_rows(rows, count, width, digests.get());
    }
    return new_array(std::move(digests), {count, kDigestBytes});
}

}  // namespace

void bind_texts(nb::module_& module) {
    module.def("hash_texts", &hashes_of_texts, nb::arg("text"), nb::arg("offsets"));
    module.def("digest_rows", &digests_of_rows, nb::arg("rows"));
}

}  // namespace lookalike
