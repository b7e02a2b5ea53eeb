import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let pools: [String: OperatorTranslator] = [
    "MaxPool": { node in
      try node.requireInputs(1...1)
      let readsPlaces = node.isOutputRead(1)
      let isColumnMajor = try node.attributes.flag("storage_order") ?? false
      guard !readsPlaces || !isColumnMajor else { return try node.emitColumnMajorPool() }
      try node.emit(
        .maxPool(MaxPool(node.window(weight: nil))), reading: node.inputs, outputs: 0..<(readsPlaces ? 2 : 1))
    },
    "LpPool": composed(1...1) { c in
      let x = try c.input(0)
      let power = Double(try c.node.attributes.int("p", in: 1...1024) ?? 2)
      let window = try c.node.window(weight: nil)
      // Sums over windows: a convolution of each channel with ones.
      let planes = x.reshaped(.fixed(-1), 1, .computed(x.shape(from: 2)))
      let ones = c.constant(.float(Tensor(Shape([1, 1] + window.kernel), repeating: 1)))
      let sums = c.apply(.convolution(Convolution(window)), planes.power(power), ones)
      return sums.function(.root(degree: Float(power)))
        .reshaped(.computed(x.shape(from: 0, to: 2)), .computed(sums.shape(from: 2)))
    },
    "GlobalLpPool": composed(1...1) { c in
      let power = Double(try c.node.attributes.int("p", in: 1...1024) ?? 2)
      return try c.input(0).power(power).reducedSpatially(.sum).function(.root(degree: Float(power)))
    },
    "AveragePool": { node in
      try node.requireInputs(1...1)
      let countsPadding = try node.attributes.flag("count_include_pad") ?? false
      try node.emit(.averagePool(AveragePool(node.window(weight: nil), countsPadding: countsPadding)))
    },
    "GlobalAveragePool": { node in
      try node.requireInputs(1...1)
      try node.emit(.reduce(Reduction(.mean, axes: .spatial)))
    },
    "GlobalMaxPool": { node in
      try node.requireInputs(1...1)
      try node.emit(.reduce(Reduction(.maximum, axes: .spatial)))
    },
  ]
}

extension Term {
  /// |x|ᵖ.
  fileprivate func power(_ exponent: Double) -> Term {
    if exponent == 1 { return function(.absolute) }
    if exponent == 2 { return self * self }
    return function(.absolute).combined(.power, composer.float(exponent))
  }
}

extension NodeTranslation {
  /// Places counted down the columns of each plane, not along its rows.
  fileprivate func emitColumnMajorPool() throws {
    let composer = Composer(self)
    let x = try composer.input(0)
    let window = try window(weight: nil)
    guard window.kernel.count == 2 else { throw unsupported("places in column order over other than two axes") }
    let results = composer.apply(.maxPool(MaxPool(window)), [x], outputs: 2)
    let (height, width) = (x.extent(2), x.extent(3))
    let place = results[1]
    let (row, column) = (place.divided(by: width).remainder(by: height), place.remainder(by: width))
    let plane = place.divided(by: height * width)
    try composer.give(results[0])
    try composer.give(plane * (height * width) + column * height + row, as: 1)
  }
}
