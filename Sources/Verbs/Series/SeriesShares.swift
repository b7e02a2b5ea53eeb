import Foundation
import GinghamReporting

/// How the units of a series are shared among tasks.
public struct SeriesShares: Sendable {
  /// Units that read nothing that others write, in the order of the file: any task may run them at any time.
  public let independent: [RunRecipe.Step]
  /// Units that read what others have written: they come last, in their order.
  public let dependent: [RunRecipe.Step]
  /// Tasks that the independent ones are dealt to; at least one.
  public let count: Int

  /// Slurm's own limit on the places of an array, where a site has not changed it, less one.
  private static let mostTasks = 1000

  /// - Parameters:
  ///   - pack: units a task; `nil`: one, or as many as keep the tasks below a thousand.
  public init(of series: SeriesFolder, pack: Int?) {
    self.init(of: series) { units in max(1, (units + (pack ?? 1) - 1) / max(pack ?? 1, 1)) }
  }

  /// - Parameter count: of the tasks, as those say who run them.
  public init(of series: SeriesFolder, count: Int) { self.init(of: series) { _ in count } }

  private init(of series: SeriesFolder, tasks: (Int) -> Int) {
    dependent = series.units.filter { $0.reads(from: series.path) }
    independent = series.units.filter { !$0.reads(from: series.path) }
    count = max(1, min(tasks(independent.count), Self.mostTasks, max(independent.count, 1)))
  }

  /// - Parameter number: from 1; there is nothing behind ``count``.
  public func share(_ number: Int) -> [RunRecipe.Step] {
    let size = (independent.count + count - 1) / count
    let start = (number - 1) * size
    guard number >= 1, start < independent.count else { return [] }
    return Array(independent[start..<min(start + size, independent.count)])
  }
}

extension RunRecipe.Step {
  /// Whether any of its words is of a file that the series writes.
  fileprivate func reads(from folder: String) -> Bool {
    let whole = URL(filePath: folder).standardizedFileURL.path(percentEncoded: false)
    let stems = [folder, whole].map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    return arguments.contains { word in stems.contains { word.contains($0) } }
  }
}
