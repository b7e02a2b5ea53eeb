#ifndef GINGHAM_OPENBLAS_SHIM_H
#define GINGHAM_OPENBLAS_SHIM_H

#include <cblas.h>
// LAPACK's own entry points, which OpenBLAS carries; Debian packages their header with liblapacke-dev.
#include <lapack.h>

#endif
