// What became of a JPEG.
#pragma once

namespace lookalike::jpeg {

enum class Verdict {
    read,
    left,       // another decoder must read it: of a kind that is not read here, or an odd one
    premature,  // a scan or the file ends too early
    corrupt,    // libjpeg would warn of it, or refuse it
    too_large,  // it claims more blocks than its bytes can hold
};

}  // namespace lookalike::jpeg
