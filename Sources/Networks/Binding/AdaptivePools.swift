import GinghamTensors

extension Node {
  /// What an adaptive average pool is at the extents of its input; `nil` for every other node.
  ///
  /// Output o of m is the mean of inputs ⌊o·n/m⌋ ..< ⌈(o + 1)·n/m⌉ along each axis, as PyTorch's `AdaptiveAvgPool2d` has
  /// it. These windows differ in size unless m divides n: the layer is nothing where n = m, a pool where m divides n, else
  /// a product with one matrix an axis.
  ///
  /// - Throws: ``ShapeError``.
  func adaptivePool(
    input x: Shape, makeValue: (String) -> ValueID, makeConstant: (String, Tensor) -> ValueID
  ) throws -> [Node]? {
    guard case .averagePool(let pool) = operation, let size = pool.adaptiveSize else { return nil }
    guard x.rank == 4, size.count == 2 else { throw ShapeError.wrongRank(expected: 4, found: x.rank) }
    guard size.allSatisfy({ (1...4096).contains($0) }), x.spatial.allSatisfy({ (1...(1 << 16)).contains($0) }) else {
      throw ShapeError.badAttribute("a pool from \(x) to \(Shape(size))")
    }
    var node = self
    if x.spatial == size {
      node.operation = .identity
      return [node]
    }
    if zip(x.spatial, size).allSatisfy({ $0.isMultiple(of: $1) }) {
      let window = zip(x.spatial, size).map { $0 / $1 }
      node.operation = .averagePool(AveragePool(Window(kernel: window, strides: window), countsPadding: true))
      return [node]
    }
    let rows = makeConstant("\(name).rows.matrix", Self.poolingMatrix(from: x[2], to: size[0]))
    let columns = makeConstant("\(name).columns.matrix", Self.poolingMatrix(from: x[3], to: size[1], transposed: true))
    let pooled = makeValue("\(name).rows")
    return [
      Node(name: "\(name).rows", operation: .matrixMultiply, inputs: [rows] + inputs, outputs: [pooled]),
      Node(name: name, operation: .matrixMultiply, inputs: [pooled, columns], outputs: outputs),
    ]
  }

  /// Means over an axis of `input` elements as a matrix of `output` rows, or its transpose.
  private static func poolingMatrix(from input: Int, to output: Int, transposed: Bool = false) -> Tensor {
    var matrix = Tensor(transposed ? [input, output] : [output, input])
    for row in 0..<output {
      let window = (row * input / output)..<(((row + 1) * input + output - 1) / output)
      for column in window {
        let weight = 1 / Float(window.count)
        if transposed { matrix[column, row] = weight } else { matrix[row, column] = weight }
      }
    }
    return matrix
  }
}

extension Network {
  /// The network with its adaptive pools written as what they are at given shapes, for formats that know no others.
  ///
  /// - Throws: ``ShapeError``.
  public func replacingAdaptivePools(at shapes: [ValueID: Shape]) throws -> Network {
    var result = self
    result.nodes = []
    for node in nodes {
      var grown = result
      let parts = try node.adaptivePool(
        input: (node.inputs.first ?? nil).flatMap { shapes[$0] } ?? [], makeValue: { grown.makeValue(named: $0) },
        makeConstant: { grown.addConstant($0, .float($1)) })
      grown.nodes += parts ?? [node]
      result = grown
    }
    return result
  }
}
