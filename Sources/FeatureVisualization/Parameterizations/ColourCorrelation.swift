import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The colours of natural pictures vary together. Optimizing in a space in which they do not, and multiplying by the
/// root of their covariance, keeps pictures from the loud colours that independent channels drift to.
public struct ColourCorrelation: Hashable, Sendable {
  /// Row-major C×C: channel = matrix · uncorrelated.
  public let matrix: [Float]
  /// Of the pictures.
  public let channels: Int

  /// With the property of the same name.
  public init(matrix: [Float]) {
    let channels = Int(Double(matrix.count).squareRoot().rounded())
    precondition(channels * channels == matrix.count, "a colour matrix is square")
    self.matrix = matrix
    self.channels = channels
  }

  /// Measured on ImageNet (Olah, Mordvintsev & Schubert 2017), divided by its longest column.
  public static let imageNet = ColourCorrelation(
    matrix: [0.26, 0.09, 0.02, 0.27, 0, -0.05, 0.27, -0.09, 0.03].map { $0 / 0.4619524 })

  /// Channels that have nothing to do with each other.
  public static func identity(_ channels: Int) -> ColourCorrelation {
    ColourCorrelation(matrix: (0..<(channels * channels)).map { $0 % (channels + 1) == 0 ? 1 : 0 })
  }

  var isIdentity: Bool { self == .identity(channels) }

  /// The root U√Λ of the covariance of the pictures' colours, divided by its longest column, strongest axis first.
  ///
  /// - Parameter pictures: C×H×W in 0…1, of any sizes.
  /// - Throws: ``VisualizationError/contradiction(_:)`` without pictures, for differing channels, or where no colour
  ///   varies.
  public init(measuring pictures: [Tensor]) throws {
    guard let channels = pictures.first?.shape.dimensions.first, pictures.allSatisfy({ $0.shape.rank == 3 }),
      pictures.allSatisfy({ $0.shape[0] == channels })
    else { throw VisualizationError.contradiction("colours are measured on pictures of equally many channels") }
    var sums = [Double](repeating: 0, count: channels)
    var products = [Double](repeating: 0, count: channels * channels)
    var count = 0.0
    for picture in pictures {
      let area = picture.count / max(channels, 1)
      count += Double(area)
      picture.withUnsafeBufferPointer { values in
        for pixel in 0..<area {
          for row in 0..<channels {
            let value = Double(values[row * area + pixel])
            sums[row] += value
            for column in 0...row { products[row * channels + column] += value * Double(values[column * area + pixel]) }
          }
        }
      }
    }
    var covariance = products
    for row in 0..<channels {
      for column in 0...row {
        let value = products[row * channels + column] / count - sums[row] / count * sums[column] / count
        covariance[row * channels + column] = value
        covariance[column * channels + row] = value
      }
    }
    let (values, vectors) = SymmetricEigenvalues.decompose(covariance, order: channels)
    guard let largest = values.max(), largest > 1e-12 else {
      throw VisualizationError.contradiction("the pictures are of one colour, so there is nothing to decorrelate")
    }
    // Axes that do not vary at all would leave a matrix that cannot be inverted.
    let lengths = values.map { max($0, largest * 1e-8).squareRoot() }
    let order = lengths.indices.sorted { lengths[$0] > lengths[$1] }
    var matrix = [Float](repeating: 0, count: channels * channels)
    for (column, axis) in order.enumerated() {
      let vector = (0..<channels).map { vectors[$0 * channels + axis] }
      // An axis has no sign of its own: its first clear component is positive.
      let sign = (vector.first { abs($0) > 1e-6 } ?? 1) < 0 ? -1.0 : 1
      for row in 0..<channels {
        matrix[row * channels + column] = Float(sign * vector[row] * lengths[axis] / largest.squareRoot())
      }
    }
    self.init(matrix: matrix)
  }

  /// The inverse matrix, by elimination with row exchange.
  var inverse: [Float] {
    var left = matrix.map(Double.init)
    var right = ColourCorrelation.identity(channels).matrix.map(Double.init)
    for column in 0..<channels {
      let pivot = (column..<channels).max {
        abs(left[$0 * channels + column]) < abs(left[$1 * channels + column])
      }
      if let pivot, pivot != column {
        for index in 0..<channels {
          left.swapAt(pivot * channels + index, column * channels + index)
          right.swapAt(pivot * channels + index, column * channels + index)
        }
      }
      let scale = 1 / left[column * channels + column]
      for index in 0..<channels {
        left[column * channels + index] *= scale
        right[column * channels + index] *= scale
      }
      for row in 0..<channels where row != column {
        let factor = left[row * channels + column]
        for index in 0..<channels {
          left[row * channels + index] -= factor * left[column * channels + index]
          right[row * channels + index] -= factor * right[column * channels + index]
        }
      }
    }
    return right.map(Float.init)
  }
}

/// Eigenvalues and vectors of small symmetric matrices by Jacobi's rotations.
enum SymmetricEigenvalues {
  /// - Returns: values, and vectors as the columns of a row-major matrix.
  static func decompose(_ matrix: [Double], order: Int) -> (values: [Double], vectors: [Double]) {
    var a = matrix
    var vectors = ColourCorrelation.identity(order).matrix.map(Double.init)
    for _ in 0..<64 {
      var rotated = false
      for p in 0..<order {
        for q in (p + 1)..<max(order, p + 1) {
          let off = a[p * order + q]
          guard abs(off) > 1e-18 * (abs(a[p * order + p]) + abs(a[q * order + q])) else { continue }
          rotated = true
          let theta = (a[q * order + q] - a[p * order + p]) / (2 * off)
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<order {
            let (x, y) = (a[k * order + p], a[k * order + q])
            a[k * order + p] = c * x - s * y
            a[k * order + q] = s * x + c * y
          }
          for k in 0..<order {
            let (x, y) = (a[p * order + k], a[q * order + k])
            a[p * order + k] = c * x - s * y
            a[q * order + k] = s * x + c * y
            let (u, v) = (vectors[k * order + p], vectors[k * order + q])
            vectors[k * order + p] = c * u - s * v
            vectors[k * order + q] = s * u + c * v
          }
        }
      }
      if !rotated { break }
    }
    return ((0..<order).map { a[$0 * order + $0] }, vectors)
  }
}
