import GinghamDocuments

/// What a sweep varies, read from YAML:
///
///     model: random:dcgan_generator
///     kernel: [3, 4, 5, 6]
///     blur: [1, 2, 3]
///
/// or, for a stack of transposed convolutions that no architecture has,
///
///     stack: 3            # layers
///     positions: 4        # that it starts from
///     kernel: [3, 4, 5]
///     stride: 2
///     padding: [0, 1]
///     blur: [1, 3]
///
/// Every key but `model`, `stack` and `positions` is an axis with one value or a list of them; every combination is
/// predicted. A blur of b is one more convolution of kernel b and stride 1 behind each enlarging layer (in a classifier: a
/// blur pool of b taps in place of each strided layer's stride); 1 is none.
struct SweepGrid: Sendable {
  enum Subject: Hashable, Sendable {
    case model(String)
    case stack(layers: Int, positions: Int)
  }

  var subject: Subject
  /// In the file's order.
  var axes: [(name: String, values: [Int])]

  static let stackAxes = ["kernel", "stride", "padding", "dilation", "output-padding", "blur"]
  /// More combinations than this take too long and too much room.
  static let limit = 4096

  /// - Throws: ``DocumentError`` with the line, ``FormatError`` where the file cannot be read.
  init(yaml path: String) throws { try self.init(DocumentNode(path: path)) }

  init(yaml text: String, path: String) throws { try self.init(DocumentNode(yaml: text, source: path)) }

  private init(_ root: DocumentNode) throws {
    var (model, layers, positions) = (String?.none, Int?.none, 8)
    axes = []
    for (key, place, value) in try root.pairs("a sweep") {
      switch key {
      case "model": model = try value.text(key)
      case "stack": layers = try Self.positive(value, key, upTo: 16)
      case "positions": positions = try Self.positive(value, key, upTo: 1024)
      default:
        let values = try (value.isList ? value.list(key) : [value]).map { try $0.integer(key) }
        guard !values.isEmpty else { throw place.failure("'\(key)' has no values") }
        guard values.allSatisfy({ $0 >= 0 }) else { throw place.failure("the values of '\(key)' are numbers from 0") }
        if key == "blur", values.contains(where: { !(1...16).contains($0) }) {
          throw place.failure("a blur has 1 to 16 taps; 1 is none")
        }
        axes.append((key, values))
      }
    }
    switch (model, layers) {
    case (let model?, nil): subject = .model(model)
    case (nil, let layers?):
      subject = .stack(layers: layers, positions: positions)
      for (key, place, _) in try root.pairs("a sweep") where !["stack", "positions"].contains(key) {
        guard Self.stackAxes.contains(key) else { throw place.unknown("axis of a stack", key, known: Self.stackAxes) }
      }
      guard axes.contains(where: { $0.name == "kernel" }), axes.contains(where: { $0.name == "stride" }) else {
        throw root.failure("a stack needs a kernel and a stride")
      }
    default: throw root.failure("name either a model or a stack")
    }
    guard !axes.isEmpty else { throw root.failure("there is nothing to vary") }
    let count = axes.reduce(1) { min($0 * $1.values.count, Self.limit + 1) }
    guard count <= Self.limit else { throw root.failure("more than \(Self.limit) combinations") }
  }

  private static func positive(_ node: DocumentNode, _ key: String, upTo limit: Int) throws -> Int {
    let value = try node.integer(key)
    guard (1...limit).contains(value) else { throw node.failure("'\(key)' takes a number from 1 to \(limit)") }
    return value
  }

  /// Every combination, the last axis fastest.
  var combinations: [[(name: String, value: Int)]] {
    axes.reduce([[]]) { found, axis in
      found.flatMap { start in axis.values.map { start + [(axis.name, $0)] } }
    }
  }
}
