// What one thread needs to read JPEGs, kept from file to file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jpeg/coefficients.h"
#include "jpeg/header.h"
#include "jpeg/interval.h"
#include "jpeg/tables.h"
#include "jpeg/transform.h"

namespace lookalike::jpeg {

struct Workspace {
    Header header;
    Interval interval;
    Tables tables[kMostComponents];  // of the components of a scan
    ValueTable values;               // of luma
    ValueTable::Seconds seconds;
    Steps steps;  // of luma
    Pair pairs[2];
};

}  // namespace lookalike::jpeg
