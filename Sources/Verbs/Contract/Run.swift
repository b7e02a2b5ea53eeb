import GinghamModels
import GinghamNetworks
import GinghamReporting

/// One piece of work that a user asks for: a verb with its settings, before anything is read or computed.
///
/// A run says what shapes its result (``record``), computes it (``result(in:)``), and leaves everything that runs have in
/// common to ``perform(in:command:writingTo:)``: time, folder, manifest, text, exit status. The command line, recipes and
/// other programs all make runs and perform them; none of them decides anything.
public protocol Run: Sendable {
  associatedtype Findings: RunFindings

  /// What manifests and folders call it, such as `gradient`.
  static var name: String { get }

  /// Whether it writes into `outputs/` where nobody named a folder. Verbs that only answer a question do not.
  static var writesUnasked: Bool { get }

  /// Everything that shapes the result. The manifest follows from it.
  var record: RunRecord { get }

  /// Looks at the settings alone; reads nothing.
  ///
  /// - Throws: ``SettingError``.
  func validate() throws

  /// Looks at what settings and model have to do with each other, without computing: a series does so with all of its
  /// steps before the first begins.
  ///
  /// - Throws: what ``result(in:)`` would throw about it.
  func check(_ model: Model, in context: RunContext) throws

  /// Reads the inputs and computes.
  ///
  /// - Throws: the typed errors of whatever is read and computed.
  func result(in context: RunContext) throws -> RunResult<Findings>
}

extension Run {
  /// Runs write, unless they say otherwise.
  public static var writesUnasked: Bool { true }
  /// Nothing, for runs whose settings cannot be wrong by themselves.
  public func validate() throws {}
  /// Nothing, for runs whose settings and model have nothing to do with each other.
  public func check(_ model: Model, in context: RunContext) throws {}
}

/// What a run found: data, put into words last.
public protocol RunFindings: Encodable, Sendable {
  /// The file of a run's folder that holds them.
  static var fileName: String { get }

  /// The name of the JSON schema that the file keeps to.
  static var schema: String { get }

  /// For the terminal, without a newline at its end.
  var text: String { get }

  /// As files hold them: without times, so that equal runs write equal bytes. Times are in the manifest.
  var timeless: Self { get }

  /// Commands that make annotations of what is not as it should be, for the log of a workflow of GitHub's.
  var annotations: [String] { get }
}

extension RunFindings {
  /// The findings themselves, where they hold no times.
  public var timeless: Self { self }
  /// None, where nothing is tested.
  public var annotations: [String] { [] }
  /// Named after the type.
  public static var schema: String { SchemaName.of(Self.self) }
  /// `findings.json`, unless they say otherwise.
  public static var fileName: String { "findings.json" }
}

extension Model {
  /// - Throws: ``ObjectiveError`` where an objective cannot be read, ``NetworkError`` where a layer is unknown.
  func check(objective: String) throws {
    for layer in try objectiveParser().parse(objective).layers { _ = try network.value(ofLayer: layer) }
  }
}
