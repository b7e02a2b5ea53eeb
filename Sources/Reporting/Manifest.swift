import Foundation
import GinghamTensors

/// Of the library and the command line.
public let ginghamVersion = "0.1.0"

/// Where a result came from: enough to make it again.
public struct Manifest: Encodable, Sendable {
  /// The command as it was typed.
  public var command: [String]
  /// Of Gingham.
  public var version: String
  /// The model as it was named, and the SHA-256 of its file where it is one.
  public var model: String
  /// SHA-256 in hexadecimal digits; `nil` where the model is no file.
  public var modelDigest: String?
  /// What was said of the model beside its name: architecture, section, normalization, size, fixed inputs.
  public var modelOptions: JSONValue?
  /// The engine; `none` where no net was run.
  public var backend: String
  /// Of products: `float32` or `bf16`; `nil` where no net was run.
  public var precision: String?
  /// Threads that were allowed.
  public var threads: Int
  /// Of every random number; `nil` where none was drawn.
  public var seed: Int?
  /// Everything that shaped the result, defaults included.
  public var parameters: [String: JSONValue]
  /// Every file that was read beside the model, in the order of reading; none where they stand in ``inputTable``.
  public var inputs: [Input] = []
  /// The same of very many files; `nil` where ``inputs`` holds them.
  public var inputTable: InputTable?
  /// When the run began, ISO 8601 in UTC.
  public var started: Date
  /// Files the run wrote, relative to the manifest.
  public var files: [String]
  /// What the run is, in one number: that of everything above which shapes its result. Equal runs have equal ones.
  public var run: String?

  /// A file as it was named, and its SHA-256; `nil` where it could not be read.
  public struct Input: Encodable, Sendable {
    /// As it was named.
    public var path: String
    /// SHA-256 in hexadecimal digits; `nil` where it could not be read.
    public var digest: String?

    /// With the properties of the same names.
    public init(path: String, digest: String?) {
      self.path = path
      self.digest = digest
    }

    private enum CodingKeys: String, CodingKey {
      case path
      case digest = "sha256"
    }
  }

  /// With the properties of the same names.
  public init(
    command: [String], version: String, model: String, modelDigest: String?, backend: String, precision: String? = nil,
    threads: Int, seed: Int? = nil, parameters: [String: JSONValue], started: Date, files: [String] = []
  ) {
    self.command = command
    self.version = version
    self.model = model
    self.modelDigest = modelDigest
    self.backend = backend
    self.precision = precision
    self.threads = threads
    self.seed = seed
    self.parameters = parameters
    self.started = started
    self.files = files
  }

  private enum Keys: String, CodingKey {
    case schema, command, version, model, backend, precision, threads, seed, parameters, inputs, started, files
    case modelOptions
    case inputTable = "inputs_table"
    case modelDigest = "model_sha256"
    case run = "run_sha256"
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(SchemaName.of(Self.self), forKey: .schema)
    try container.encode(command, forKey: .command)
    try container.encode(version, forKey: .version)
    try container.encode(model, forKey: .model)
    try container.encodeIfPresent(modelDigest, forKey: .modelDigest)
    try container.encodeIfPresent(modelOptions, forKey: .modelOptions)
    try container.encode(backend, forKey: .backend)
    try container.encodeIfPresent(precision, forKey: .precision)
    try container.encode(threads, forKey: .threads)
    try container.encodeIfPresent(seed, forKey: .seed)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(inputs, forKey: .inputs)
    try container.encodeIfPresent(inputTable, forKey: .inputTable)
    try container.encode(started.formatted(.iso8601), forKey: .started)
    try container.encode(files, forKey: .files)
    try container.encodeIfPresent(run, forKey: .run)
  }

  /// A digest of all that shapes the result: everything but how and when it was asked for, and what came of it.
  ///
  /// - Throws: what encoding does.
  public func identity(of verb: String) throws -> String? {
    var shaping = self
    (shaping.command, shaping.started, shaping.files, shaping.run) = ([verb], Date(timeIntervalSince1970: 0), [], nil)
    return try shaping.json().withUnsafeBytes { FileDigest.sha256($0) }
  }

  /// The part of a manifest that tells runs apart.
  public struct Identity: Decodable, Sendable {
    /// What the run is, in one number; `nil` where nobody knew.
    public var run: String?
    /// Files the run wrote, relative to the manifest.
    public var files: [String]

    private enum CodingKeys: String, CodingKey {
      case files
      case run = "run_sha256"
    }
  }
}

extension Manifest.Identity {
  /// Of the run that a folder holds.
  ///
  /// - Throws: ``FormatError/unreadable(path:reason:)``.
  public init(ofFolder path: String) throws {
    let file = path + "/" + RunFolder.manifestName
    guard let data = FileManager.default.contents(atPath: file) else {
      throw FormatError.unreadable(path: file, reason: "it is not there")
    }
    do { self = try JSONDecoder().decode(Self.self, from: data) } catch {
      throw FormatError.unreadable(path: file, reason: "it is no manifest")
    }
  }
}
