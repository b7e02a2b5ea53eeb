import GinghamNetworks

extension Architecture {
  /// Inception v3 (Szegedy et al. 2016) without its auxiliary head.
  ///
  /// torchvision's published weights expect pixels in −1…1: give `transform_input=1` with them.
  static let inceptionV3 = Architecture(
    "inception_v3", "Inception v3; published weights need transform_input=1", options: [.classes, .transformInput],
    picture: PictureConvention(side: 299, shorterSide: 342, normalization: .imageNet),
    ignoredPrefixes: ["AuxLogits."], witnesses: ["classes": .head("fc")]
  ) { net, settings in
    var x = net.picture(settings.transformingInput)
    x = net.normalizedConvolution("Conv2d_1a_3x3", x, 32, Window(3, stride: 2))
    x = net.normalizedConvolution("Conv2d_2a_3x3", x, 32, Window(3))
    x = net.normalizedConvolution("Conv2d_2b_3x3", x, 64, Window(3, padding: 1))
    x = net.maxPool("maxpool1", x, kernel: 3, stride: 2)
    x = net.normalizedConvolution("Conv2d_3b_1x1", x, 80, Window(1))
    x = net.normalizedConvolution("Conv2d_4a_3x3", x, 192, Window(3))
    x = net.maxPool("maxpool2", x, kernel: 3, stride: 2)
    for (name, pooled) in [("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)] {
      x = net.inceptionA(name, x, pooled: pooled)
    }
    x = net.inceptionB("Mixed_6a", x)
    for (name, width) in [("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)] {
      x = net.inceptionC(name, x, width: width)
    }
    x = net.inceptionD("Mixed_7a", x)
    x = net.inceptionE("Mixed_7b", x)
    x = net.inceptionE("Mixed_7c", x)
    x = net.globalAveragePool("avgpool", x)
    x = net.dropout("dropout", x)
    x = net.flatten("flatten", x)
    return net.linear("fc", x, settings["classes"])
  }
}

extension Window {
  /// A window of H×W that keeps the extents.
  fileprivate static func same(_ height: Int, _ width: Int) -> Window {
    let padding = [height / 2, width / 2]
    return Window(kernel: [height, width], padding: .explicit(before: padding, after: padding))
  }
}

extension NetworkBuilder {
  /// Normalized convolutions one behind the other: suffix of the name, channels, window.
  private mutating func chain(
    _ name: String, _ x: Feature, _ layers: [(suffix: String, channels: Int, window: Window)]
  ) -> Feature {
    layers.reduce(x) { normalizedConvolution("\(name).\($1.suffix)", $0, $1.channels, $1.window) }
  }

  private mutating func pooledBranch(_ name: String, _ x: Feature, _ channels: Int) -> Feature {
    let pooled = averagePool("\(name).avg_pool2d", x, kernel: 3, stride: 1, padding: 1)
    return normalizedConvolution("\(name).branch_pool", pooled, channels, Window(1))
  }

  fileprivate mutating func inceptionA(_ name: String, _ x: Feature, pooled: Int) -> Feature {
    let first = chain(name, x, [("branch1x1", 64, Window(1))])
    let second = chain(name, x, [("branch5x5_1", 48, Window(1)), ("branch5x5_2", 64, .same(5, 5))])
    let third = chain(
      name, x,
      [
        ("branch3x3dbl_1", 64, Window(1)), ("branch3x3dbl_2", 96, .same(3, 3)), ("branch3x3dbl_3", 96, .same(3, 3)),
      ])
    let fourth = pooledBranch(name, x, pooled)
    return concatenate("\(name).cat", [first, second, third, fourth])
  }

  fileprivate mutating func inceptionB(_ name: String, _ x: Feature) -> Feature {
    let first = chain(name, x, [("branch3x3", 384, Window(3, stride: 2))])
    let second = chain(
      name, x,
      [
        ("branch3x3dbl_1", 64, Window(1)), ("branch3x3dbl_2", 96, .same(3, 3)),
        ("branch3x3dbl_3", 96, Window(3, stride: 2)),
      ])
    let third = maxPool("\(name).max_pool2d", x, kernel: 3, stride: 2)
    return concatenate("\(name).cat", [first, second, third])
  }

  fileprivate mutating func inceptionC(_ name: String, _ x: Feature, width: Int) -> Feature {
    let first = chain(name, x, [("branch1x1", 192, Window(1))])
    let second = chain(
      name, x,
      [("branch7x7_1", width, Window(1)), ("branch7x7_2", width, .same(1, 7)), ("branch7x7_3", 192, .same(7, 1))])
    let third = chain(
      name, x,
      [
        ("branch7x7dbl_1", width, Window(1)), ("branch7x7dbl_2", width, .same(7, 1)),
        ("branch7x7dbl_3", width, .same(1, 7)), ("branch7x7dbl_4", width, .same(7, 1)),
        ("branch7x7dbl_5", 192, .same(1, 7)),
      ])
    let fourth = pooledBranch(name, x, 192)
    return concatenate("\(name).cat", [first, second, third, fourth])
  }

  fileprivate mutating func inceptionD(_ name: String, _ x: Feature) -> Feature {
    let first = chain(name, x, [("branch3x3_1", 192, Window(1)), ("branch3x3_2", 320, Window(3, stride: 2))])
    let second = chain(
      name, x,
      [
        ("branch7x7x3_1", 192, Window(1)), ("branch7x7x3_2", 192, .same(1, 7)), ("branch7x7x3_3", 192, .same(7, 1)),
        ("branch7x7x3_4", 192, Window(3, stride: 2)),
      ])
    let third = maxPool("\(name).max_pool2d", x, kernel: 3, stride: 2)
    return concatenate("\(name).cat", [first, second, third])
  }

  fileprivate mutating func inceptionE(_ name: String, _ x: Feature) -> Feature {
    let first = chain(name, x, [("branch1x1", 320, Window(1))])
    var second = chain(name, x, [("branch3x3_1", 384, Window(1))])
    let wide = chain(name, second, [("branch3x3_2a", 384, .same(1, 3))])
    let tall = chain(name, second, [("branch3x3_2b", 384, .same(3, 1))])
    second = concatenate("\(name).cat", [wide, tall])
    var third = chain(name, x, [("branch3x3dbl_1", 448, Window(1)), ("branch3x3dbl_2", 384, .same(3, 3))])
    let wider = chain(name, third, [("branch3x3dbl_3a", 384, .same(1, 3))])
    let taller = chain(name, third, [("branch3x3dbl_3b", 384, .same(3, 1))])
    third = concatenate("\(name).cat_1", [wider, taller])
    let fourth = pooledBranch(name, x, 192)
    return concatenate("\(name).cat_2", [first, second, third, fourth])
  }
}
