import Foundation
import GinghamNetworks
import GinghamTensors

/// One case of the ONNX conformance suite: a folder with `model.onnx` and one or more `test_data_set_N`, each holding
/// `input_K.pb` and `output_K.pb`.
public struct ONNXTestCase: Sendable {
  /// What goes in, and what must come out.
  public struct DataSet: Sendable {
    /// By the name of the network's input.
    public var inputs: [String: Constant]
    /// In the order of the network's outputs.
    public var expectedOutputs: [Constant]

    /// With the properties of the same names.
    public init(inputs: [String: Constant], expectedOutputs: [Constant]) {
      self.inputs = inputs
      self.expectedOutputs = expectedOutputs
    }
  }

  /// The folder's last component.
  public let name: String
  /// The net that plans are made of.
  public let network: Network
  /// Inputs, and outputs as they should be.
  public let dataSets: [DataSet]
  /// By how much outputs may differ.
  public let tolerance: OutputTolerance

  /// With the properties of the same names.
  public init(
    name: String, network: Network, dataSets: [DataSet], tolerance: OutputTolerance = OutputTolerance()
  ) {
    self.name = name
    self.network = network
    self.dataSets = dataSets
    self.tolerance = tolerance
  }

  /// - Throws: what ``ONNXModel/load(path:)`` throws, and `FormatError` where data is missing or no tensor.
  public init(folder: String) throws {
    try DeclaredTypes.requireTensors(modelAt: folder + "/model.onnx")
    let network = try ONNXModel.load(path: folder + "/model.onnx")
    let declared = try DeclaredTypes(modelAt: folder + "/model.onnx")
    let inputNames = network.inputs.map { network.name(of: $0.value) }
    var dataSets: [DataSet] = []
    while true {
      let setFolder = "\(folder)/test_data_set_\(dataSets.count)"
      guard FileManager.default.fileExists(atPath: setFolder) else { break }
      let inputs = try Self.tensors(in: setFolder, prefix: "input")
      let outputs = try Self.tensors(in: setFolder, prefix: "output")
      guard inputs.count == inputNames.count, outputs.count == network.outputs.count else {
        throw FormatError.malformed(
          path: setFolder, location: "the test data",
          reason: "\(inputs.count) inputs and \(outputs.count) outputs for a network of \(inputNames.count) and "
            + "\(network.outputs.count)")
      }
      dataSets.append(
        DataSet(
          inputs: Dictionary(zip(inputNames, inputs.enumerated().map(declared.input))) { first, _ in first },
          expectedOutputs: outputs.enumerated().map(declared.output)))
    }
    guard !dataSets.isEmpty else {
      throw FormatError.unreadable(path: folder, reason: "there is no 'test_data_set_0' in it")
    }
    self.init(
      name: folder.split(separator: "/").last.map(String.init) ?? folder, network: network, dataSets: dataSets,
      tolerance: declared.tolerance)
  }

  /// Element types as the model declares them. NumPy has no bfloat16, so the suite stores the bits of such a tensor as
  /// 16-bit integers; only the declaration tells.
  private struct DeclaredTypes {
    private let inputs: [ElementType?]
    private let outputs: [ElementType?]
    private let operators: Set<String>

    init(modelAt path: String) throws {
      let graph = try ModelMessage(MappedFile(path: path)).graph
      let initialized = Set(graph?.initializers.map(\.name) ?? [])
      inputs = (graph?.inputs ?? []).filter { !initialized.contains($0.name) }.map(Self.type)
      outputs = (graph?.outputs ?? []).map(Self.type)
      operators = Set(graph?.nodes.map(\.operatorType) ?? [])
    }

    /// Data of other kinds are no tensors, and only what is declared tells.
    static func requireTensors(modelAt path: String) throws {
      let graph = try ModelMessage(MappedFile(path: path)).graph
      for value in (graph?.inputs ?? []) + (graph?.outputs ?? []) {
        guard case .other(let kind) = value.kind, kind != ValueInfoMessage.untyped else { continue }
        throw FormatError.unsupported(
          path: path, what: "'\(value.name)', \(kind),", advice: "Inputs and outputs must be tensors of numbers.")
      }
    }

    private static func type(_ value: ValueInfoMessage) -> ElementType? {
      if case .tensor(let code, _) = value.kind { TensorMessage.elementType(code: code) } else { nil }
    }

    /// bfloat16 keeps eight significant bits, and whether the last one is rounded or cut off differs between releases
    /// of the suite. Its Fourier transforms carry the rounding of single precision where zeros should be.
    var tolerance: OutputTolerance {
      if outputs.contains(.bfloat16) { return OutputTolerance(relative: 0x1p-7) }
      return operators.contains("DFT") ? OutputTolerance(absolute: 1e-6) : OutputTolerance()
    }

    func input(_ index: Int, _ constant: Constant) -> Constant { decoded(constant, inputs, index) }
    func output(_ index: Int, _ constant: Constant) -> Constant { decoded(constant, outputs, index) }

    private func decoded(_ constant: Constant, _ types: [ElementType?], _ index: Int) -> Constant {
      guard types.indices.contains(index), types[index] == .bfloat16, let bits = constant.integers,
        bits.type == .uint16
      else { return constant }
      let elements = bits.elements.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) }
      return .float(Tensor(bits.shape, elements))
    }
  }

  /// Reads one `.pb` file of the suite: a tensor by itself.
  ///
  /// - Throws: `FormatError`.
  public static func tensor(path: String) throws -> Constant {
    let file = try MappedFile(path: path)
    let message = try TensorMessage(WireReader(file, message: "TensorProto"))
    return try TensorDecoder(beside: path).constant(message)
  }

  private static func tensors(in folder: String, prefix: String) throws -> [Constant] {
    var tensors: [Constant] = []
    while true {
      let path = "\(folder)/\(prefix)_\(tensors.count).pb"
      guard FileManager.default.fileExists(atPath: path) else { return tensors }
      tensors.append(try tensor(path: path))
    }
  }
}
