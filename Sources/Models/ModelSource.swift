import Foundation
import GinghamArchitectures
import GinghamModelFormats
import GinghamNetworks
import GinghamTensors

/// Which network a user means, and what the file may leave unsaid.
public struct ModelSource: Sendable {
  /// What becomes of pictures of other proportions than the net's.
  public enum Crop: String, CaseIterable, Encodable, Hashable, Sendable {
    /// The shorter side fits, and what sticks out of the middle is cut off.
    case centre
    /// Everything stays, stretched to the net's proportions.
    case none
  }

  /// A path (`.onnx`, `.safetensors`, `.pth`, `.pt`), or `random:NAME[?seed=N]`.
  public var specification: String
  /// Names the net of a weight file; `nil`: recognised by its parameter names.
  public var architecture: String?
  /// Which dictionary of a checkpoint holds the weights.
  public var section: String?
  /// A channel, in units of 0…1; both or neither.
  public var mean: [Float]?
  /// A channel, in units of 0…1; with ``mean``, or without both.
  public var deviation: [Float]?
  /// Height and width in pixels.
  public var inputSize: PictureSize?
  /// What becomes of pictures of other proportions; `nil`: what the net was trained with.
  public var crop: Crop?
  /// Extents of one of the random inputs that a generator takes, without the batch: what the file leaves open, or an
  /// input that would pass for a picture. `nil`: as the file says.
  public var latentShape: [Int]?
  /// Inputs beside the picture, fixed: `name=0.5`, `name=0,1,0`, `name=onehot:7` or `name=file.npy`.
  public var fixedInputs: [String]
  /// Which of the network's outputs is meant, by its name or its layer's; `nil`: the first.
  public var outputName: String?
  /// Names of the classes, one a line.
  public var classNamesPath: String?
  /// How much the file may ask for.
  public var limits = ResourceLimits()
  /// Leaves random parameters at zero, for what shapes alone decide.
  public var skipsRandomWeights = false
  /// Fixes inputs beside the picture at ones where nobody fixed them, for what does not depend on their values.
  public var fixesOpenInputs = false

  /// For people: a file's name without its ending, or a built-in net as it was asked for.
  public var title: String {
    specification.hasPrefix("random:")
      ? specification : URL(filePath: specification).deletingPathExtension().lastPathComponent
  }

  /// With the properties of the same names.
  public init(
    _ specification: String, architecture: String? = nil, section: String? = nil, mean: [Float]? = nil,
    deviation: [Float]? = nil, inputSize: PictureSize? = nil, fixedInputs: [String] = [],
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

  /// Whether it is a built-in net with random weights.
  public var isRandom: Bool { specification.hasPrefix("random:") }

  /// What files of nets and weights end in.
  public static let fileEndings = [".onnx", ".safetensors", ".pth", ".pt"]

  /// Whether a word names a net rather than anything else that is read, such as a picture.
  public static func isModel(_ word: String) -> Bool {
    let name = word.lowercased()
    return word.hasPrefix("random:") || (fileEndings + [".index.json"]).contains(where: name.hasSuffix)
  }

  /// The SHA-256 of the file; `nil` for random nets and for folders, which stand for the files in them.
  public func digest() throws -> String? {
    var isFolder: ObjCBool = false
    guard !isRandom,
      !FileManager.default.fileExists(atPath: specification, isDirectory: &isFolder) || !isFolder.boolValue
    else { return nil }
    return try FileDigest.sha256(path: specification)
  }

  /// Loads the network.
  ///
  /// - Throws: ``FormatError``, ``ArchitectureError``, ``ParameterMismatch``, ``NetworkError``, ``ModelError``.
  public func load() throws -> Model {
    let (loaded, notes) = try self.network()
    var network = loaded
    if !isRandom { try checkParameters(of: network) }
    try fixInputs(of: &network)
    if let latentShape { try network.takeLatents(latentShape) } else { network.takePictures() }
    network.takeSignals()
    try requireNoOtherInputs(of: &network)
    try chooseOutput(of: &network)
    try normalize(&network)
    return Model(
      source: self, network: network, preprocessing: cropped(try preprocessing(of: network)),
      classNames: try ClassNames(path: classNamesPath, beside: isRandom ? nil : specification), notes: notes)
  }

  /// - Returns: the network, and what was chosen in its file.
  private func network() throws -> (Network, notes: [String]) {
    if isRandom {
      guard architecture == nil else {
        throw ModelError.contradiction("an architecture was named beside a random: model, which names its own")
      }
      let network =
        try skipsRandomWeights
        ? Architectures.skeleton(parsing: specification) : Architectures.network(parsing: specification)
      return (network, [])
    }
    if specification.lowercased().hasSuffix(".onnx") {
      guard architecture == nil else {
        throw ModelError.contradiction("an architecture was named beside an ONNX file, which holds its own graph")
      }
      return (try ONNXModel.load(path: specification, limits: limits), [])
    }
    guard FileManager.default.fileExists(atPath: specification) else {
      let known = Architectures.names.contains(specification)
      throw ModelError.notFound(specification, advice: known ? "Did you mean 'random:\(specification)'?" : nil)
    }
    let table = try WeightTable.load(path: specification, under: section, limits: limits)
    let shapes = table.names.reduce(into: [:]) { $0[$1] = table.shape(of: $1) }
    let part = try Architectures.part(
      of: shapes, metadata: table.metadata, specification: architecture.map(ArchitectureSpecification.init(parsing:)))
    let net = table.part(under: part.prefix) ?? table
    let names = net.names.filter { name in !part.averages.contains { (part.prefix + name).hasPrefix($0) } }
    let network = try Architectures.network(
      part.specification, parameterShapes: names.reduce(into: [:]) { $0[$1] = net.shape(of: $1) }
    ) { name in
      if let type = net.type(of: name), !type.isFloatingPoint, (net.shape(of: name)?.rank ?? 0) > 1 {
        throw ModelError.contradiction(
          "the weights '\(name.printable())' are whole numbers of type \(type.rawValue), and the file does not say their "
            + "scale: save them as floating point, or export the net as ONNX, which keeps scales")
      }
      return net[name]
    }
    return (network, Self.notes(averages: table.averages + part.averages, areTaken: table.isAverage || part.isAverage))
  }

  private static func notes(averages: [String], areTaken: Bool) -> [String] {
    if areTaken { return ["the weights are averages over training steps: the file holds no others"] }
    guard !averages.isEmpty else { return [] }
    let names = averages.map { "'\($0.printable())'" }.joined(separator: ", ")
    return [
      "beside the weights that are taken, the file holds their averages over training steps in \(names): a section's name "
        + "takes those"
    ]
  }

  private func normalize(_ network: inout Network) throws {
    switch (mean, deviation) {
    case (nil, nil): return
    case (let mean?, let deviation?):
      guard mean.count == deviation.count, !mean.isEmpty, deviation.allSatisfy({ $0 > 0 && $0.isFinite }),
        mean.allSatisfy(\.isFinite)
      else { throw ModelError.contradiction("mean and std need one number a channel each, deviations above 0") }
      network.normalize(PixelNormalization(mean: mean, deviation: deviation))
    default:
      throw ModelError.contradiction("mean and std go together: give both or neither")
    }
  }

  private func fixInputs(of network: inout Network) throws {
    for text in fixedInputs {
      let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else {
        throw ModelError.contradiction("a fixed input is written NAME=VALUE, not '\(text)'")
      }
      let input = network.inputs.first { network.name(of: $0.value) == sides[0] }
      let tensor = try Self.tensor(sides[1], declared: input?.shape ?? [])
      try network.fix(input: sides[0], at: try Self.constant(tensor, of: input?.type ?? .float32, named: sides[0]))
    }
  }

  private func requireNoOtherInputs(of network: inout Network) throws {
    for input in network.inputs.dropFirst() {
      // The first axis is the batch's where it is open.
      let extents = input.shape.enumerated().compactMap { $0.element ?? ($0.offset == 0 ? 1 : nil) }
      if fixesOpenInputs, extents.count == input.shape.count, let count = Shape(extents).checkedElementCount,
        count <= 1 << 20
      {
        // The first of a list's places is there in every list.
        let filling = Tensor(Shape(extents), repeating: input.type.isFloatingPoint ? 1 : 0)
        let name = network.name(of: input.value)
        try network.fix(input: name, at: try Self.constant(filling, of: input.type, named: name))
        continue
      }
      throw ModelError.extraInput(network.name(of: input.value))
    }
  }

  /// Numbers as the input's type has them.
  private static func constant(_ tensor: Tensor, of type: ElementType, named name: String) throws -> Constant {
    guard !type.isFloatingPoint else { return .float(tensor) }
    let integers = tensor.scalars.map { Int(exactly: $0) }
    guard let elements = integers as? [Int] else {
      throw ModelError.contradiction("the input '\(name)' takes whole numbers of type \(type.rawValue)")
    }
    return .integer(IntegerArray(tensor.shape, elements, type: type))
  }

  /// Puts the output that is meant first: it is what `output`, `top` and `class:` speak of.
  private func chooseOutput(of network: inout Network) throws {
    guard let outputName else { return }
    guard
      let value = network.outputs.first(where: { network.name(of: $0) == outputName })
        ?? (try? network.value(ofLayer: outputName))
    else {
      let names = network.outputs.map { "'\(network.name(of: $0))'" }.joined(separator: ", ")
      throw ModelError.contradiction(
        "there is no output '\(outputName.printable())', nor a layer of that name; the outputs are \(names)")
    }
    network.outputs = [value] + network.outputs.filter { $0 != value }
  }

  package static func tensor(_ text: String, declared: [Int?]) throws -> Tensor {
    if text.hasSuffix(".npy") { return try Tensor(npy: text) }
    if text.hasPrefix("onehot:") { return try oneHot(String(text.dropFirst("onehot:".count)), declared: declared) }
    let numbers = [Float](listed: text) ?? []
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

  /// A single NaN among millions of weights would come out as an empty picture far away from its cause. Infinities are
  /// damage in weights only: bounds and masks hold them on purpose.
  private func checkParameters(of network: Network) throws {
    let trained = network.trainedConstants
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) {
      guard let tensor = constant.tensor else { continue }
      defer { tensor.letGo() }
      guard !tensor.isFinite else { continue }
      let isTrained = trained.contains(value)
      let count = tensor.scalars.count { isTrained ? !$0.isFinite : $0.isNaN }
      guard count > 0 else { continue }
      throw ModelError.nonFiniteWeights(name: network.name(of: value), count: count, of: tensor.count)
    }
  }

  private func cropped(_ known: Preprocessing) -> Preprocessing {
    var preprocessing = known
    switch (crop, known.fit) {
    case (Crop.none?, _): preprocessing.fit = .stretch
    case (.centre?, .stretch): preprocessing.fit = .shorterSide(min(known.height, known.width))
    case (.centre?, .shorterSide), (nil, _): break
    }
    return preprocessing
  }

  /// Samples of a signal where the file leaves them open: a second of speech, as a power of two (WaveGAN).
  private static let usualLength = 1 << 14

  private func preprocessing(of network: Network) throws -> Preprocessing {
    if let inputSize {
      if network.isOneDimensional { return Preprocessing(height: 1, width: inputSize.width, fit: .stretch) }
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
    // What is no picture has no size.
    if network.inputs.first?.takesNoPictures ?? false || latentShape != nil {
      return Preprocessing(height: 1, width: 1, fit: .stretch)
    }
    guard let shape = network.inputs.first?.shape, shape.count == 4 else {
      throw ModelError.notPictures(network.inputs.first.map { $0.shape.map { $0.map(String.init) ?? "?" } } ?? [])
    }
    if network.isOneDimensional {
      let length = shape[3] ?? Self.usualLength
      guard (1...(1 << 26)).contains(length), shape[1] != 0 else {
        throw ModelError.impossibleInput(shape.map { $0.map(String.init) ?? "?" })
      }
      return Preprocessing(height: 1, width: length, fit: .stretch)
    }
    // What most classifiers were trained on, where the file leaves it open.
    let (height, width) = (shape[2] ?? 224, shape[3] ?? 224)
    guard (1...(1 << 16)).contains(height), (1...(1 << 16)).contains(width), shape[1] != 0 else {
      throw ModelError.impossibleInput(shape.map { $0.map(String.init) ?? "?" })
    }
    return Preprocessing(height: height, width: width, fit: .shorterSide(min(height, width)))
  }
}

extension ModelSource {
  /// What was said of the model beside its name.
  public struct Options: Encodable, Sendable {
    /// Of a weight file; `nil`: recognised.
    public var architecture: String?
    /// The dictionary of a checkpoint; `nil`: the only one.
    public var section: String?
    /// A channel, in units of 0…1.
    public var mean: [Float]?
    /// A channel, in units of 0…1.
    public var std: [Float]?
    /// H×W in pixels.
    public var inputSize: [Int]?
    /// What becomes of pictures of other proportions; `nil`: as the net was trained.
    public var crop: Crop?
    /// Of one random input of a generator; `nil`: as the file says.
    public var latent: [Int]?
    /// Beside the picture, as `name=value`.
    public var inputs: [String]
    /// The output that is meant; `nil`: the first.
    public var outputName: String?
    /// The file of their names; `nil`: beside the model, or none.
    public var classNames: String?
    /// How many times as much as usual the file may ask for.
    public var limit: Int
  }

  /// What was said of the model beside its name.
  public var options: Options {
    Options(
      architecture: architecture, section: section, mean: mean, std: deviation,
      inputSize: inputSize.map { [$0.height, $0.width] }, crop: crop, latent: latentShape, inputs: fixedInputs,
      outputName: outputName,
      classNames: classNamesPath, limit: limits.factor)
  }
}

extension Network.Input {
  /// Whether it is of another rank than pictures and says all its extents but the batch's.
  fileprivate var takesNoPictures: Bool {
    shape.count > 1 && shape.count != 4 && shape.dropFirst().allSatisfy { $0 != nil }
  }
}

extension Network {
  /// Makes the first input one of random numbers of these extents.
  ///
  /// - Throws: ``ModelError/wrongLatents(input:declared:asked:)`` where the file says otherwise.
  fileprivate mutating func takeLatents(_ extents: [Int]) throws {
    guard let input = inputs.first else { throw ModelError.notPictures([]) }
    let declared = Array(input.shape.dropFirst())
    guard declared.count == extents.count, zip(declared, extents).allSatisfy({ $0 == nil || $0 == $1 }) else {
      throw ModelError.wrongLatents(
        input: name(of: input.value), declared: input.shape.map { $0.map(String.init) ?? "?" }, asked: extents)
    }
    inputs[0].shape = [input.shape.first ?? nil] + extents.map { $0 }
  }
}
