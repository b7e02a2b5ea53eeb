import GinghamNetworks
import GinghamTensors

extension Architectures {
  /// A net with parameters from a file, by their names in PyTorch's state dict.
  ///
  /// Options that the shapes tell (the number of classes) and the specification leaves out are taken from them.
  ///
  /// - Parameters:
  ///   - parameterShapes: shapes by name, as the file has them. They are compared before any tensor is read.
  ///   - tensor: the tensor of a name; called once for each parameter that inference uses. Tensors are shared, not
  ///     copied.
  /// - Throws: ``ArchitectureError`` where the specification fits no architecture, ``ParameterMismatch`` with all the
  ///   differences where the parameters do not fit it, and whatever `tensor` throws.
  public static func network(
    _ specification: ArchitectureSpecification, parameterShapes: [String: Shape],
    tensor: (String) throws -> Tensor?
  ) throws -> Network {
    let architecture = try named(specification.name)
    let files = parameterShapes.reduce(into: [:]) { $0[$1.key] = (name: $1.key, shape: $1.value) }
    let relevant = architecture.relevant(StateDictNames.canonical(files))
    let shapes = relevant.mapValues(\.shape)
    let blueprint = try architecture.blueprint(architecture.completed(specification, from: shapes))
    let mismatch = blueprint.mismatch(with: shapes)
    guard mismatch.isEmpty else { throw mismatch }
    return try blueprint.network(stateDict: relevant.compactMapValues { try tensor($0.name) })
  }

  /// A net with parameters that are in memory, by their names in PyTorch's state dict.
  ///
  /// - Throws: as ``network(_:parameterShapes:tensor:)``.
  public static func network(
    _ specification: ArchitectureSpecification, parameters: [String: Tensor]
  ) throws -> Network {
    try network(specification, parameterShapes: parameters.mapValues(\.shape)) { parameters[$0] }
  }

  /// Which architecture a file's parameters belong to, by their names and shapes.
  ///
  /// - Parameters:
  ///   - parameterShapes: shapes by name, as the file has them.
  ///   - metadata: of the file. Its entry `architecture` decides among nets with the same parameters, such as the two
  ///     conventions of SqueezeNet 1.1, and may carry options: `googlenet?transform_input=1`.
  /// - Throws: ``ArchitectureError/unrecognized(parameterCount:nearest:)`` or ``ArchitectureError/ambiguous(_:)``.
  public static func recognize(
    parameterShapes: [String: Shape], metadata: [String: String] = [:]
  ) throws -> ArchitectureSpecification {
    let shapes = StateDictNames.canonical(parameterShapes)
    let named = metadata["architecture"].flatMap { try? ArchitectureSpecification(parsing: $0) }
    if let named, let (specification, mismatch) = try? fit(named, to: shapes), mismatch.isEmpty {
      return specification
    }
    var fitting: [ArchitectureSpecification] = []
    var others: [ArchitectureError.Candidate] = []
    for architecture in all where !architecture.isVariant {
      let (specification, mismatch) = try fit(ArchitectureSpecification(architecture.name), to: shapes)
      if mismatch.isEmpty {
        fitting.append(specification)
      } else {
        others.append(ArchitectureError.Candidate(name: architecture.name, mismatch: mismatch))
      }
    }
    if let only = fitting.first, fitting.count == 1 { return only }
    guard fitting.isEmpty else { throw ArchitectureError.ambiguous(fitting.map(\.name)) }
    others.sort { ($0.mismatch.count, $0.name) < ($1.mismatch.count, $1.name) }
    throw ArchitectureError.unrecognized(parameterCount: parameterShapes.count, nearest: Array(others.prefix(3)))
  }

  static func fit(
    _ specification: ArchitectureSpecification, to shapes: [String: Shape]
  ) throws -> (ArchitectureSpecification, ParameterMismatch) {
    let architecture = try named(specification.name)
    let relevant = architecture.relevant(shapes)
    let completed = architecture.completed(specification, from: relevant)
    return (completed, try architecture.blueprint(completed).mismatch(with: relevant))
  }
}

extension Architecture {
  /// The specification with the options that the shapes of a file tell.
  func completed(
    _ specification: ArchitectureSpecification, from shapes: [String: Shape]
  ) -> ArchitectureSpecification {
    var completed = specification
    for option in options where specification.options[option.name] == nil {
      guard let value = witnesses[option.name]?.value(in: shapes), value != option.standard,
        option.range.contains(value)
      else { continue }
      completed.options[option.name] = value
    }
    return completed
  }
}

extension Architecture.Witness {
  /// What the shapes of a file say; `nil` where they say nothing.
  fileprivate func value(in shapes: [String: Shape]) -> Int? {
    guard let shape = shapes[parameter] else { return absent }
    return shape.dimensions.indices.contains(axis) ? value(shape[axis]) : nil
  }
}
