// oneDNN's C interface, and the entry of the OpenMP runtime that it was built with (libgomp), so that loops of ours run
// on the very threads oneDNN uses: two pools that spin beside each other slow both down many times.
#ifndef GINGHAM_ONEDNN_SHIM_H
#define GINGHAM_ONEDNN_SHIM_H

#include <dnnl.h>
#include <dnnl_debug.h>

void GOMP_parallel(void (*body)(void *), void *data, unsigned thread_count, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int thread_count);

#endif
