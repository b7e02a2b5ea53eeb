// oneDNN's C interface, and the entry of the OpenMP runtime that it was built with (libgomp), so that loops of ours run
// on the very threads oneDNN uses: two pools that spin beside each other slow both down many times.
#ifndef GINGHAM_ONEDNN_SHIM_H
#define GINGHAM_ONEDNN_SHIM_H

#include <dnnl.h>
#include <dnnl_debug.h>

#include "versions.h"

void GOMP_parallel(void (*body)(void *), void *data, unsigned thread_count, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int thread_count);

// How the calling thread's vector units treat subnormal numbers, as bits of its control register.
#if defined(__x86_64__)
#include <immintrin.h>
static inline unsigned gingham_float_mode(void) { return _mm_getcsr(); }
static inline void gingham_set_float_mode(unsigned mode) { _mm_setcsr(mode); }
// Subnormal results and operands count as zero.
static inline unsigned gingham_without_subnormals(unsigned mode) {
  return mode | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON;
}
#else
static inline unsigned gingham_float_mode(void) { return 0; }
static inline void gingham_set_float_mode(unsigned mode) { (void)mode; }
static inline unsigned gingham_without_subnormals(unsigned mode) { return mode; }
#endif

#endif
