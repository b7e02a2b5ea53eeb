import Foundation
import GinghamArchitectures
import GinghamModelFormats
import GinghamNetworks
import GinghamTensors

/// Which network a user means, and what the file may leave unsaid.
public struct ModelSource: Sendable {
  /// A path (`.onnx`, `.safetensors`, `.pth`, `.pt`), or `random:NAME[?seed=N]`.
  public var specification: String
  /// Names the net of a weight file; `nil`: recognised by its parameter names.
  public var architecture: String?
  /// Which dictionary of a checkpoint holds the weights.
  public var section: String?
  /// A channel, in units of 0…1; both or neither.
  public var mean: [Float]?
  public var deviation: [Float]?
  /// Height and width in pixels.
  public var inputSize: (height: Int, width: Int)?
  /// Inputs beside the picture, fixed: `name=0.5`, `name=0,1,0`, `name=onehot:7` or `name=file.npy`.
  public var fixedInputs: [String]
  /// Names of the classes, one a line.
  public var classNamesPath: String?
  /// How much the file may ask for.
  public var limits = ResourceLimits()
  /// Leaves random parameters at zero, for what shapes alone decide.
  public var skipsRandomWeights = false
  /// Fixes inputs beside the picture at ones where nobody fixed them, for what does not depend on their values.
  public var fixesOpenInputs = false

  public init(
    _ specification: String, architecture: String? = nil, section: String? = nil, mean: [Float]? = nil,
    deviation: [Float]? = nil, inputSize: (height: Int, width: Int)? = nil, fixedInputs: [String] = [],
    classNamesPath: String? = nil
  ) {
    self.specification = specification
    self.architecture = architecture
    self.section = section
    self.mean = mean
    self.deviation = deviation
    self.inputSize = inputSize
    self.fixedInputs = fixedInputs
    self.classNamesPath = classNamesPath
  }

  public var isRandom: Bool { specification.hasPrefix("random:") }

  /// The SHA-256 of the file; `nil` for random nets and for folders, which stand for the files in them.
  public func digest() throws -> String? {
    var isFolder: ObjCBool = false
    guard !isRandom, !FileManager.default.fileExists(atPath: specification, isDirectory: &isFolder) || !isFolder.boolValue
    else { return nil }
    return try FileDigest.sha256(path: specification)
  }

  /// Loads the network.
  ///
  /// - Throws: ``FormatError``, ``ArchitectureError``, ``ParameterMismatch``, ``NetworkError``, ``ModelError``.
  public func load() throws -> Model {
    var network = try network()
    if !isRandom { try checkParameters(of: network) }
    try fixInputs(of: &network)
    try normalize(&network)
    return Model(
      source: self, network: network, preprocessing: try preprocessing(of: network),
      classNames: try ClassNames(path: classNamesPath, beside: isRandom ? nil : specification))
  }

  private func network() throws -> Network {
    if isRandom {
      guard architecture == nil else {
        throw ModelError.contradiction("--architecture does not go with a random: model, which names its own")
      }
      return skipsRandomWeights
        ? try Architectures.skeleton(parsing: specification) : try Architectures.network(parsing: specification)
    }
    if specification.lowercased().hasSuffix(".onnx") {
      guard architecture == nil else {
        throw ModelError.contradiction("--architecture does not go with an ONNX file, which holds its own graph")
      }
      return try ONNXModel.load(path: specification, limits: limits)
    }
    guard FileManager.default.fileExists(atPath: specification) else {
      let known = Architectures.names.contains(specification)
      throw ModelError.notFound(specification, advice: known ? "Did you mean 'random:\(specification)'?" : nil)
    }
    let table = try WeightTable.load(path: specification, under: section, limits: limits)
    let architecture =
      try architecture.map(ArchitectureSpecification.init(parsing:))
      ?? Architectures.recognize(
        parameterShapes: Dictionary(
          uniqueKeysWithValues: table.names.compactMap { name in
            table.shape(of: name).map { (name, $0) }
          }), metadata: table.metadata)
    let parameters = Dictionary(
      uniqueKeysWithValues: table.names.compactMap { name in
        table[name].map { (name, $0) }
      })
    return try Architectures.network(architecture, parameters: parameters)
  }

  private func normalize(_ network: inout Network) throws {
    switch (mean, deviation) {
    case (nil, nil): return
    case (let mean?, let deviation?):
      guard mean.count == deviation.count, !mean.isEmpty, deviation.allSatisfy({ $0 > 0 && $0.isFinite }),
        mean.allSatisfy(\.isFinite)
      else { throw ModelError.contradiction("--mean and --std need one number a channel each, deviations above 0") }
      network.normalize(PixelNormalization(mean: mean, deviation: deviation))
    default:
      throw ModelError.contradiction("--mean and --std go together: give both or neither")
    }
  }

  private func fixInputs(of network: inout Network) throws {
    for text in fixedInputs {
      let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else { throw ModelError.contradiction("--input is written NAME=VALUE, not '\(text)'") }
      let declared = network.inputs.first { network.name(of: $0.value) == sides[0] }?.shape ?? []
      try network.fix(input: sides[0], at: .float(try Self.tensor(sides[1], declared: declared)))
    }
    for input in network.inputs.dropFirst() {
      let extents = input.shape.compactMap { $0 }
      if fixesOpenInputs, input.type.isFloatingPoint, extents.count == input.shape.count,
        let count = Shape(extents).checkedElementCount,
        count <= 1 << 20
      {
        try network.fix(input: network.name(of: input.value), at: .float(Tensor(Shape(extents), repeating: 1)))
        continue
      }
      throw ModelError.extraInput(network.name(of: input.value))
    }
  }

  package static func tensor(_ text: String, declared: [Int?]) throws -> Tensor {
    if text.hasSuffix(".npy") { return try Tensor(npy: text) }
    if text.hasPrefix("onehot:") { return try oneHot(String(text.dropFirst("onehot:".count)), declared: declared) }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .compactMap { Float($0.trimmingCharacters(in: .whitespaces)) }
    let shape = Shape(declared.map { $0 ?? 1 })
    guard let count = shape.checkedElementCount, count <= 1 << 28, numbers.count == 1 || numbers.count == count else {
      throw ModelError.contradiction("'\(text)' does not fill an input of \(shape): give one number or all of them")
    }
    return numbers.count == 1 ? Tensor(shape, repeating: numbers[0]) : Tensor(shape, numbers)
  }

  /// Zeros with a single one: what picks a class or a style.
  private static func oneHot(_ text: String, declared: [Int?]) throws -> Tensor {
    let shape = Shape(declared.map { $0 ?? 1 })
    guard let count = shape.checkedElementCount, count <= 1 << 28, let index = Int(text), (0..<count).contains(index)
    else {
      throw ModelError.contradiction(
        "'onehot:\(text)' does not fit an input of \(shape): give a place from 0 to \(max(shape.elementCount - 1, 0))")
    }
    return Tensor(shape, (0..<count).map { $0 == index ? 1 : 0 })
  }

  /// A single NaN among millions of weights would come out as an empty picture far away from its cause.
  private func checkParameters(of network: Network) throws {
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) {
      guard let tensor = constant.tensor else { continue }
      defer { tensor.letGo() }
      guard !tensor.isFinite else { continue }
      let count = tensor.scalars.count { !$0.isFinite }
      throw ModelError.nonFiniteWeights(name: network.name(of: value), count: count, of: tensor.count)
    }
  }

  private func preprocessing(of network: Network) throws -> Preprocessing {
    if let inputSize {
      guard var known = network.preprocessing else {
        return Preprocessing(
          height: inputSize.height, width: inputSize.width, fit: .shorterSide(min(inputSize.height, inputSize.width)))
      }
      if case .shorterSide(let side) = known.fit {
        let (shorter, wanted) = (min(known.height, known.width), min(inputSize.height, inputSize.width))
        known.fit = .shorterSide(max(wanted, side * wanted / shorter))
      }
      known.height = inputSize.height
      known.width = inputSize.width
      return known
    }
    if let known = network.preprocessing { return known }
    // Vectors have no size.
    if let shape = network.inputs.first?.shape, shape.count == 2, shape[1] != nil {
      return Preprocessing(height: 1, width: 1, fit: .stretch)
    }
    guard let shape = network.inputs.first?.shape, shape.count == 4 else {
      throw ModelError.notPictures(network.inputs.first.map { $0.shape.map { $0.map(String.init) ?? "?" } } ?? [])
    }
    // What most classifiers were trained on, where the file leaves it open.
    let (height, width) = (shape[2] ?? 224, shape[3] ?? 224)
    return Preprocessing(height: height, width: width, fit: .shorterSide(min(height, width)))
  }
}

extension ModelSource {
  /// What was said of the model beside its name.
  public struct Options: Encodable, Sendable {
    public var architecture: String?
    public var section: String?
    public var mean: [Float]?
    public var std: [Float]?
    /// H×W in pixels.
    public var inputSize: [Int]?
    public var inputs: [String]
    public var classNames: String?
    /// How many times as much as usual the file may ask for.
    public var limit: Int
  }

  public var options: Options {
    Options(
      architecture: architecture, section: section, mean: mean, std: deviation,
      inputSize: inputSize.map { [$0.height, $0.width] }, inputs: fixedInputs, classNames: classNamesPath,
      limit: limits.factor)
  }
}
