extension Window {
  /// `4×4 / 2`, with what is unusual behind it.
  public var notation: String {
    let kernel = kernel.map(String.init).joined(separator: "×")
    let stride = Set(strides).count == 1 ? "\(strides[0])" : strides.map(String.init).joined(separator: "×")
    let dilation =
      dilations.allSatisfy { $0 == 1 } ? "" : " dilated \(dilations.map(String.init).joined(separator: "×"))"
    return "\(kernel) / \(stride)\(dilation)"
  }
}
