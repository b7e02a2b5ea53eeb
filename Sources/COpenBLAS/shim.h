#ifndef GINGHAM_OPENBLAS_SHIM_H
#define GINGHAM_OPENBLAS_SHIM_H

#include <cblas.h>

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
