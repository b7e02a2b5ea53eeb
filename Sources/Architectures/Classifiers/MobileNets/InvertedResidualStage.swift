import GinghamNetworks

/// Inverted residual blocks of equal width.
struct InvertedResidualStage: Sendable {
  let repeats: Int
  let kernel: Int
  /// Of the first block.
  let stride: Int
  /// Channels in the middle for each that comes in.
  let expansion: Int
  let channels: Int
  var isExcited = false
  var isFused = false

  init(
    _ repeats: Int, _ kernel: Int, _ stride: Int, _ expansion: Int, _ channels: Int, excited: Bool = false,
    fused: Bool = false
  ) {
    self.repeats = repeats
    self.kernel = kernel
    self.stride = stride
    self.expansion = expansion
    self.channels = channels
    isExcited = excited
    isFused = fused
  }

  /// Wider and deeper (Tan & Le 2019).
  func scaled(width: Double, depth: Double) -> InvertedResidualStage {
    InvertedResidualStage(
      Int((Double(repeats) * depth).rounded(.up)), kernel, stride, expansion,
      roundedChannels(Double(channels) * width), excited: isExcited, fused: isFused)
  }
}

extension [InvertedResidualStage] {
  /// The blocks of each stage behind a stem of that many channels.
  func blocks(from stem: Int, _ activation: Pointwise) -> [[InvertedResidual]] {
    var channels = stem
    return map { stage in
      (0..<stage.repeats).map { place in
        defer { channels = stage.channels }
        return InvertedResidual(
          kernel: stage.kernel, stride: place == 0 ? stage.stride : 1, expanded: channels * stage.expansion,
          channels: stage.channels, squeezed: stage.isExcited ? Swift.max(1, channels / 4) : nil,
          activation: activation, isFused: stage.isFused)
      }
    }
  }
}
