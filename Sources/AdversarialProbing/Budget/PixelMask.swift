import Foundation
import GinghamLattices
import GinghamTensors

/// The pixels that a perturbation may change, in all their channels.
public struct PixelMask: Hashable, Sendable {
  /// In pixels.
  public let height: Int
  /// In pixels.
  public let width: Int
  /// Row-major.
  public let isOpen: [Bool]

  /// With the properties of the same names.
  public init(height: Int, width: Int, isOpen: [Bool]) {
    precondition(isOpen.count == height * width, "a mask of \(isOpen.count) pixels is not \(height)×\(width)")
    self.height = height
    self.width = width
    self.isOpen = isOpen
  }

  /// The pixels where a map H×W is not zero.
  ///
  /// - Throws: ``ProbingError/badArgument(_:)`` for another shape.
  public init(_ map: Tensor) throws {
    guard map.shape.rank == 2, map.count > 0 else {
      throw ProbingError.badArgument("a mask is H×W, not \(map.shape)")
    }
    self.init(height: map.shape[0], width: map.shape[1], isOpen: map.scalars.map { $0 != 0 })
  }

  /// One phase of a lattice: the pixels with y mod S = row and x mod S = column. With a border, only pixels at least
  /// that far from every side.
  public static func phase(
    row: Int, column: Int, of lattice: Lattice, height: Int, width: Int, border: Int = 0
  ) -> PixelMask {
    PixelMask(height: height, width: width) { y, x in
      y % lattice.period == row && x % lattice.period == column && min(y, height - 1 - y) >= border
        && min(x, width - 1 - x) >= border
    }
  }

  init(height: Int, width: Int, where isOpen: (_ y: Int, _ x: Int) -> Bool) {
    self.init(
      height: height, width: width, isOpen: (0..<(height * width)).map { isOpen($0 / width, $0 % width) })
  }

  /// `count` pixels at random out of this mask's.
  public func thinned(to count: Int, seed: UInt64, name: String) -> PixelMask {
    var places = isOpen.indices.filter { isOpen[$0] }
    var random = SeededGenerator(seed: seed, name: name)
    var open = [Bool](repeating: false, count: isOpen.count)
    for drawn in 0..<min(count, places.count) {
      places.swapAt(drawn, drawn + random.integer(in: 0...(places.count - drawn - 1)))
      open[places[drawn]] = true
    }
    return PixelMask(height: height, width: width, isOpen: open)
  }

  /// Pixels that may change.
  public var count: Int { isOpen.count { $0 } }

  /// 1 where open, 0 elsewhere: H×W.
  public var tensor: Tensor { Tensor([height, width], isOpen.map { $0 ? 1 : 0 }) }

  /// Sets the elements of C×H×W outside the mask to zero.
  func apply(to values: UnsafeMutableBufferPointer<Float>) {
    isOpen.withUnsafeBufferPointer { open in
      for start in stride(from: 0, to: values.count, by: open.count) {
        for pixel in 0..<open.count where !open[pixel] { values[start + pixel] = 0 }
      }
    }
  }
}
