#ifndef GINGHAM_OPENBLAS_SHIM_H
#define GINGHAM_OPENBLAS_SHIM_H

#include <cblas.h>

#endif
