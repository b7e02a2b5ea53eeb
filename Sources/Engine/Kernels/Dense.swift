import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Rows times a constant matrix, with a bias, a residual sum and an activation in one pass over the result.
///
/// Many rows are a product in oneDNN, with the matrix in the layouts that its kernels like, once for each direction;
/// few rows read the matrix as it stands.
final class DenseOperator: Operator {
  private let unit: Unit
  private let input: ValueID
  private let matrix: ValueID
  private let bias: ValueID?
  private let activation: ActivationFunction?
  private let rows: Int
  private let inner: Int
  private let columns: Int
  /// Whether the matrix is stored as (columns, inner).
  private let isTransposed: Bool
  private let alpha: Float
  private let beta: Float
  private var backwardWeights: KeptWeights?
  private var fewRows: MatrixRows?

  private static let fewRows = 4
  private var isFew: Bool { rows <= Self.fewRows }

  /// `nil` for few rows.
  private var product: PrimitiveDescription?

  var kernel: String { product?.implementation ?? "matrix rows" }

  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    let node = unit.lead
    guard let input = node.inputs[0], let matrix = node.inputs[1], plan.network.constants[input] == nil,
      let tensor = plan.network.constants[matrix]?.tensor, tensor.shape.rank == 2
    else { return nil }
    let shape = try plan.shape(input)
    var bias = unit.bias
    switch node.operation {
    case .generalMatrixMultiply(let product):
      guard shape.rank >= 2, !product.transposesA else { return nil }
      (isTransposed, alpha, beta) = (product.transposesB, product.alpha, product.beta)
      if node.inputs.count > 2, let own = node.inputs[2] {
        guard bias == nil else { return nil }
        bias = own
      }
    case .matrixMultiply:
      guard shape.rank >= 2 else { return nil }
      (isTransposed, alpha, beta) = (false, 1, 1)
    default: return nil
    }
    self.unit = unit
    self.input = input
    self.matrix = matrix
    activation = unit.activation.flatMap(ActivationFunction.init)
    inner = shape[shape.rank - 1]
    rows = shape.elementCount / max(inner, 1)
    columns = isTransposed ? tensor.shape[0] : tensor.shape[1]
    guard inner > 0, columns > 0, rows > 0 else { return nil }
    if let bias {
      guard let constant = plan.network.constants[bias]?.tensor, constant.count == columns,
        constant.shape.dimensions.last == columns
      else { return nil }
    }
    if let scale = unit.scale {
      guard let constant = plan.network.constants[scale]?.tensor, constant.count == columns else { return nil }
    }
    self.bias = bias
    // A few rows keep the matrix as it is, and have no place for what is fused.
    if isFew {
      if unit.scale != nil || unit.residual != nil || unit.activation != nil { return nil }
    } else {
      var operations: [PostOperation] = []
      if unit.residual != nil { operations.append(.binary(dnnl_binary_add, try descriptor(columns))) }
      if let activation { operations.append(activation.postOperation) }
      product = try forward(plan).describe(plan.library, hasBias: bias != nil, fusing: operations)
    }
  }

  private func forward(_ plan: PlanBuilder) -> MatrixProduct {
    MatrixProduct(rows: rows, inner: inner, columns: columns, format: plan.format)
  }

  private func backward(_ plan: PlanBuilder) -> MatrixProduct {
    MatrixProduct(rows: rows, inner: columns, columns: inner, format: plan.format)
  }

  // MARK: Forward

  func layForward(_ plan: PlanBuilder) throws {
    guard let description = product else { return try layFewRows(try plan.activation(input, .plain), plan) }
    let source = try plan.operand(input, .plain, plan.format)
    let residual = try unit.residual.map { try plan.activation($0, .plain) }
    let weights = try plan.takeTensor(matrix)
    defer { weights.letGo() }
    let scaled = try scaled(weights, plan)
    let rowsByColumns = try descriptor(columns)
    let product = forward(plan)
    let kept = try product.keep(scaled, isTransposed: isTransposed, for: description, plan)
    if plan.isDifferentiated(input), plan.isDifferentiated(unit.output) {
      let back = backward(plan)
      backwardWeights = try back.keep(
        scaled, isTransposed: !isTransposed, for: try back.describe(plan.library, hasBias: false), plan)
    }
    let target = try plan.define(unit.output, .plain)
    var operands: [(role: Int32, descriptor: MemoryDescription, at: Location)] = [
      (DNNL_ARG_SRC, try product.source(), source), (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
      (DNNL_ARG_DST, rowsByColumns, target.location),
    ]
    if let bias {
      operands.append((DNNL_ARG_BIAS, try product.biasDescriptor(), try scaledBias(bias, plan)))
    }
    if let residual { operands.append((fusedOperand(0), rowsByColumns, residual.location)) }
    try plan.emit(description, operands)
    if let activation { plan.emitMask(unit.output, activation, at: target) }
  }

  private func descriptor(
    _ columns: Int, _ type: dnnl_data_type_t = dnnl_f32
  ) throws -> MemoryDescription {
    try .strided([rows, columns], strides: [columns, 1], type)
  }

  private func layFewRows(_ source: Placement, _ plan: PlanBuilder) throws {
    let product = try plan.matrixRows(matrix, rows: rows, alpha: alpha)
    fewRows = product
    let target = try plan.define(unit.output, .plain)
    if isTransposed {
      product.emitDots(source.location, to: target.location, matrixRows: columns, length: inner, plan)
    } else {
      product.emitSum(source.location, to: target.location, matrixRows: inner, length: columns, plan)
    }
    guard let offset = try bias.map(plan.constant) else { return }
    let (rows, columns, beta) = (rows, columns, beta)
    plan.emit([offset, target.location]) { addresses in
      let (added, result) = (addresses.floats(offset), addresses.floats(target.location))
      return {
        for row in 0..<rows {
          for column in 0..<columns { result[row * columns + column] += beta * added[column] }
        }
      }
    }
  }

  /// The matrix times α and what the columns are multiplied by afterwards.
  private func scaled(_ weights: Tensor, _ plan: PlanBuilder) throws -> Tensor {
    guard alpha != 1 || unit.scale != nil else { return weights }
    let factors = try columnFactors(plan)
    let (isTransposed, columns, inner, alpha) = (isTransposed, columns, inner, alpha)
    return weights.withUnsafeBufferPointer { source in
      Tensor(weights.shape) { target in
        for index in target.indices {
          let column = isTransposed ? index / inner : index % columns
          target[index] = source[index] * (alpha * factors[column])
        }
      }
    }
  }

  private func scaledBias(_ bias: ValueID, _ plan: PlanBuilder) throws -> Location {
    guard beta != 1 || unit.scale != nil, let tensor = plan.network.constants[bias]?.tensor else {
      return try plan.constant(bias)
    }
    let block = MemoryBlock(byteCount: columns * MemoryLayout<Float>.stride)
    let target = block.base.bindMemory(to: Float.self, capacity: columns)
    for (index, factor) in zip(0..<columns, try columnFactors(plan)) {
      target[index] = beta * tensor.scalars[index] * factor
    }
    return plan.keep(block)
  }

  private func columnFactors(_ plan: PlanBuilder) throws -> [Float] {
    guard let scale = unit.scale else { return Array(repeating: 1, count: columns) }
    guard let tensor = plan.network.constants[scale]?.tensor else { throw missingHandle("scale") }
    return tensor.scalars
  }

  // MARK: Backward

  func layBackward(_ plan: PlanBuilder) throws {
    let sent =
      if let activation {
        try plan.gradient(before: activation, unit.output)
      } else {
        try plan.gradient(unit.output, .plain)
      }
    guard let sent else { return }
    // Held while it is read, so that no contribution is added in place to the memory it comes from.
    plan.hold(sent)
    defer { plan.drop(sent) }
    if let residual = unit.residual { try plan.passOn(sent, to: residual) }
    if let product = fewRows {
      return try plan.contribute(to: input, .plain) { target in
        let location = target.placement.location
        if isTransposed {
          product.emitSum(sent.location, to: location, matrixRows: columns, length: inner, plan)
        } else {
          product.emitDots(sent.location, to: location, matrixRows: inner, length: columns, plan)
        }
      }
    }
    guard let kept = backwardWeights else { return }
    let product = backward(plan)
    let factor = try plan.operand(sent, .plain, plan.format)
    try plan.contribute(to: input, .plain, able: [.accumulate, .addend, .mask]) { target in
      let (operations, extra) = try target.fused { _ in
        try descriptor(inner)
      } mask: {
        try descriptor(inner, $0.isSlope ? dnnl_f32 : dnnl_u8)
      }
      let description = try product.describe(plan.library, hasBias: false, fusing: operations)
      let weights = try plan.weights(kept, for: description)
      try plan.emit(
        description,
        [
          (DNNL_ARG_SRC, try product.source(), factor),
          (DNNL_ARG_WEIGHTS, weights.descriptor, weights.location),
          (DNNL_ARG_DST, try descriptor(inner), target.placement.location),
        ] + extra)
    }
  }
}

/// Rows × inner times inner × columns, in oneDNN.
private struct MatrixProduct {
  let rows: Int
  let inner: Int
  let columns: Int
  /// What is read.
  let format: OperandFormat

  func source() throws -> MemoryDescription {
    try .strided([rows, inner], strides: [inner, 1], format.type)
  }

  func biasDescriptor() throws -> MemoryDescription { try .strided([1, columns], strides: [columns, 1]) }

  func describe(
    _ library: OneDNN, hasBias: Bool, fusing operations: [PostOperation] = []
  ) throws -> PrimitiveDescription {
    let description = try PrimitiveDescription.product(
      of: try source(), and: try .open([inner, columns], format.type), bias: hasBias ? try biasDescriptor() : nil,
      to: try .strided([rows, columns], strides: [columns, 1]), fusing: operations, library)
    guard let description else {
      throw EngineError.library("oneDNN has no product of \(rows)×\(inner) and \(inner)×\(columns)")
    }
    return description
  }

  /// The matrix in the layout that the product wants.
  func keep(
    _ weights: Tensor, isTransposed: Bool, for description: PrimitiveDescription, _ plan: PlanBuilder
  ) throws -> KeptWeights {
    let from = try MemoryDescription.strided(
      [inner, columns], strides: isTransposed ? [1, inner] : [columns, 1])
    return try plan.keepWeights(format.weights(weights), seenAs: from, for: description)
  }
}
