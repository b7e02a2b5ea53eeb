import GinghamTensors

/// Named arrays in the order their file lists them: what a state dict is.
///
/// Aligned float32 is used where it lies in the mapped file and costs no memory of its own. Half precision, float64,
/// integers and arrays with gaps are converted to row-major float32 when they are first asked for, once.
public struct WeightTable: Sendable {
  /// As it was given.
  public let path: String
  /// Of the tensors, in the order of the file.
  public private(set) var names: [String]
  /// Free text the author filed beside the weights (safetensors' `__metadata__`).
  public let metadata: [String: String]
  /// Dictionaries of the same checkpoint that hold averages of weights over training steps, where nobody chose one.
  public internal(set) var averages: [String] = []
  /// Whether this is such a dictionary, taken because there is no other.
  public internal(set) var isAverage = false
  private var tensors: [String: StoredTensor]

  /// A table of tensors that are in memory already. A later one of the same name replaces an earlier one.
  public init(path: String, _ named: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]) {
    self.path = path
    self.metadata = metadata
    names = []
    tensors = [:]
    for (name, tensor) in named where tensors.updateValue(StoredTensor(tensor), forKey: name) == nil {
      names.append(name)
    }
  }

  /// - Throws: ``FormatError/unsupported(path:what:advice:)`` where converting would take far more memory than the file
  ///   has bytes, as views that repeat one element can be made to.
  init(_ section: WeightSection, in file: MappedFile, metadata: [String: String] = [:]) throws {
    path = file.path
    names = section.names
    self.metadata = metadata
    var shared: [StridedLayout: StoredTensor] = [:]
    var convertedElements = 0
    tensors = section.layouts.mapValues { layout in
      if let tensor = shared[layout] { return tensor }
      if !layout.isBorrowable(from: file.bytes) {
        let (sum, overflow) = convertedElements.addingReportingOverflow(layout.shape.elementCount)
        convertedElements = overflow ? .max : sum
      }
      let tensor = StoredTensor(layout, in: file)
      shared[layout] = tensor
      return tensor
    }
    guard convertedElements <= 1 << 24 + file.bytes.count else {
      throw FormatError.unsupported(
        path: path, what: "a set of views that unfold to many times the file's size",
        advice: "Save tensor.contiguous() instead of expanded views.")
    }
  }

  /// Arrays of several files as one table.
  init(path: String, joining tables: [(table: WeightTable, names: [String])]) {
    self.path = path
    metadata = tables.reduce(into: [:]) { $0.merge($1.table.metadata) { first, _ in first } }
    names = tables.flatMap(\.names)
    tensors = tables.reduce(into: [:]) { all, part in
      for name in part.names { all[name] = part.table.tensors[name] }
    }
  }

  /// The arrays whose names start with `prefix`, without it; `nil` where there is none.
  public func part(under prefix: String) -> WeightTable? {
    guard !prefix.isEmpty else { return self }
    var part = self
    part.names = names.filter { $0.hasPrefix(prefix) && $0.count > prefix.count }.map {
      String($0.dropFirst(prefix.count))
    }
    part.tensors = part.names.reduce(into: [:]) { $0[$1] = tensors[prefix + $1] }
    return part.names.isEmpty ? nil : part
  }

  /// Of the tensors.
  public var count: Int { names.count }

  /// The array in row-major float32. The first call converts it where the file holds something else: O(elements).
  public subscript(name: String) -> Tensor? { tensors[name]?.tensor }

  /// Costs nothing: the array stays in its file.
  public func shape(of name: String) -> Shape? { tensors[name]?.shape }

  /// What the file holds.
  public func type(of name: String) -> ElementType? { tensors[name]?.type }

  /// The table with `prefix` taken off every name, as often as all names start with it; training in parallel prefixes
  /// `module.`, compiling `_orig_mod.`. Unchanged where a name does not start with it.
  public func removingPrefix(_ prefix: String = "module.") -> WeightTable {
    var table = self
    while !prefix.isEmpty, !table.names.isEmpty,
      table.names.allSatisfy({ $0.hasPrefix(prefix) && $0.utf8.count > prefix.utf8.count })
    {
      table.names = table.names.map { String($0.dropFirst(prefix.count)) }
      table.tensors = Dictionary(
        table.tensors.map { (String($0.key.dropFirst(prefix.count)), $0.value) },
        uniquingKeysWith: { first, _ in first })
    }
    return table
  }
}
