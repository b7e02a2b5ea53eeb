import Foundation
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// Checkpoints of one training run, in the order they were written.
struct CheckpointSeries {
  struct Checkpoint: Hashable, Sendable {
    var path: String
    /// The number in its name; its place in the series where the names do not tell.
    var step: Int
  }

  let checkpoints: [Checkpoint]

  /// - Parameter paths: files in any order, or folders, whose files with weights are taken.
  /// - Throws: ``TrackError/nothingThere(_:)``, ``TrackError/noCheckpoints(in:)``.
  init(_ paths: [String]) throws {
    let manager = FileManager.default
    var files: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard manager.fileExists(atPath: path, isDirectory: &isFolder) else { throw TrackError.nothingThere(path) }
      guard isFolder.boolValue else {
        files.append(path)
        continue
      }
      let stem = path.hasSuffix("/") ? path : path + "/"
      files += try manager.contentsOfDirectory(atPath: path)
        .filter { name in !name.hasPrefix(".") && ModelSource.fileEndings.contains { name.lowercased().hasSuffix($0) } }
        .map { stem + $0 }
    }
    guard !files.isEmpty else { throw TrackError.noCheckpoints(in: paths) }
    var seen: Set<String> = []
    let sorted = files.filter { seen.insert($0).inserted }
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    checkpoints = Self.numbered(sorted)
  }

  /// Steps from names, where every name has one and they rise; places otherwise.
  static func numbered(_ paths: [String]) -> [Checkpoint] {
    let steps = paths.map(step)
    let known = steps.compactMap { $0 }
    if known.count == paths.count, Set(known).count == known.count {
      return zip(paths, known).map { Checkpoint(path: $0, step: $1) }.sorted { $0.step < $1.step }
    }
    return paths.enumerated().map { Checkpoint(path: $1, step: $0) }
  }

  /// The last number in a file's name.
  static func step(_ path: String) -> Int? {
    let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
    return stem.split { !$0.isASCII || !$0.isNumber }.last.flatMap { Int($0) }
  }
}

/// The parameters of a network by name: what two checkpoints of one architecture share.
struct ParameterInventory: Equatable {
  private let shapes: [(name: String, shape: Shape)]

  init(_ network: Network) {
    shapes = network.constants.sorted { $0.key < $1.key }.compactMap { value, constant in
      constant.tensor.map { (network.name(of: value), $0.shape) }
    }
  }

  static func == (left: ParameterInventory, right: ParameterInventory) -> Bool {
    left.firstDifference(to: right) == nil
  }

  /// In words, or `nil` where both are alike.
  func firstDifference(to other: ParameterInventory) -> String? {
    for (own, their) in zip(shapes, other.shapes) {
      if own.name != their.name { return "it has '\(their.name)' where the first has '\(own.name)'" }
      if own.shape != their.shape { return "its '\(own.name)' is \(their.shape), that of the first \(own.shape)" }
    }
    if let extra = other.shapes.dropFirst(shapes.count).first { return "it has '\(extra.name)', which the first lacks" }
    if let missing = shapes.dropFirst(other.shapes.count).first { return "it lacks '\(missing.name)'" }
    return nil
  }
}

/// What keeps a series of checkpoints from being followed.
public enum TrackError: Error, Hashable, Sendable {
  /// No file and no folder.
  case nothingThere(String)
  /// Folders without a file of weights.
  case noCheckpoints(in: [String])
  /// The parameters differ from those of the first checkpoint in name or shape.
  case differentArchitecture(path: String, first: String, difference: String)
  /// A checkpoint that cannot be read or run; the reason is its own.
  case checkpoint(path: String, reason: String)
}

extension TrackError: CustomStringConvertible {
  /// What keeps checkpoints from being followed, and in which file.
  public var description: String {
    switch self {
    case .nothingThere(let path): "there is no file or folder '\(path)'"
    case .noCheckpoints(let paths):
      "there are no checkpoints (.pth, .pt, .safetensors, .onnx) in \(paths.map { "'\($0)'" }.joined(separator: ", "))"
    case .differentArchitecture(let path, let first, let difference):
      "'\(path)' is of another architecture than '\(first)': \(difference)"
    case .checkpoint(let path, let reason): reason.contains(path) ? reason : "'\(path)': \(reason)"
    }
  }
}
