#ifndef GINGHAM_WEBP_SHIM_H
#define GINGHAM_WEBP_SHIM_H

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

// A macro and an inline call with the library's version in them, which Swift cannot make.
static inline WebPDemuxer *gingham_webp_demux(const uint8_t *bytes, size_t size) {
  WebPData data = {bytes, size};
  return WebPDemux(&data);
}

#endif
