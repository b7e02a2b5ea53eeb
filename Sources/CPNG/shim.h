#ifndef GINGHAM_PNG_SHIM_H
#define GINGHAM_PNG_SHIM_H

#include <png.h>

#endif
