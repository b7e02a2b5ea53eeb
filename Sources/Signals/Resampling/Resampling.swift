import GinghamTensors

/// How pictures are brought to another size, with the conventions of the Python Imaging Library: pixels are squares,
/// and where a picture shrinks the kernel widens with it, so that nothing aliases.
public enum ResamplingKernel: String, Hashable, Sendable, CaseIterable {
  /// The pixel under the centre of the new one; aliases.
  case nearest
  /// A triangle two pixels wide.
  case bilinear
  /// Keys' cubic with a = −½, four pixels wide (Keys 1981); overshoots at edges.
  case bicubic

  /// Half the kernel's width in source pixels where nothing shrinks.
  var support: Double {
    switch self {
    case .nearest: 0.5
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest: return x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - x)
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

extension AxisMap {
  /// The resampling of one axis. Weights at the border are cut off and renormalised.
  ///
  /// - Parameter part: the outputs that are wanted; all of them without it.
  public static func resampling(
    from input: Int, to output: Int, kernel: ResamplingKernel, part: Range<Int>? = nil
  ) -> AxisMap {
    precondition(input > 0 && output > 0, "an axis of \(input) elements cannot be resampled to \(output)")
    let scale = Double(input) / Double(output)
    let part = part ?? 0..<output
    if kernel == .nearest {
      // Summed step by step as the Python Imaging Library does, so that ties fall on the same side.
      var centre = scale / 2
      for _ in 0..<part.lowerBound { centre += scale }
      return AxisMap(
        input: input,
        runs: part.map { _ in
          defer { centre += scale }
          return (min(Int(centre), input - 1), [1])
        })
    }
    let stretch = max(scale, 1)
    let support = kernel.support * stretch
    return AxisMap(
      input: input,
      runs: part.map { index in
        let centre = (Double(index) + 0.5) * scale
        let first = max(0, Int(centre - support + 0.5))
        let last = min(input, Int(centre + support + 0.5))
        let weights = (first..<last).map { kernel.weight(at: (Double($0) - centre + 0.5) / stretch) }
        let sum = weights.reduce(0, +)
        return (first, weights.map { Float($0 / sum) })
      })
  }
}

extension SeparableMap {
  /// A map of rows and a map of columns, made into one.
  public static func resampling(
    from input: (height: Int, width: Int), to output: (height: Int, width: Int), kernel: ResamplingKernel
  ) -> SeparableMap {
    SeparableMap(
      vertical: .resampling(from: input.height, to: output.height, kernel: kernel),
      horizontal: .resampling(from: input.width, to: output.width, kernel: kernel))
  }
}

extension Tensor {
  /// Maps …×H×W brought to `height`×`width`. Bicubic results may leave the range of the input.
  public func resized(height: Int, width: Int, kernel: ResamplingKernel = .bilinear) -> Tensor {
    SeparableMap.resampling(
      from: (shape[shape.rank - 2], shape[shape.rank - 1]), to: (height, width), kernel: kernel)(self)
  }

  /// The middle `height`×`width` of maps …×H×W, cut or zero-padded as torchvision's `center_crop` does: half pixels
  /// round to even where it cuts, and the odd pixel of padding goes behind.
  public func centreCropped(height: Int, width: Int) -> Tensor {
    SeparableMap(
      vertical: .centreCrop(of: shape[shape.rank - 2], to: height),
      horizontal: .centreCrop(of: shape[shape.rank - 1], to: width))(self)
  }

  /// Maps …×H×W as a network wants them: the shorter side scaled to `shorterSide` and the middle cut out, or, without
  /// it, both sides stretched. The longer side is rounded down, as torchvision's `Resize` does.
  public func fitted(height: Int, width: Int, shorterSide: Int?, kernel: ResamplingKernel) -> Tensor {
    guard let shorterSide else { return resized(height: height, width: width, kernel: kernel) }
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let longer = Int(Double(shorterSide) * Double(max(rows, columns)) / Double(min(rows, columns)))
    let portrait = columns <= rows
    return SeparableMap(
      vertical: .fitted(from: rows, to: portrait ? longer : shorterSide, cutTo: height, kernel: kernel),
      horizontal: .fitted(from: columns, to: portrait ? shorterSide : longer, cutTo: width, kernel: kernel))(self)
  }
}

extension AxisMap {
  fileprivate static func centreCrop(of input: Int, to output: Int) -> AxisMap {
    .window(of: input, offset: centreOffset(of: input, to: output), size: output)
  }

  /// Where the middle `output` of `input` elements begins; negative where they are padded.
  private static func centreOffset(of input: Int, to output: Int) -> Int {
    let excess = input - output
    return excess >= 0 ? Int((Double(excess) / 2).rounded(.toNearestOrEven)) : -(-excess / 2)
  }

  /// A resampling and a crop or padding of its middle. Only what stays is computed: the longer side of a thin picture may
  /// become millions of pixels before it is cut.
  fileprivate static func fitted(
    from input: Int, to output: Int, cutTo size: Int, kernel: ResamplingKernel
  ) -> AxisMap {
    let offset = centreOffset(of: output, to: size)
    let part = max(offset, 0)..<min(offset + size, output)
    let resampled = AxisMap.resampling(from: input, to: output, kernel: kernel, part: part)
    return part.count == size
      ? resampled : AxisMap.window(of: part.count, offset: offset - part.lowerBound, size: size).following(resampled)
  }
}
