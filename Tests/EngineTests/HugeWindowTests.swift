import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Windows that no net has and any file may ask for: what oneDNN cannot count with never reaches it.
@Suite struct HugeWindowTests {
  enum Kind: CaseIterable {
    case convolution, depthwise, maximum, average, transposed
  }

  /// Strides, dilations and paddings around the powers at which 8, 16, 24 and 32 bits end.
  static let numbers = [1, 3, 255, 1 << 15, 1 << 16, 1 << 24, 1 << 30, 1 << 31, 1 << 32]

  @Test(arguments: Kind.allCases) func strides(_ kind: Kind) throws {
    for channels in [16, 3] {
      for stride in Self.numbers {
        for (kernel, padding) in [(1, 0), (3, 1), (8, 0), (2, 3)] {
          try agrees(kind, Window(kernel, stride: stride, padding: padding), channels: channels)
        }
      }
    }
  }

  @Test(arguments: [Kind.convolution, .depthwise, .average]) func dilations(_ kind: Kind) throws {
    for dilation in Self.numbers {
      // Two taps, of which at most one lies on the plane; the padding makes room for them.
      try agrees(kind, Window(2, stride: max(1, dilation / 2), padding: dilation, dilation: dilation))
    }
  }

  @Test(arguments: [Kind.convolution, .depthwise]) func paddings(_ kind: Kind) throws {
    for padding in Self.numbers {
      try agrees(kind, Window(3, stride: max(1, padding), padding: padding))
      try agrees(
        kind,
        Window(
          kernel: [1, 3], strides: [1, max(1, padding)], padding: .explicit(before: [0, padding], after: [0, 0])))
    }
  }

  /// Both engines refuse, or both compute the same.
  ///
  /// - Parameter channels: few ones are laid out and differentiated in ways of their own.
  private func agrees(_ kind: Kind, _ window: Window, channels: Int = 16) throws {
    let shape: Shape = [1, channels, 8, 8]
    var chain = Chain(shape)
    switch kind {
    case .convolution: chain.convolve(channels, 16, window)
    case .depthwise: chain.convolve(channels, channels, window, groups: channels)
    case .maximum: chain.append(.maxPool(MaxPool(window)))
    case .average: chain.append(.averagePool(AveragePool(window, countsPadding: true)))
    case .transposed:
      let weight = chain.weight(Shape([channels, 16] + window.kernel))
      chain.append(.transposedConvolution(TransposedConvolution(window)), weight)
    }
    let request = PlanRequest(inputShapes: [shape], targets: [chain.last], gradients: [chain.input])
    let exact = Result { try ReferenceDifferentiator<Double>(chain.network).plan(request) }
    let fast = Result { try FastDifferentiator(network: chain.network, threads: 2).plan(request) }
    guard case .success = exact else {
      #expect(throws: (any Error).self, "\(kind), \(window)") { try fast.get() }
      return
    }
    _ = try fast.get()
    try expectAgreement(chain.network, shape, targets: [chain.last], gradients: [chain.input])
  }
}
