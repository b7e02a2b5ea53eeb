import GinghamNetworks
import GinghamTensors
import Testing

/// Linear operators send cotangents back by their adjoint: ⟨A·v, u⟩ = ⟨v, Aᵀ·u⟩, over many geometries.
@Suite struct AdjointTests {
  private func check(
    _ operation: Operation, _ shapes: [Shape], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var numbers = Numbers(seed: 11)
    let node = try SingleNode<Double>(operation, shapes, wanted: [0])
    let inputs = shapes.map { numbers.uniform($0) }
    let cotangent = numbers.uniform(node.plan.targetShapes[0])
    let output = try node.value(inputs)[0]
    let gradient = try node.plan.gradients(for: [cotangent])[0]
    let (left, right) = (inner(output, cotangent), inner(inputs[0], gradient))
    #expect(
      abs(left - right) <= 1e-10 * (1 + abs(left)), "\(operation) of \(shapes): \(left) and \(right)",
      sourceLocation: sourceLocation)
  }

  @Test func convolutionsOfEveryGeometry() throws {
    for kernel in 1...3 {
      for stride in 1...3 {
        for dilation in 1...2 {
          for (before, after) in [(0, 0), (1, 0), (1, 2), (3, 3)] {
            let window = Window(
              kernel: [kernel, 2], strides: [stride, 2], dilations: [1, dilation],
              padding: .explicit(before: [before, after], after: [after, before]))
            for groups in [1, 2] {
              try check(
                .convolution(Convolution(window, groups: groups)), [[2, 4, 7, 6], [6, 4 / groups, kernel, 2]])
              guard before < 3 else { continue }
              try check(
                .transposedConvolution(TransposedConvolution(window, groups: groups)),
                [[2, 4, 5, 6], [4, 6 / groups, kernel, 2]])
            }
            guard before < kernel, after < kernel, before < 2, after < 2 else { continue }
            for counts in [true, false] {
              try check(.averagePool(AveragePool(window, countsPadding: counts)), [[2, 2, 8, 7]])
            }
          }
        }
      }
    }
  }

  @Test func convolutionsAlongOneAndThreeAxes() throws {
    for stride in 1...2 {
      try check(
        .convolution(Convolution(Window(kernel: [3], strides: [stride]))), [[2, 2, 9], [3, 2, 3]])
      let window = Window(
        kernel: [2, 3, 1], strides: [stride, 1, 2], padding: .explicit(before: [0, 1, 0], after: [1, 1, 0]))
      try check(.convolution(Convolution(window)), [[1, 2, 4, 3, 5], [2, 2, 2, 3, 1]])
      try check(.transposedConvolution(TransposedConvolution(window)), [[1, 2, 3, 3, 2], [2, 3, 2, 3, 1]])
    }
  }

  @Test func interpolationsAndMovements() throws {
    for mode in [Resize.Mode.nearest, .linear, .cubic] {
      for (height, width) in [(3, 8), (11, 2), (5, 5), (1, 7)] {
        for coordinates in [Resize.Coordinates.halfPixel, .alignCorners, .asymmetric] {
          try check(
            .resize(Resize(mode: mode, coordinates: coordinates, sizes: [2, 1, height, width])), [[2, 1, 5, 4]])
        }
      }
    }
    for mode in [Pad.Mode.constant, .reflect, .edge, .wrap] {
      for (before, after) in [(0, 3), (2, 2), (-1, 2), (-2, -1)] {
        try check(.pad(Pad(mode: mode, before: [0, 0, before, 1], after: [0, 0, after, -1])), [[2, 2, 5, 4]])
      }
    }
    for order in [DepthOrder.depthFirst, .columnFirst] {
      try check(.depthToSpace(blockSize: 3, order: order), [[2, 18, 2, 3]])
    }
  }

  @Test func convolutionEqualsItsDefinition() throws {
    var numbers = Numbers(seed: 3)
    for (stride, dilation, padding) in [(1, 1, 0), (2, 1, 1), (1, 2, 2), (3, 2, 1)] {
      let window = Window(3, stride: stride, padding: padding, dilation: dilation)
      let axes = try window.axes(input: [8, 7])
      let node = try SingleNode<Double>(.convolution(Convolution(window)), [[1, 2, 8, 7], [1, 2, 3, 3]])
      let (x, weight) = (numbers.uniform([1, 2, 8, 7]), numbers.uniform([1, 2, 3, 3]))
      var expected: [Double] = []
      for row in 0..<axes[0].output {
        for column in 0..<axes[1].output {
          var sum = 0.0
          for (channel, tapRow, tapColumn) in (0..<18).map({ ($0 / 9, $0 / 3 % 3, $0 % 3) }) {
            let (height, width) = (
              row * stride + tapRow * dilation - padding, column * stride + tapColumn * dilation - padding
            )
            guard (0..<8).contains(height), (0..<7).contains(width) else { continue }
            sum += x[channel * 56 + height * 7 + width] * weight[channel * 9 + tapRow * 3 + tapColumn]
          }
          expected.append(sum)
        }
      }
      #expect(discrepancy(try node.value([x, weight])[0], expected) < 1e-12)
    }
  }
}
