import GinghamNetworks
import GinghamTensors

/// A vision transformer (Dosovitskiy et al. 2021) as a row of the table: a ViT, a DeiT (Touvron et al. 2021) or a DINOv2
/// (Oquab et al. 2023), under the names of one of the libraries that publish its weights.
struct VisionTransformer: Sendable {
  enum Size: Int, Sendable {
    case tiny = 192
    case small = 384
    case medium = 512
    case base = 768
    case large = 1024
    case huge = 1280

    var width: Int { rawValue }

    var depth: Int {
      switch self {
      case .tiny, .small, .medium, .base: 12
      case .large: 24
      case .huge: 32
      }
    }

    var heads: Int { self == .huge ? 16 : width / 64 }
  }

  let name: String
  let summary: String
  let names: VisionTransformerNames
  let size: Size
  /// Side of a patch in pixels.
  let patch: Int
  /// Side of the square of patches that the position embeddings were learned on.
  var grid = 14
  /// Tokens without a position that stand behind the class token (Darcet et al. 2024).
  var registers = 0
  /// Whether a second class token and a second head learned from a teacher; both heads' scores are averaged.
  var isDistilled = false
  /// Whether the class tokens have positions of their own.
  var placesClassTokens = true
  /// What the learned factors behind each branch start from; `nil`: there are none.
  var layerScale: Float?
  var hasHead = true
  var epsilon: Float = 1e-6
  /// Whether position embeddings are smoothed where they are taken to fewer patches, as timm does.
  var antialiases = true
  var picture = PictureConvention.torchvision
  var isVariant = false

  var architecture: Architecture {
    let row = self
    let classTokens = isDistilled ? 2 : 1
    let placed = placesClassTokens ? classTokens : 0
    var options = [
      Architecture.Option("grid", grid, in: 1...256, "side of the square of learned positions"),
      Architecture.Option("depth", size.depth, in: 1...64, "number of blocks"),
    ]
    var witnesses = [
      "grid": Architecture.Witness(parameter: names.positions, axis: 1) { extent in
        let side = Int(Double(max(extent - placed, 0)).squareRoot().rounded())
        return side * side == extent - placed ? side : nil
      }
    ]
    if hasHead {
      options.insert(.classesOrNone, at: 0)
      witnesses["classes"] = .optionalHead(names.head)
    }
    return Architecture(
      name, summary, options: options, picture: picture, isVariant: isVariant, ignoredPrefixes: names.ignored,
      witnesses: witnesses
    ) { net, settings in net.visionTransformer(row, settings) }
  }
}

extension NetworkBuilder {
  fileprivate mutating func visionTransformer(_ row: VisionTransformer, _ settings: ArchitectureSettings) -> Feature {
    let names = row.names
    linearInitialization = names.linearInitialization
    convolutionInitialization = names.patchInitialization
    let grid = settings["grid"]
    let picture = picture(grid == row.grid ? settings : settings.replacingStandardSide(with: grid * row.patch))
    var x = convolution(
      names.patches, picture, row.size.width, kernel: row.patch, stride: row.patch, bias: true)
    x = placedTokens(row, x, grid: grid)
    for index in 0..<settings["depth"] { x = block(row, x, index) }
    x = layerNormalization(names.norm, x, epsilon: row.epsilon)
    let classToken = token(0, of: x, named: "\(names.norm).class_token")
    guard row.hasHead, settings["classes"] > 0 else { return classToken }
    let scores = linear(
      names.head, classToken, settings["classes"], initialization: .normal(mean: 0, deviation: 0.01))
    guard row.isDistilled else { return scores }
    let second = linear(
      names.distillationHead, token(1, of: x, named: "\(names.norm).distillation_token"), settings["classes"],
      initialization: .normal(mean: 0, deviation: 0.01))
    return append("\(names.head).mean", .elementwise(.mean), [scores, second], like: scores)
  }

  private mutating func block(_ row: VisionTransformer, _ x: Feature, _ index: Int) -> Feature {
    let name = row.names.block(index)
    let layers = row.names.layers
    func path(_ part: String) -> String { "\(name).\(part)" }
    var y = layerNormalization(path(layers.norms.0), x, epsilon: row.epsilon)
    y = attention(path("attention"), y, layers.attention(name), heads: row.size.heads)
    if let start = row.layerScale {
      y = layerScale(path("scale1"), y, parameter: path(layers.scales.0), initially: start)
    }
    let middle = add(path("add"), x, y)
    y = layerNormalization(path(layers.norms.1), middle, epsilon: row.epsilon)
    y = perceptron(y, (path(layers.perceptron.0), path("gelu"), path(layers.perceptron.1)))
    if let start = row.layerScale {
      y = layerScale(path("scale2"), y, parameter: path(layers.scales.1), initially: start)
    }
    return add(path("add_1"), middle, y)
  }

  /// N×T×C to N×C: one token of each picture.
  private mutating func token(_ index: Int, of x: Feature, named name: String) -> Feature {
    let place = constant("\(name).place", IntegerArray([], [index]))
    let output = append(name, .gather(axis: 1), inputs: [x.value, place])
    return Feature(value: output, channels: x.channels, spatial: [])
  }
}

// MARK: Tokens and their places

extension NetworkBuilder {
  /// N×C×h×w patches to N×T×C tokens in their places: class tokens, registers, and the patches row by row.
  ///
  /// The learned places of patches are a square. Pictures of another size get them by cubic interpolation when the
  /// network is bound, so that any size runs.
  fileprivate mutating func placedTokens(_ row: VisionTransformer, _ x: Feature, grid: Int) -> Feature {
    let names = row.names
    let width = row.size.width
    let normal = names.tokenInitialization
    let classNames = [names.classToken] + (row.isDistilled ? [names.distillationToken] : [])
    let placedCount = row.placesClassTokens ? classNames.count : 0
    let classTokens = classNames.map { parameter($0, [1, 1, width], normal) }
    let positions = parameter(names.positions, [1, placedCount + grid * grid, width], normal)

    let flat = reshape("\(names.patches).flat", x, [0, 0, -1])
    var patches = permute("\(names.patches).tokens", flat, [0, 2, 1])
    let learned = positionRange("grid", names.positions, positions, placedCount..<(placedCount + grid * grid))
    let places = resampledPositions(row, learned, grid: grid, like: x)
    patches = Feature(
      value: append("\(names.positions).add", .elementwise(.add), inputs: [patches.value, places]), channels: width,
      spatial: x.spatial)

    var leading = classTokens
    if placedCount > 0 {
      leading = classTokens.enumerated().map { index, token in
        let place = positionRange("\(classNames[index])", names.positions, positions, index..<(index + 1))
        return append("\(classNames[index]).placed", .elementwise(.add), inputs: [token, place])
      }
    }
    if row.registers > 0 {
      leading.append(parameter(names.registers, [1, row.registers, width], .normal(mean: 0, deviation: 1e-6)))
    }
    let joined = append("\(names.positions).leading", .concatenate(axis: 1), inputs: leading)
    let count = classNames.count + row.registers
    let batch = append("\(names.positions).batch", .shapeOf(start: 0, end: 1), inputs: [patches.value])
    let rest = constant("\(names.positions).rest", IntegerArray([2], [count, width]))
    let shape = append("\(names.positions).shape", .concatenate(axis: 0), inputs: [batch, rest])
    let expanded = append("\(names.positions).expanded", .expand(shape: nil), inputs: [joined, shape])
    let tokens = append("\(names.positions).tokens", .concatenate(axis: 1), inputs: [expanded, patches.value])
    return Feature(value: tokens, channels: width, spatial: x.spatial)
  }

  private mutating func positionRange(
    _ part: String, _ name: String, _ positions: ValueID, _ range: Range<Int>
  ) -> ValueID {
    append(
      "\(name).\(part)",
      .slice(Slice(starts: [range.lowerBound], ends: [range.upperBound], axes: [1], steps: [1])), inputs: [positions])
  }

  /// 1×g²×C to 1×(h·w)×C for the h×w patches of `map`.
  private mutating func resampledPositions(
    _ row: VisionTransformer, _ positions: ValueID, grid: Int, like map: Feature
  ) -> ValueID {
    let name = row.names.positions
    let square = append(
      "\(name).square", .reshape(Reshape(shape: [1, grid, grid, row.size.width])), inputs: [positions])
    // PyTorch's cubic kernels: −¾ and borders repeated, or −½ and borders left out where it smooths.
    let resize = Resize(
      mode: .cubic, cubicCoefficient: row.antialiases ? -0.5 : -0.75, excludesOutside: row.antialiases,
      antialiases: row.antialiases, axes: [1, 2])
    let sizes = append("\(name).sizes", .shapeOf(start: 2, end: 4), inputs: [map.value])
    let resized = append("\(name).resized", .resize(resize), inputs: [square, nil, nil, sizes])
    return append("\(name).places", .reshape(Reshape(shape: [1, -1, row.size.width])), inputs: [resized])
  }
}
