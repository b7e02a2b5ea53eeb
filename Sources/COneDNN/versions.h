// What oneDNN 2 and 3 do differently, behind one set of names. Version 2 describes memory and operations in structs that
// the caller holds; version 3 hands out memory descriptions and makes a primitive's description from them at once.
#ifndef GINGHAM_ONEDNN_VERSIONS_H
#define GINGHAM_ONEDNN_VERSIONS_H

#include <dnnl.h>
#include <dnnl_version.h>
#include <stdlib.h>

// A description of memory, made by the functions below and freed by gingham_memory_free.
typedef struct gingham_memory *gingham_memory_t;

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t gingham_seen_memory_t;
#else
typedef const dnnl_memory_desc_t *gingham_seen_memory_t;
#endif

// As the library's own functions want to see it.
static inline gingham_seen_memory_t gingham_seen(gingham_memory_t memory) {
  return (gingham_seen_memory_t)(const void *)memory;
}

// How a window moves over a plane: an entry for each axis. Dilations count the elements that are passed over.
typedef struct gingham_window {
  const dnnl_dim_t *kernel;
  const dnnl_dim_t *strides;
  const dnnl_dim_t *dilations;
  const dnnl_dim_t *before;
  const dnnl_dim_t *after;
} gingham_window;

#if DNNL_VERSION_MAJOR >= 3

static inline dnnl_status_t gingham_memory_with_strides(
    gingham_memory_t *memory, int rank, const dnnl_dim_t *extents, dnnl_data_type_t type, const dnnl_dim_t *strides) {
  return dnnl_memory_desc_create_with_strides((dnnl_memory_desc_t *)(void *)memory, rank, extents, type, strides);
}

static inline dnnl_status_t gingham_memory_with_tag(
    gingham_memory_t *memory, int rank, const dnnl_dim_t *extents, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  return dnnl_memory_desc_create_with_tag((dnnl_memory_desc_t *)(void *)memory, rank, extents, type, tag);
}

static inline dnnl_status_t gingham_memory_permuted(
    gingham_memory_t *memory, gingham_memory_t source, const int *places) {
  return dnnl_memory_desc_permute_axes((dnnl_memory_desc_t *)(void *)memory, gingham_seen(source), places);
}

static inline dnnl_status_t gingham_memory_copy(gingham_memory_t *memory, gingham_seen_memory_t source) {
  return dnnl_memory_desc_clone((dnnl_memory_desc_t *)(void *)memory, source);
}

static inline void gingham_memory_free(gingham_memory_t memory) {
  dnnl_memory_desc_destroy((dnnl_memory_desc_t)(void *)memory);
}

static inline dnnl_status_t gingham_append_sum(dnnl_post_ops_t list) {
  return dnnl_post_ops_append_sum(list, 1, 0, dnnl_data_type_undef);
}

static inline dnnl_status_t gingham_append_eltwise(
    dnnl_post_ops_t list, dnnl_alg_kind_t algorithm, float alpha, float beta) {
  return dnnl_post_ops_append_eltwise(list, algorithm, alpha, beta);
}

static inline dnnl_status_t gingham_describe_convolution(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    gingham_memory_t source, gingham_memory_t weights, gingham_memory_t bias, gingham_memory_t destination,
    gingham_window window, const_dnnl_primitive_attr_t attributes) {
  return dnnl_convolution_forward_primitive_desc_create(
      description, engine, kind, algorithm, gingham_seen(source), gingham_seen(weights), gingham_seen(bias),
      gingham_seen(destination), window.strides, window.dilations, window.before, window.after, attributes);
}

static inline dnnl_status_t gingham_describe_convolution_gradient(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, gingham_memory_t source, gingham_memory_t weights,
    gingham_memory_t destination, gingham_window window, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attributes) {
  return dnnl_convolution_backward_data_primitive_desc_create(
      description, engine, dnnl_convolution_direct, gingham_seen(source), gingham_seen(weights),
      gingham_seen(destination), window.strides, window.dilations, window.before, window.after, forward, attributes);
}

static inline dnnl_status_t gingham_describe_pooling(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    gingham_memory_t source, gingham_memory_t destination, gingham_window window,
    const_dnnl_primitive_attr_t attributes) {
  return dnnl_pooling_forward_primitive_desc_create(
      description, engine, kind, algorithm, gingham_seen(source), gingham_seen(destination), window.strides,
      window.kernel, window.dilations, window.before, window.after, attributes);
}

static inline dnnl_status_t gingham_describe_pooling_gradient(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_alg_kind_t algorithm, gingham_memory_t source,
    gingham_memory_t destination, gingham_window window, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attributes) {
  return dnnl_pooling_backward_primitive_desc_create(
      description, engine, algorithm, gingham_seen(source), gingham_seen(destination), window.strides, window.kernel,
      window.dilations, window.before, window.after, forward, attributes);
}

static inline dnnl_status_t gingham_describe_eltwise(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    gingham_memory_t data, float alpha, float beta, const_dnnl_primitive_attr_t attributes) {
  return dnnl_eltwise_forward_primitive_desc_create(
      description, engine, kind, algorithm, gingham_seen(data), gingham_seen(data), alpha, beta, attributes);
}

static inline dnnl_status_t gingham_describe_eltwise_gradient(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_alg_kind_t algorithm, gingham_memory_t data,
    float alpha, float beta, const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attributes) {
  return dnnl_eltwise_backward_primitive_desc_create(
      description, engine, algorithm, gingham_seen(data), gingham_seen(data), gingham_seen(data), alpha, beta, forward,
      attributes);
}

static inline dnnl_status_t gingham_describe_product(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, gingham_memory_t source, gingham_memory_t weights,
    gingham_memory_t bias, gingham_memory_t destination, const_dnnl_primitive_attr_t attributes) {
  return dnnl_matmul_primitive_desc_create(
      description, engine, gingham_seen(source), gingham_seen(weights), gingham_seen(bias), gingham_seen(destination),
      attributes);
}

#else  // version 2

static inline dnnl_status_t gingham_memory_made(
    gingham_memory_t *memory, dnnl_memory_desc_t *made, dnnl_status_t status) {
  if (status != dnnl_success) {
    free(made);
    made = NULL;
  }
  *memory = (gingham_memory_t)(void *)made;
  return status;
}

static inline dnnl_status_t gingham_memory_with_strides(
    gingham_memory_t *memory, int rank, const dnnl_dim_t *extents, dnnl_data_type_t type, const dnnl_dim_t *strides) {
  dnnl_memory_desc_t *made = malloc(sizeof *made);
  if (made == NULL) return dnnl_out_of_memory;
  return gingham_memory_made(memory, made, dnnl_memory_desc_init_by_strides(made, rank, extents, type, strides));
}

static inline dnnl_status_t gingham_memory_with_tag(
    gingham_memory_t *memory, int rank, const dnnl_dim_t *extents, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t *made = malloc(sizeof *made);
  if (made == NULL) return dnnl_out_of_memory;
  return gingham_memory_made(memory, made, dnnl_memory_desc_init_by_tag(made, rank, extents, type, tag));
}

static inline dnnl_status_t gingham_memory_permuted(
    gingham_memory_t *memory, gingham_memory_t source, const int *places) {
  dnnl_memory_desc_t *made = malloc(sizeof *made);
  if (made == NULL) return dnnl_out_of_memory;
  return gingham_memory_made(memory, made, dnnl_memory_desc_permute_axes(made, gingham_seen(source), places));
}

static inline dnnl_status_t gingham_memory_copy(gingham_memory_t *memory, gingham_seen_memory_t source) {
  dnnl_memory_desc_t *made = malloc(sizeof *made);
  if (made == NULL) return dnnl_out_of_memory;
  *made = *source;
  return gingham_memory_made(memory, made, dnnl_success);
}

static inline void gingham_memory_free(gingham_memory_t memory) { free(memory); }

static inline dnnl_status_t gingham_append_sum(dnnl_post_ops_t list) { return dnnl_post_ops_append_sum(list, 1); }

static inline dnnl_status_t gingham_append_eltwise(
    dnnl_post_ops_t list, dnnl_alg_kind_t algorithm, float alpha, float beta) {
  return dnnl_post_ops_append_eltwise(list, 1, algorithm, alpha, beta);
}

static inline dnnl_status_t gingham_describe_convolution(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    gingham_memory_t source, gingham_memory_t weights, gingham_memory_t bias, gingham_memory_t destination,
    gingham_window window, const_dnnl_primitive_attr_t attributes) {
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
      &operation, kind, algorithm, gingham_seen(source), gingham_seen(weights), gingham_seen(bias),
      gingham_seen(destination), window.strides, window.dilations, window.before, window.after);
  return status != dnnl_success ? status : dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t gingham_describe_convolution_gradient(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, gingham_memory_t source, gingham_memory_t weights,
    gingham_memory_t destination, gingham_window window, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attributes) {
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
      &operation, dnnl_convolution_direct, gingham_seen(source), gingham_seen(weights), gingham_seen(destination),
      window.strides, window.dilations, window.before, window.after);
  return status != dnnl_success ? status
                                : dnnl_primitive_desc_create(description, &operation, attributes, engine, forward);
}

static inline dnnl_status_t gingham_describe_pooling(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    gingham_memory_t source, gingham_memory_t destination, gingham_window window,
    const_dnnl_primitive_attr_t attributes) {
  dnnl_pooling_v2_desc_t operation;
  dnnl_status_t status = dnnl_pooling_v2_forward_desc_init(
      &operation, kind, algorithm, gingham_seen(source), gingham_seen(destination), window.strides, window.kernel,
      window.dilations, window.before, window.after);
  return status != dnnl_success ? status : dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t gingham_describe_pooling_gradient(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_alg_kind_t algorithm, gingham_memory_t source,
    gingham_memory_t destination, gingham_window window, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attributes) {
  dnnl_pooling_v2_desc_t operation;
  dnnl_status_t status = dnnl_pooling_v2_backward_desc_init(
      &operation, algorithm, gingham_seen(source), gingham_seen(destination), window.strides, window.kernel,
      window.dilations, window.before, window.after);
  return status != dnnl_success ? status
                                : dnnl_primitive_desc_create(description, &operation, attributes, engine, forward);
}

static inline dnnl_status_t gingham_describe_eltwise(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    gingham_memory_t data, float alpha, float beta, const_dnnl_primitive_attr_t attributes) {
  dnnl_eltwise_desc_t operation;
  dnnl_status_t status =
      dnnl_eltwise_forward_desc_init(&operation, kind, algorithm, gingham_seen(data), alpha, beta);
  return status != dnnl_success ? status : dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t gingham_describe_eltwise_gradient(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, dnnl_alg_kind_t algorithm, gingham_memory_t data,
    float alpha, float beta, const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attributes) {
  dnnl_eltwise_desc_t operation;
  dnnl_status_t status = dnnl_eltwise_backward_desc_init(
      &operation, algorithm, gingham_seen(data), gingham_seen(data), alpha, beta);
  return status != dnnl_success ? status
                                : dnnl_primitive_desc_create(description, &operation, attributes, engine, forward);
}

static inline dnnl_status_t gingham_describe_product(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, gingham_memory_t source, gingham_memory_t weights,
    gingham_memory_t bias, gingham_memory_t destination, const_dnnl_primitive_attr_t attributes) {
  dnnl_matmul_desc_t operation;
  dnnl_status_t status = dnnl_matmul_desc_init(
      &operation, gingham_seen(source), gingham_seen(weights), gingham_seen(bias), gingham_seen(destination));
  return status != dnnl_success ? status : dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL);
}

#endif

// The same in both, with descriptions of memory as they are made here.

static inline size_t gingham_memory_size(gingham_memory_t memory) {
  return dnnl_memory_desc_get_size(gingham_seen(memory));
}

static inline int gingham_memory_equal(gingham_memory_t first, gingham_memory_t second) {
  return dnnl_memory_desc_equal(gingham_seen(first), gingham_seen(second));
}

static inline dnnl_status_t gingham_append_binary(
    dnnl_post_ops_t list, dnnl_alg_kind_t algorithm, gingham_memory_t operand) {
  return dnnl_post_ops_append_binary(list, algorithm, gingham_seen(operand));
}

static inline dnnl_status_t gingham_describe_reorder(
    dnnl_primitive_desc_t *description, dnnl_engine_t engine, gingham_memory_t source, gingham_memory_t destination,
    const_dnnl_primitive_attr_t attributes) {
  return dnnl_reorder_primitive_desc_create(
      description, gingham_seen(source), engine, gingham_seen(destination), engine, attributes);
}

static inline dnnl_status_t gingham_memory_place(
    dnnl_memory_t *place, gingham_memory_t memory, dnnl_engine_t engine, void *base) {
  return dnnl_memory_create(place, gingham_seen(memory), engine, base);
}

// What a primitive wants to read or write, as a description of its own; NULL where it wants nothing.
static inline dnnl_status_t gingham_memory_wanted(
    gingham_memory_t *memory, const_dnnl_primitive_desc_t description, dnnl_query_t query, int index) {
  gingham_seen_memory_t wanted = dnnl_primitive_desc_query_md(description, query, index);
  *memory = NULL;
  return wanted == NULL ? dnnl_success : gingham_memory_copy(memory, wanted);
}

#endif
