// libpng reports errors by jumping out of the call, which Swift frames cannot stand. So every call that may fail is made
// here, under a setjmp of its own, and comes back as a status and a message.
#ifndef GINGHAM_PNG_SHIM_H
#define GINGHAM_PNG_SHIM_H

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef enum gingham_png_status {
  GINGHAM_PNG_DONE = 0,
  GINGHAM_PNG_FAILED = 1,
  GINGHAM_PNG_TOO_LARGE = 2,
} gingham_png_status;

enum { GINGHAM_PNG_MESSAGE_SIZE = 160 };

static inline void gingham_png_fail(png_structp png, png_const_charp message) {
  char *text = (char *)png_get_error_ptr(png);
  if (text != NULL) {
    strncpy(text, message, GINGHAM_PNG_MESSAGE_SIZE - 1);
    text[GINGHAM_PNG_MESSAGE_SIZE - 1] = 0;
  }
  png_longjmp(png, 1);
}

static inline void gingham_png_ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

// Decoding from memory. The struct must not move between begin and end.
typedef struct gingham_png_decoder {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t size;
  size_t position;
  uint32_t width;
  uint32_t height;
  // 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
  uint32_t channels;
  // 8, or 16 in big-endian order.
  uint32_t depth;
  int passes;
  // Of the eXIf chunk, where there is one; owned by `info`, and there once the pixels are read.
  const uint8_t *exif;
  uint32_t exif_size;
  // The same as hexadecimal digits in a text, as ImageMagick writes it.
  const uint8_t *profile;
  size_t profile_size;
  char message[GINGHAM_PNG_MESSAGE_SIZE];
} gingham_png_decoder;

static inline void gingham_png_take(png_structp png, png_bytep target, size_t count) {
  gingham_png_decoder *decoder = (gingham_png_decoder *)png_get_io_ptr(png);
  if (count > decoder->size - decoder->position) {
    png_error(png, "the file ends early");
  }
  memcpy(target, decoder->bytes + decoder->position, count);
  decoder->position += count;
}

// Memory for a chunk is taken before the chunk is read, and a limit that is broken is but a warning to libpng: lengths that the
// file cannot hold are refused first.
static inline void gingham_png_check_lengths(const gingham_png_decoder *decoder) {
  // A length, a name, and a checksum behind the data.
  const size_t around = 12;
  size_t position = 8;
  while (position + around <= decoder->size) {
    const uint8_t *chunk = decoder->bytes + position;
    size_t length = png_get_uint_32(chunk);
    if (length > decoder->size - position - around) png_error(decoder->png, "a chunk is longer than the file");
    if (memcmp(chunk + 4, "IEND", 4) == 0) return;
    position += around + length;
  }
}

// Reads the header and prepares for samples of 8 or 16 bits, palette and transparency expanded.
// Colour management is skipped unread. Of texts at most 64 are unpacked, each to 256 KB at most: twice what EXIF may have.
static inline gingham_png_status gingham_png_begin(
    gingham_png_decoder *decoder, const uint8_t *bytes, size_t size, uint64_t pixel_limit) {
  memset(decoder, 0, sizeof *decoder);
  decoder->bytes = bytes;
  decoder->size = size;
  decoder->png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, decoder->message, gingham_png_fail, gingham_png_ignore_warning);
  if (decoder->png == NULL) return GINGHAM_PNG_FAILED;
  decoder->info = png_create_info_struct(decoder->png);
  if (decoder->info == NULL) return GINGHAM_PNG_FAILED;
  if (setjmp(png_jmpbuf(decoder->png))) return GINGHAM_PNG_FAILED;
  png_set_read_fn(decoder->png, decoder, gingham_png_take);
  png_set_user_limits(decoder->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "eXIf\0tEXt\0zTXt\0", 3);
  png_set_chunk_cache_max(decoder->png, 64);
  png_set_chunk_malloc_max(decoder->png, 1 << 18);
  gingham_png_check_lengths(decoder);
  png_read_info(decoder->png, decoder->info);
  decoder->width = png_get_image_width(decoder->png, decoder->info);
  decoder->height = png_get_image_height(decoder->png, decoder->info);
  if ((uint64_t)decoder->width * decoder->height > pixel_limit) return GINGHAM_PNG_TOO_LARGE;
  png_set_expand(decoder->png);
  decoder->passes = png_set_interlace_handling(decoder->png);
  png_read_update_info(decoder->png, decoder->info);
  decoder->channels = png_get_channels(decoder->png, decoder->info);
  decoder->depth = png_get_bit_depth(decoder->png, decoder->info);
  return GINGHAM_PNG_DONE;
}

// `pixels` holds height · row_bytes bytes.
static inline gingham_png_status gingham_png_read(gingham_png_decoder *decoder, uint8_t *pixels, size_t row_bytes) {
  if (setjmp(png_jmpbuf(decoder->png))) return GINGHAM_PNG_FAILED;
  if (png_get_rowbytes(decoder->png, decoder->info) != row_bytes) png_error(decoder->png, "unexpected row size");
  for (int pass = 0; pass < decoder->passes; pass++) {
    for (uint32_t row = 0; row < decoder->height; row++) {
      png_read_row(decoder->png, pixels + row * row_bytes, NULL);
    }
  }
  png_read_end(decoder->png, decoder->info);
  png_bytep exif = NULL;
  if (png_get_eXIf_1(decoder->png, decoder->info, &decoder->exif_size, &exif)) decoder->exif = exif;
  png_textp texts = NULL;
  int count = png_get_text(decoder->png, decoder->info, &texts, NULL);
  for (int index = 0; index < count && decoder->profile == NULL; index++) {
    if (strcmp(texts[index].key, "Raw profile type exif") == 0 || strcmp(texts[index].key, "Raw profile type APP1") == 0) {
      decoder->profile = (const uint8_t *)texts[index].text;
      decoder->profile_size = texts[index].text_length;
    }
  }
  return GINGHAM_PNG_DONE;
}

static inline void gingham_png_end(gingham_png_decoder *decoder) {
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
}

// Encoding into memory.
typedef struct gingham_png_encoder {
  // Owned: release with free.
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  char message[GINGHAM_PNG_MESSAGE_SIZE];
} gingham_png_encoder;

static inline void gingham_png_append(png_structp png, png_bytep source, size_t count) {
  gingham_png_encoder *encoder = (gingham_png_encoder *)png_get_io_ptr(png);
  if (count > encoder->capacity - encoder->count) {
    size_t capacity = 2 * encoder->capacity + count + 4096;
    uint8_t *grown = (uint8_t *)realloc(encoder->bytes, capacity);
    if (grown == NULL) png_error(png, "not enough memory");
    encoder->bytes = grown;
    encoder->capacity = capacity;
  }
  memcpy(encoder->bytes + encoder->count, source, count);
  encoder->count += count;
}

static inline void gingham_png_flush(png_structp png) { (void)png; }

// `pixels` are interleaved samples of 8 bits, or of 16 in big-endian order. `texts` are `text_count` pairs of a Latin-1
// keyword and a UTF-8 text, each ended by a zero byte.
static inline gingham_png_status gingham_png_encode(
    gingham_png_encoder *encoder, uint32_t width, uint32_t height, int channels, int depth, const uint8_t *pixels,
    size_t row_bytes, int filters_rows, const char *texts, int text_count) {
  static const int colour_types[] = {
      PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  memset(encoder, 0, sizeof *encoder);
  png_structp png = png_create_write_struct(
      PNG_LIBPNG_VER_STRING, encoder->message, gingham_png_fail, gingham_png_ignore_warning);
  if (png == NULL) return GINGHAM_PNG_FAILED;
  png_infop info = png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_write_struct(&png, NULL);
    return GINGHAM_PNG_FAILED;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return GINGHAM_PNG_FAILED;
  }
  png_set_write_fn(png, encoder, gingham_png_append, gingham_png_flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Half the time of the default level for files that are a few percent larger.
  png_set_compression_level(png, 3);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, filters_rows ? PNG_ALL_FILTERS : PNG_FILTER_NONE);
  png_set_IHDR(
      png, info, width, height, depth, colour_types[channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  for (int index = 0; index < text_count; index++) {
    png_text text;
    memset(&text, 0, sizeof text);
    text.compression = PNG_ITXT_COMPRESSION_NONE;
    text.key = (png_charp)texts;
    texts += strlen(texts) + 1;
    text.text = (png_charp)texts;
    texts += strlen(texts) + 1;
    png_set_text(png, info, &text, 1);
  }
  png_write_info(png, info);
  for (uint32_t row = 0; row < height; row++) png_write_row(png, pixels + row * row_bytes);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return GINGHAM_PNG_DONE;
}

#endif
