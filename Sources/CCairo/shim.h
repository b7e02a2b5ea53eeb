#ifndef GINGHAM_CAIRO_SHIM_H
#define GINGHAM_CAIRO_SHIM_H

#include <cairo/cairo.h>
#include <cairo/cairo-pdf.h>
#include <cairo/cairo-svg.h>

#endif
