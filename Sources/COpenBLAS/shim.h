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

/* LAPACK, which OpenBLAS carries: its headers are another package's. */

/* Singular values (and vectors) by divide and conquer. */
void dgesdd_(
    const char *job, const int *rows, const int *columns, double *matrix, const int *stride, double *singular,
    double *left, const int *left_stride, double *right, const int *right_stride, double *work, const int *work_count,
    int *integer_work, int *info);

/* A = LQ. */
void dgelqf_(
    const int *rows, const int *columns, double *matrix, const int *stride, double *scalars, double *work,
    const int *work_count, int *info);

#endif
