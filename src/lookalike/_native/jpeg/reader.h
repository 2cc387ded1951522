// Reads the luma of a JPEG at a half, a quarter or an eighth of its size, and nothing else.
//
// Its pixels are those of libjpeg-turbo. What it would read in another way, it leaves to that.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/pixels.h"
#include "jpeg/verdict.h"

namespace lookalike::jpeg {

// The scale is 2, 4 or 8. Coarser scales need no further pass over the data. With `first_scan`, no
// more than the first scan of averages is read of a progressive file, and others are left. The
// pixels are only there if the verdict is `read`.
Verdict read_luma(const uint8_t* data, size_t size, bool first_scan, Planes& planes);

}  // namespace lookalike::jpeg
