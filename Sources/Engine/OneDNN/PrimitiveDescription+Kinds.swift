import COneDNN

/// One function a kind of operation; each is `nil` where oneDNN has no implementation for the combination.
extension PrimitiveDescription {
  static func convolution(
    _ kind: dnnl_prop_kind_t, _ algorithm: dnnl_alg_kind_t, from source: MemoryDescription,
    weights: MemoryDescription, bias: MemoryDescription?, to destination: MemoryDescription, _ window: PrimitiveWindow,
    fusing operations: [PostOperation] = [], _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try window.pointed { window in
      try make(library, fusing: operations) {
        gingham_describe_convolution(
          $0, $1, kind, algorithm, source.handle, weights.handle, bias?.handle, destination.handle, window, $2)
      }
    }
  }

  /// The gradient at a convolution's input.
  ///
  /// - Parameter forward: the convolution, as oneDNN describes its training pass.
  static func convolutionGradient(
    at source: MemoryDescription, weights: MemoryDescription, of destination: MemoryDescription,
    _ window: PrimitiveWindow, forward: PrimitiveDescription, _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try window.pointed { window in
      try make(library) {
        gingham_describe_convolution_gradient(
          $0, $1, source.handle, weights.handle, destination.handle, window, forward.handle, $2)
      }
    }
  }

  static func pooling(
    _ kind: dnnl_prop_kind_t, _ algorithm: dnnl_alg_kind_t, from source: MemoryDescription,
    to destination: MemoryDescription, _ window: PrimitiveWindow, _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try window.pointed { window in
      try make(library) {
        gingham_describe_pooling($0, $1, kind, algorithm, source.handle, destination.handle, window, $2)
      }
    }
  }

  static func poolingGradient(
    _ algorithm: dnnl_alg_kind_t, at source: MemoryDescription, of destination: MemoryDescription,
    _ window: PrimitiveWindow, forward: PrimitiveDescription, _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try window.pointed { window in
      try make(library) {
        gingham_describe_pooling_gradient(
          $0, $1, algorithm, source.handle, destination.handle, window, forward.handle, $2)
      }
    }
  }

  /// A function of each element, where input and result lie alike.
  static func eltwise(
    _ kind: dnnl_prop_kind_t, _ algorithm: dnnl_alg_kind_t, alpha: Float, beta: Float, of data: MemoryDescription,
    _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try make(library) { gingham_describe_eltwise($0, $1, kind, algorithm, data.handle, alpha, beta, $2) }
  }

  static func eltwiseGradient(
    _ algorithm: dnnl_alg_kind_t, alpha: Float, beta: Float, of data: MemoryDescription, forward: PrimitiveDescription,
    _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try make(library) {
      gingham_describe_eltwise_gradient($0, $1, algorithm, data.handle, alpha, beta, forward.handle, $2)
    }
  }

  static func product(
    of source: MemoryDescription, and weights: MemoryDescription, bias: MemoryDescription?,
    to destination: MemoryDescription, fusing operations: [PostOperation] = [], _ library: OneDNN
  ) throws -> PrimitiveDescription? {
    try make(library, fusing: operations) {
      gingham_describe_product($0, $1, source.handle, weights.handle, bias?.handle, destination.handle, $2)
    }
  }

  /// - Throws: ``EngineError`` where one cannot become the other.
  static func reorder(
    from source: MemoryDescription, to destination: MemoryDescription, _ library: OneDNN
  ) throws -> PrimitiveDescription {
    let description = try make(library) {
      gingham_describe_reorder($0, $1, source.handle, destination.handle, $2)
    }
    guard let description else { throw missingHandle("reorder") }
    return description
  }
}
