#ifndef GINGHAM_KISSFFT_SHIM_H
#define GINGHAM_KISSFFT_SHIM_H

#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>

#endif
