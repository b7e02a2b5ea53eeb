import Foundation
import GinghamReporting
import GinghamTensors

/// Figures of an earlier state, in a small file that can stand beside the code.
struct CheckBaseline: Codable, Hashable {
  /// Of what the figures are.
  var subject: CheckFindings.Kind
  /// By their names.
  var figures: [String: Double]

  init(of figures: [CheckedFigure], subject: CheckFindings.Kind) {
    self.subject = subject
    self.figures = [:]
    for figure in figures { self.figures[figure.quantity.name] = figure.value }
  }

  private static let largestFile = 1 << 20

  /// - Throws: ``FormatError/unreadable(path:reason:)`` where the file is no baseline, or one of something else.
  init(path: String, for subject: CheckFindings.Kind) throws {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= Self.largestFile,
      let read = try? JSONDecoder().decode(Self.self, from: withExtendedLifetime(file) { Data(file.bytes) })
    else { throw FormatError.unreadable(path: path, reason: "it is no baseline") }
    guard read.subject == subject else {
      throw FormatError.unreadable(
        path: path, reason: "its figures are of \(read.subject.text), and these are of \(subject.text)")
    }
    self = read
  }

  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func write(to path: String) throws {
    let data = try json(keys: .useDefaultKeys)
    try AtomicFile.write(path) { try $0.append(data) }
  }
}
