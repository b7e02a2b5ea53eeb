import GinghamTensors

/// Values of x at places that are data (ONNX GridSample). x is N×C×D₁…×Dᵣ, the grid N×E₁…×Eᵣ×r with coordinates in
/// −1…1, the last spatial axis first.
public struct GridSample: Hashable, Sendable {
  /// What stands between elements.
  public enum Mode: String, Hashable, Sendable {
    case nearest, linear, cubic
  }

  /// What stands outside of x.
  public enum Outside: String, Hashable, Sendable {
    case zeros, border, reflection
  }

  /// What stands between elements.
  public var mode: Mode
  /// What stands beyond the border.
  public var outside: Outside
  /// Whether −1 and 1 are the centres of the first and last element, or their outer edges.
  public var alignsCorners: Bool
  /// Whether coordinates count elements, the centre of the first one being 0, instead of −1…1.
  public var countsElements: Bool

  /// With the properties of the same names.
  public init(
    mode: Mode = .linear, outside: Outside = .zeros, alignsCorners: Bool = false, countsElements: Bool = false
  ) {
    self.mode = mode
    self.outside = outside
    self.alignsCorners = alignsCorners
    self.countsElements = countsElements
  }

  func outputShape(input x: Shape, grid: Shape) throws -> Shape {
    guard x.rank >= 3, grid.rank == x.rank, grid[0] == x[0], grid[grid.rank - 1] == x.rank - 2 else {
      throw ShapeError.mismatch("a grid of \(grid) does not sample \(x)")
    }
    guard x.spatial.allSatisfy({ $0 > 0 }) else { throw ShapeError.mismatch("\(x) has nothing to sample") }
    // Cubic taps multiply: 4³ of them are enough.
    guard x.rank <= (mode == .cubic ? 5 : 8) else { throw ShapeError.wrongRank(expected: 4, found: x.rank) }
    return Shape([x[0], x[1]] + grid.dimensions[1..<(grid.rank - 1)])
  }
}

/// A fixed number of positions in each of several rectangles (ONNX RoiAlign, He et al. 2017). Inputs: x as N×C×H×W, the
/// rectangles as R×4 (left, top, right, bottom), and which picture each belongs to.
public struct RegionAlign: Hashable, Sendable {
  /// In pixels.
  public var height: Int
  /// In pixels.
  public var width: Int
  /// Samples a position has on each axis; 0: as many as the rectangle has elements there.
  public var samples: Int
  /// Elements of x per unit of the rectangles.
  public var scale: Float
  /// Whether coordinates mean pixels' edges, so that centres lie at halves.
  public var isHalfPixel: Bool
  /// Whether the largest sample is taken in place of the mean. As ONNX defines it, weighted corners compete one by one.
  public var takesMaximum: Bool

  /// With the properties of the same names.
  public init(
    height: Int, width: Int, samples: Int = 0, scale: Float = 1, isHalfPixel: Bool = true, takesMaximum: Bool = false
  ) {
    self.height = height
    self.width = width
    self.samples = samples
    self.scale = scale
    self.isHalfPixel = isHalfPixel
    self.takesMaximum = takesMaximum
  }

  func outputShape(input x: Shape, regions: Shape, pictures: Shape) throws -> Shape {
    guard x.rank == 4, regions.rank == 2, regions[1] == 4, pictures == [regions[0]], x[2] > 0, x[3] > 0,
      height > 0, width > 0, (0...1024).contains(samples), scale.isFinite
    else { throw ShapeError.mismatch("regions of \(regions), in pictures \(pictures), do not fit \(x)") }
    return [regions[0], x[1], height, width]
  }
}
