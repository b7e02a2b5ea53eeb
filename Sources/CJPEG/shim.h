#ifndef GINGHAM_JPEG_SHIM_H
#define GINGHAM_JPEG_SHIM_H

#include <stdio.h>
#include <jpeglib.h>

#endif
