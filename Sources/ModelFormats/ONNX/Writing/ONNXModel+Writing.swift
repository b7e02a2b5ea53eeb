import GinghamNetworks
import GinghamTensors

extension ONNXModel {
  /// What a reader of the file finds in its metadata beside the graph.
  enum Note {
    /// Says that the nodes' names are the layers' names, word for word.
    static let layerNames = "gingham.layer_names"
    static let layerNamesVerbatim = "node"
    /// The same, of a network whose names do not tell where modules end (``Network/namesModules``).
    static let layerNamesWithoutModules = "node without modules"
    /// Names of the layers, one a line, that are pixel normalizations written as arithmetic.
    static let normalizations = "gingham.pixel_normalizations"
    /// ``Preprocessing`` in words.
    static let preprocessing = "gingham.preprocessing"
  }

  /// A message may not be longer.
  private static let sizeLimit = (1 << 31) - 1

  /// Writes a network as one ONNX file that appears under its name when it is complete. Weights go to the disk from
  /// where they lie, without a second copy in memory.
  ///
  /// The file is written in operator set 17 (IR 8), or in 21 (IR 10) where an operator needs it. Layers keep their names
  /// as node names, values and weights theirs as far as they are unique. A pixel normalization becomes a Mul and an Add
  /// (and a Gather where channels change places) in front of the first layer, so that any runtime takes pixels in 0…1;
  /// the file's metadata say which nodes these are and how photographs are fitted, and ``load(path:)`` turns both back.
  /// Constants are 32-bit floats or integers; what 16-bit files round stays rounded.
  ///
  /// - Parameter inputShapes: a size the network can be bound to, by input name, for inputs whose extents are open;
  ///   only the number of axes of the outputs is taken from it. Without one, the size of the preprocessing is tried.
  /// - Throws: `FormatError.unwritable` naming the layer that ONNX has no operator for, or where the file cannot be
  ///   written or would exceed 2 GB.
  public static func write(_ whole: Network, to path: String, inputShapes: [String: Shape] = [:]) throws {
    let hasRows = whole.isOneDimensional
    let whole = whole.withoutRows
    let shapes = try shapes(
      of: whole,
      at: hasRows ? inputShapes.mapValues { $0.rank == 4 ? Shape([$0[0], $0[1], $0[3]]) : $0 } : inputShapes, path: path
    )
    let network: Network
    do {
      network = try whole.replacingAdaptivePools(at: shapes)
    } catch let error as ShapeError {
      throw FormatError.unwritable(path: path, reason: "\(error)")
    }
    var operatorSet = 17
    for node in network.nodes where node.firstOperatorSet > operatorSet { operatorSet = 21 }
    let graph = OutgoingGraph(network, path: path, operatorSet: operatorSet, shapes: shapes)
    for node in network.nodes { try NodeWriting(node, graph: graph).write() }
    var model = WireWriter()
    model.int(1, operatorSet > 17 ? 10 : 8)
    model.string(2, "gingham")
    model.message(7, graph.message())
    model.message(8) { $0.int(2, operatorSet) }
    for note in notes(on: network) {
      model.message(14) {
        $0.string(1, note.key)
        $0.string(2, note.value)
      }
    }
    guard model.byteCount <= sizeLimit else {
      throw FormatError.unwritable(path: path, reason: "the network is larger than the 2 GB an ONNX file can hold")
    }
    try AtomicFile.write(path) { try model.write(to: $0) }
  }

  private static func notes(on network: Network) -> [(key: String, value: String)] {
    var notes = [(Note.layerNames, network.namesModules ? Note.layerNamesVerbatim : Note.layerNamesWithoutModules)]
    let normalizations = network.nodes.filter {
      if case .pixelNormalization = $0.operation { true } else { false }
    }
    if !normalizations.isEmpty {
      notes.append((Note.normalizations, normalizations.map(\.name).joined(separator: "\n")))
    }
    if let preprocessing = network.preprocessing { notes.append((Note.preprocessing, preprocessing.note)) }
    return notes
  }

  private static func shapes(
    of network: Network, at inputShapes: [String: Shape], path: String
  ) throws -> [ValueID: Shape] {
    var shapes = inputShapes
    for input in network.inputs where shapes[network.name(of: input.value)] == nil {
      let rank = input.shape.count
      let side = network.preprocessing.map { [$0.height, $0.width] } ?? [224, 224]
      shapes[network.name(of: input.value)] = Shape(
        input.shape.enumerated().map { axis, extent in extent ?? (rank == 4 && axis >= 2 ? side[axis - 2] : 1) })
    }
    do {
      return try network.bound(to: shapes).shapes
    } catch let error as NetworkError {
      throw FormatError.unwritable(path: path, reason: "the shapes of its outputs are unknown: \(error)")
    }
  }
}
