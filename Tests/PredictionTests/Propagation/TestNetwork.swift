import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamTensors

/// A small network under construction: every layer one channel wide unless told otherwise.
struct TestNetwork {
  var network = Network(name: "test")
  var value: ValueID
  let side: Int
  private var channels: Int
  private var count = 0

  init(side: Int = 64, channels: Int = 1) {
    self.side = side
    self.channels = channels
    value = network.addInput("input", shape: [1, channels, side, side])
  }

  mutating func name(_ kind: String) -> String {
    count += 1
    return "\(kind)\(count)"
  }

  mutating func weight(_ shape: Shape, _ element: (Int) -> Float = { _ in 1 }) -> ValueID {
    network.addConstant("weight\(count)", .float(Tensor(shape, (0..<shape.elementCount).map(element))))
  }

  @discardableResult
  mutating func conv(
    _ kernel: Int, _ stride: Int = 1, padding: Int = 0, dilation: Int = 1, from source: ValueID? = nil
  ) -> ValueID {
    let name = name("conv")
    let weight = weight([1, 1, kernel, kernel])
    value = network.append(
      name, .convolution(Convolution(Window(kernel, stride: stride, padding: padding, dilation: dilation))),
      source ?? value, weight)
    return value
  }

  @discardableResult
  mutating func deconv(_ kernel: Int, _ stride: Int, padding: Int = 0) -> ValueID {
    let name = name("deconv")
    let weight = weight([1, 1, kernel, kernel])
    value = network.append(
      name, .transposedConvolution(TransposedConvolution(Window(kernel, stride: stride, padding: padding))), value,
      weight)
    return value
  }

  @discardableResult
  mutating func apply(_ kind: String, _ operation: GinghamNetworks.Operation, from source: ValueID? = nil) -> ValueID {
    value = network.append(name(kind), operation, source ?? value)
    return value
  }

  @discardableResult
  mutating func add(_ a: ValueID, _ b: ValueID) -> ValueID {
    value = network.append(name("add"), .elementwise(.add), a, b)
    return value
  }

  func bound() throws -> BoundNetwork {
    var network = network
    network.outputs = [value]
    return try network.bound()
  }

  func prediction(_ options: PredictionOptions = PredictionOptions()) throws -> GradientPrediction {
    try GradientPrediction(bound(), options: options)
  }

  /// A stack of convolutions, nearest the pixels first, as (kernel, stride).
  static func stack(_ layers: [(Int, Int)], side: Int = 128) -> TestNetwork {
    var net = TestNetwork(side: side)
    for (kernel, stride) in layers { net.conv(kernel, stride, padding: kernel / 2) }
    return net
  }
}

extension LatticeFinding {
  func band(_ period: Int) -> Double { bands.first { $0.period == period }?.cv2 ?? 0 }
}
