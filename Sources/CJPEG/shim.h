// libjpeg calls back on an error and expects not to return, and Swift frames cannot be jumped over. So every call that
// may fail is made here, under a setjmp of its own, and comes back as a status and a message.
#ifndef GINGHAM_JPEG_SHIM_H
#define GINGHAM_JPEG_SHIM_H

#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A progressive file may carry any number of scans, each a pass over the whole picture.
enum { GINGHAM_JPEG_SCAN_LIMIT = 200 };

typedef struct gingham_jpeg_decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
} gingham_jpeg_decoder;

static inline void gingham_jpeg_fail(j_common_ptr info) {
  gingham_jpeg_decoder *decoder = (gingham_jpeg_decoder *)info->client_data;
  info->err->format_message(info, decoder->message);
  longjmp(decoder->escape, 1);
}

// libjpeg paints over missing data and goes on; a damaged picture must not pass for a whole one.
static inline void gingham_jpeg_warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_MUST_RESYNC:
    gingham_jpeg_fail(info);
    break;
  default:
    break;
  }
}

static inline void gingham_jpeg_silence(j_common_ptr info) { (void)info; }

static inline void gingham_jpeg_watch(j_common_ptr info) {
  gingham_jpeg_decoder *decoder = (gingham_jpeg_decoder *)info->client_data;
  if (decoder->info.input_scan_number > GINGHAM_JPEG_SCAN_LIMIT) {
    strncpy(decoder->message, "it has more scans than any real picture", JMSG_LENGTH_MAX - 1);
    longjmp(decoder->escape, 1);
  }
}

static inline gingham_jpeg_decoder *gingham_jpeg_create(void) {
  return (gingham_jpeg_decoder *)calloc(1, sizeof(gingham_jpeg_decoder));
}

// Reads the header and chooses the samples that come out: 1 grey, 3 RGB, 4 CMYK. Returns zero when all is well.
static inline int gingham_jpeg_begin(gingham_jpeg_decoder *decoder, const uint8_t *bytes, size_t size) {
  struct jpeg_decompress_struct *info = &decoder->info;
  info->err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = gingham_jpeg_fail;
  decoder->errors.emit_message = gingham_jpeg_warn;
  decoder->errors.output_message = gingham_jpeg_silence;
  info->client_data = decoder;
  if (setjmp(decoder->escape)) return 1;
  jpeg_create_decompress(info);
  decoder->progress.progress_monitor = gingham_jpeg_watch;
  info->progress = &decoder->progress;
  jpeg_mem_src(info, bytes, (unsigned long)size);
  jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(info, TRUE);
  switch (info->num_components) {
  case 1:
    info->out_color_space = JCS_GRAYSCALE;
    info->output_components = 1;
    break;
  case 3:
    info->out_color_space = JCS_RGB;
    info->output_components = 3;
    break;
  case 4:
    info->out_color_space = JCS_CMYK;
    info->output_components = 4;
    break;
  default:
    ERREXIT(info, JERR_CONVERSION_NOTIMPL);
  }
  return 0;
}

// `pixels` holds image_height · row_bytes bytes, interleaved samples of 8 bits.
static inline int gingham_jpeg_read(gingham_jpeg_decoder *decoder, uint8_t *pixels, size_t row_bytes) {
  struct jpeg_decompress_struct *info = &decoder->info;
  if (setjmp(decoder->escape)) return 1;
  jpeg_start_decompress(info);
  if ((size_t)info->output_width * (size_t)info->output_components != row_bytes) {
    ERREXIT(info, JERR_CONVERSION_NOTIMPL);
  }
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = pixels + info->output_scanline * row_bytes;
    jpeg_read_scanlines(info, &row, 1);
  }
  jpeg_finish_decompress(info);
  return 0;
}

static inline void gingham_jpeg_destroy(gingham_jpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->info);
  free(decoder);
}

#endif
