// Reads the scan of a sequential JPEG that has its luma.
#pragma once

#include "jpeg/pixels.h"
#include "jpeg/scan.h"
#include "jpeg/workspace.h"

namespace lookalike::jpeg {

// `data` is that of the scan. Fills in `planes`, and moves `data` behind the scan.
Verdict read_baseline(Workspace& space, const Scan& scan, Data& data, Planes& planes);

}  // namespace lookalike::jpeg
