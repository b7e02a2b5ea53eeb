import GinghamNetworks

extension OperatorTable {
  static let convolutions: [String: OperatorTranslator] = [
    "Conv": { node in
      try node.requireInputs(2...3)
      let window = try node.window(weight: 1, padsAreForced: false)
      try node.emit(.convolution(Convolution(window, groups: node.groups())))
    },
    "ConvTranspose": { node in
      try node.requireInputs(2...3)
      let outputSize = try node.spatial(node.attributes.ints("output_shape", in: NodeTranslation.extents))
      let window = try node.window(weight: 1, padsAreForced: outputSize != nil)
      try node.emit(
        .transposedConvolution(
          TransposedConvolution(
            window, groups: node.groups(),
            outputPadding: node.attributes.ints("output_padding", in: 0...(1 << 24)), outputSize: outputSize)))
    },
  ]
}

extension NodeTranslation {
  static let extents = 1...(1 << 24)
  static let largestExtent = 1 << 40

  fileprivate func groups() throws -> Int {
    try attributes.int("group", in: Self.extents) ?? 1
  }

  /// Some writers put batch and channel in front of the spatial extents.
  fileprivate func spatial(_ outputShape: [Int]?) throws -> [Int]? {
    guard let outputShape,
      let rank = try axisCount(ofInput: 1) ?? attributes.ints("kernel_shape").map({ $0.count + 2 }),
      outputShape.count == rank
    else { return outputShape }
    return Array(outputShape.dropFirst(2))
  }

  /// A window from the attributes that convolutions and pools share.
  ///
  /// - Parameters:
  ///   - weight: the input whose shape gives the kernel's extents where no attribute does.
  ///   - padsAreForced: whether explicit padding is only a wish, so that its absence means nothing.
  func window(weight: Int?, padsAreForced: Bool = false) throws -> Window {
    let kernel = try kernelExtents(weight: weight)
    var window = Window(
      kernel: kernel, strides: try attributes.ints("strides", in: Self.extents),
      dilations: try attributes.ints("dilations", in: Self.extents),
      ceilMode: try attributes.flag("ceil_mode") ?? false)
    let pads = try attributes.ints("pads", in: 0...(1 << 24))
    switch try attributes.string("auto_pad") ?? "NOTSET" {
    case "NOTSET", "":
      guard let pads, !pads.isEmpty else { break }
      guard pads.count.isMultiple(of: 2), kernel.isEmpty || pads.count == 2 * kernel.count else {
        throw malformed("attribute 'pads' has \(pads.count) entries for a kernel of \(kernel.count) axes")
      }
      window.padding = .explicit(before: Array(pads[..<(pads.count / 2)]), after: Array(pads[(pads.count / 2)...]))
    case "VALID": break
    case "SAME_UPPER": window.padding = .sameUpper
    case "SAME_LOWER": window.padding = .sameLower
    case let other: throw malformed("attribute 'auto_pad' is '\(other)'")
    }
    return window
  }

  /// Empty where the weight's shape is not known yet: binding fills it in.
  private func kernelExtents(weight: Int?) throws -> [Int] {
    if let kernel = try attributes.ints("kernel_shape", in: Self.extents), !kernel.isEmpty { return kernel }
    guard let weight else { throw malformed("attribute 'kernel_shape' is missing") }
    return constant(weight)?.shape.spatial ?? []
  }
}
