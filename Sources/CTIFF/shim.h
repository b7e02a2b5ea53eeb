// libtiff's fields are read by variadic calls, which Swift cannot make, and its messages go to standard error unless each
// file has a handler of its own.
#ifndef GINGHAM_TIFF_SHIM_H
#define GINGHAM_TIFF_SHIM_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

enum { GINGHAM_TIFF_MESSAGE_SIZE = 200 };

// A file in memory. The struct must not move between begin and end.
typedef struct gingham_tiff_decoder {
  TIFF *tiff;
  const uint8_t *bytes;
  size_t size;
  size_t position;
  uint32_t width;
  uint32_t height;
  uint16_t bits;
  uint16_t channels;
  uint16_t photometric;
  uint16_t format;
  uint16_t is_planar;
  uint16_t orientation;
  // Of the first channel beyond the colours: 0 nothing said, 1 premultiplied alpha, 2 alpha.
  uint16_t extra_count;
  uint16_t extra;
  int is_tiled;
  uint32_t tile_width;
  uint32_t tile_height;
  uint32_t rows_per_strip;
  char message[GINGHAM_TIFF_MESSAGE_SIZE];
} gingham_tiff_decoder;

static inline tmsize_t gingham_tiff_take(thandle_t handle, void *target, tmsize_t count) {
  gingham_tiff_decoder *decoder = (gingham_tiff_decoder *)handle;
  size_t left = decoder->size - decoder->position;
  if (count < 0) return -1;
  if ((size_t)count > left) count = (tmsize_t)left;
  memcpy(target, decoder->bytes + decoder->position, (size_t)count);
  decoder->position += (size_t)count;
  return count;
}

static inline tmsize_t gingham_tiff_put(thandle_t handle, void *source, tmsize_t count) {
  (void)handle;
  (void)source;
  (void)count;
  return -1;
}

static inline toff_t gingham_tiff_seek(thandle_t handle, toff_t offset, int whence) {
  gingham_tiff_decoder *decoder = (gingham_tiff_decoder *)handle;
  uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? decoder->position : decoder->size;
  uint64_t target = base + offset;
  if (target > decoder->size) return (toff_t)-1;
  decoder->position = (size_t)target;
  return target;
}

static inline int gingham_tiff_close(thandle_t handle) {
  (void)handle;
  return 0;
}

static inline toff_t gingham_tiff_size(thandle_t handle) { return ((gingham_tiff_decoder *)handle)->size; }

// The first message says what is wrong, later ones what followed from it.
static inline int gingham_tiff_fail(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  gingham_tiff_decoder *decoder = (gingham_tiff_decoder *)user;
  (void)tiff;
  (void)module;
  if (decoder->message[0] == 0) vsnprintf(decoder->message, sizeof decoder->message, format, arguments);
  return 1;
}

// Fields that are cut off are passed over with a warning; a palette that is missing makes another picture.
static inline int gingham_tiff_warn(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  return strncmp(format, "IO error", 8) == 0 ? gingham_tiff_fail(tiff, user, module, format, arguments) : 1;
}

// Opens the first picture of the file and reads its fields. 0: done.
static inline int gingham_tiff_begin(
    gingham_tiff_decoder *decoder, const uint8_t *bytes, size_t size, uint64_t memory_limit) {
  memset(decoder, 0, sizeof *decoder);
  decoder->bytes = bytes;
  decoder->size = size;
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return 1;
  TIFFOpenOptionsSetErrorHandlerExtR(options, gingham_tiff_fail, decoder);
  TIFFOpenOptionsSetWarningHandlerExtR(options, gingham_tiff_warn, decoder);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)memory_limit);
  // "m": without mapping, for the file is in memory.
  decoder->tiff = TIFFClientOpenExt(
      "picture", "rm", (thandle_t)decoder, gingham_tiff_take, gingham_tiff_put, gingham_tiff_seek, gingham_tiff_close,
      gingham_tiff_size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  if (decoder->tiff == NULL) return 1;
  uint16_t *extras = NULL;
  TIFFGetField(decoder->tiff, TIFFTAG_IMAGEWIDTH, &decoder->width);
  TIFFGetField(decoder->tiff, TIFFTAG_IMAGELENGTH, &decoder->height);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_BITSPERSAMPLE, &decoder->bits);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_SAMPLESPERPIXEL, &decoder->channels);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_SAMPLEFORMAT, &decoder->format);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_ORIENTATION, &decoder->orientation);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_ROWSPERSTRIP, &decoder->rows_per_strip);
  if (!TIFFGetField(decoder->tiff, TIFFTAG_PHOTOMETRIC, &decoder->photometric)) {
    decoder->photometric = decoder->channels >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  uint16_t planar = PLANARCONFIG_CONTIG;
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_PLANARCONFIG, &planar);
  decoder->is_planar = planar == PLANARCONFIG_SEPARATE;
  if (TIFFGetField(decoder->tiff, TIFFTAG_EXTRASAMPLES, &decoder->extra_count, &extras) && decoder->extra_count > 0) {
    decoder->extra = extras[0];
  }
  decoder->is_tiled = TIFFIsTiled(decoder->tiff);
  if (decoder->is_tiled) {
    TIFFGetField(decoder->tiff, TIFFTAG_TILEWIDTH, &decoder->tile_width);
    TIFFGetField(decoder->tiff, TIFFTAG_TILELENGTH, &decoder->tile_height);
  }
  return decoder->message[0] != 0;
}

// Whether another picture of its own follows: no smaller copy, and no mask. To be asked last, for it leaves the picture.
static inline int gingham_tiff_has_more(gingham_tiff_decoder *decoder) {
  while (TIFFReadDirectory(decoder->tiff)) {
    uint32_t kind = 0;
    TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_SUBFILETYPE, &kind);
    if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0) return 1;
  }
  return 0;
}

// Any kind of picture as bytes of red, green, blue and premultiplied alpha, in the order in which its rows are stored.
// `pixels` holds 4 · width · height bytes. 0: done.
static inline int gingham_tiff_read_colours(gingham_tiff_decoder *decoder, uint8_t *pixels) {
  static const int stored[] = {
      ORIENTATION_TOPLEFT, ORIENTATION_TOPRIGHT, ORIENTATION_BOTRIGHT, ORIENTATION_BOTLEFT};
  int orientation = decoder->orientation >= 1 && decoder->orientation <= 8 ? stored[(decoder->orientation - 1) % 4]
                                                                            : ORIENTATION_TOPLEFT;
  if (!TIFFReadRGBAImageOriented(
          decoder->tiff, decoder->width, decoder->height, (uint32_t *)(void *)pixels, orientation, 1)) {
    return 1;
  }
  for (size_t index = 0; index < (size_t)decoder->width * decoder->height; index++) {
    uint32_t pixel = ((uint32_t *)(void *)pixels)[index];
    pixels[4 * index] = TIFFGetR(pixel);
    pixels[4 * index + 1] = TIFFGetG(pixel);
    pixels[4 * index + 2] = TIFFGetB(pixel);
    pixels[4 * index + 3] = TIFFGetA(pixel);
  }
  return 0;
}

static inline void gingham_tiff_end(gingham_tiff_decoder *decoder) {
  if (decoder->tiff != NULL) TIFFClose(decoder->tiff);
}

#endif
