import GinghamImaging
import GinghamModels

extension Model {
  /// What becomes of pictures before the net sees them, said once for all: of the first that is none of the net's size.
  ///
  /// - Parameter inputs: files, folders and patterns, as they were named.
  func fittingRemarks(at inputs: [String]) -> [String] {
    guard !network.isOneDimensional else { return [] }
    for path in ((try? InputFiles.listed(inputs)) ?? []).prefix(Self.looksAt) {
      guard let picture = try? Picture(contentsOf: path) else { continue }
      if let remark = fittingRemark(pictureOf: picture.height, by: picture.width) { return [remark] }
    }
    return []
  }

  /// Pictures of a set are mostly of one kind.
  private static let looksAt = 4
}
