#ifndef GINGHAM_ZLIB_SHIM_H
#define GINGHAM_ZLIB_SHIM_H

#include <zlib.h>

// Bytes without a header around them, as zip has them: the library's own name for that is a macro, which Swift cannot see.
static inline int gingham_inflate_raw(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }

#endif
