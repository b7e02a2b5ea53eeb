#ifndef GINGHAM_OPENBLAS_SHIM_H
#define GINGHAM_OPENBLAS_SHIM_H

#include <cblas.h>
#include <stddef.h>

// LAPACK's own entry points, which OpenBLAS carries but whose C headers Debian packages elsewhere. The last argument is
// the length of the string, as Fortran passes it.

/// Least squares by QR factorization of a matrix of full rank.
void dgels_(const char *transpose, const int *rows, const int *columns, const int *right_sides, double *matrix,
            const int *matrix_stride, double *sides, const int *side_stride, double *work, const int *work_size,
            int *status, size_t transpose_length);

#endif
