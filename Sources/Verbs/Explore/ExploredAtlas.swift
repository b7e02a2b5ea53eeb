import GinghamFeatureVisualization
import GinghamSignals

/// What the reader's pictures make of a layer: a file of the site.
///
/// Every position of every picture is a point in the space of the layer's channels. The atlas lays them out on a plane and
/// shows what the layer sees around each place of it (Carter et al. 2019, "Activation Atlas"); the groups are those of
/// channels that respond together (Olah et al. 2018, "The building blocks of interpretability").
struct ExploredAtlas: Encodable {
  var layer: String
  /// Cells on a side.
  var side: Int
  /// Positions that were laid out, and of how many pictures.
  var positions: Int
  var pictures: Int
  /// Of the positions' variance, from left to right and from top to bottom.
  var shares: [Double]
  var cells: [Cell]
  var groups: [Group]
  /// Of the positions' power, what the groups leave over.
  var unexplained: Double

  /// A direction and the picture that was made of it.
  struct Direction: Encodable {
    var file: String
    var width: Int
    var height: Int
    /// The channels that count most in it.
    var units: [Unit]
    var command: String
  }

  struct Unit: Encodable {
    var unit: Int
    var weight: Double
    /// The unit of a convolution that it is, where the layer passes channels on; `nil` of others.
    var origin: UnitLinks.Origin?
  }

  /// Positions that lie beside each other on the plane.
  struct Cell: Encodable {
    /// From the top, and from the left.
    var row: Int
    var column: Int
    var count: Int
    /// Pictures with a page that have most positions here.
    var likest: [Like]
    var direction: Direction
  }

  struct Like: Encodable {
    /// Place among ``ExploredNet/pictures``.
    var page: Int
    var count: Int
  }

  struct Group: Encodable {
    /// Of all groups' weights at all positions.
    var share: Double
    /// In the maps of pictures.
    var colour: String
    var direction: Direction
  }

  /// How the groups lie in a picture.
  struct Places: Codable {
    /// Of the map in the groups' colours.
    var file: String
    /// Of all groups' weights in this picture, by group.
    var shares: [Double]
  }
}

/// Points in a space of many dimensions, on a square of cells.
///
/// Each of the two strongest principal axes is cut so that every strip of cells holds as many points as any other: most
/// points of a layer lie close together, and cells of equal width would leave most of the square empty.
struct PointLayout {
  /// Of each point.
  let places: [(row: Int, column: Int)]
  /// Of the points' variance, along columns and along rows.
  let shares: [Double]

  /// - Parameters:
  ///   - points: a point a row, of two or more dimensions.
  ///   - side: cells in a row and in a column.
  /// - Throws: ``LinearAlgebraError``.
  init(of points: Matrix, side: Int) throws {
    let (directions, shares) = try points.principalComponents(2)
    let along = points.timesTransposed(directions)
    func strips(_ axis: Int) -> [Int] {
      let order = (0..<points.rows).sorted {
        (along.values[2 * $0 + axis], $0) < (along.values[2 * $1 + axis], $1)
      }
      var strips = [Int](repeating: 0, count: points.rows)
      for (rank, point) in order.enumerated() { strips[point] = rank * side / points.rows }
      return strips
    }
    places = zip(strips(1), strips(0)).map { (row: $0, column: $1) }
    self.shares = shares
  }
}
