import GinghamNetworks

extension NodeWriting {
  func writeWindow() throws {
    switch node.operation {
    case .convolution(let convolution):
      emit("Conv", nil, try attributes(of: convolution.window) + [("group", .int(convolution.groups))])
    case .transposedConvolution(let convolution):
      var attributes = try attributes(of: convolution.window) + [("group", .int(convolution.groups))]
      if let padding = convolution.outputPadding { attributes.append(("output_padding", .ints(padding))) }
      if let size = convolution.outputSize { attributes.append(("output_shape", .ints(size))) }
      emit("ConvTranspose", nil, attributes)
    case .maxPool(let pool):
      emit("MaxPool", nil, try attributes(of: pool.window) + ceiling(pool.window))
    case .averagePool(let pool):
      // Before operator set 19 there is no such attribute, and nobody may set it.
      let attributes = try attributes(of: pool.window).filter {
        $0.name != "dilations" || pool.window.dilations.contains { $0 != 1 }
      }
      emit(
        "AveragePool", nil,
        attributes + ceiling(pool.window) + [("count_include_pad", .int(pool.countsPadding ? 1 : 0))])
    default: break
    }
  }

  private func ceiling(_ window: Window) -> Attributes { [("ceil_mode", .int(window.ceilMode ? 1 : 0))] }

  /// What a file leaves to the weight's shape stays out.
  private func attributes(of window: Window) throws -> Attributes {
    var attributes: Attributes = []
    if !window.kernel.isEmpty { attributes.append(("kernel_shape", .ints(window.kernel))) }
    if !window.strides.isEmpty { attributes.append(("strides", .ints(window.strides))) }
    if !window.dilations.isEmpty { attributes.append(("dilations", .ints(window.dilations))) }
    switch window.padding {
    case .sameUpper: attributes.append(("auto_pad", .string("SAME_UPPER")))
    case .sameLower: attributes.append(("auto_pad", .string("SAME_LOWER")))
    case .explicit(let before, let after):
      guard (before + after).allSatisfy({ $0 >= 0 }) else {
        throw unwritable("its padding \(before), \(after) is negative, which ONNX does not allow")
      }
      if !before.isEmpty { attributes.append(("pads", .ints(before + after))) }
    }
    return attributes
  }
}
