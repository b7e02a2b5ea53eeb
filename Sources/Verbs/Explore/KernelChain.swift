import GinghamSignals
import GinghamTensors

/// The units of a convolution in an order in which neighbours are alike: each is followed by the one whose filter points most
/// nearly in the direction of its own, of those that are left.
struct KernelChain {
  /// Of each unit, from 0.
  let places: [Int]

  /// - Parameter kernels: a filter a unit.
  init(of kernels: Tensor) {
    let units = kernels.shape[0]
    guard units > 0, kernels.count > 0 else {
      places = Array(0..<units)
      return
    }
    let length = kernels.count / units
    var filters = kernels.scalars.map(Double.init)
    for unit in 0..<units {
      let range = (unit * length)..<((unit + 1) * length)
      let norm = filters[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for index in range where norm > 0 { filters[index] /= norm }
    }
    let matrix = Matrix(rows: units, columns: length, values: filters)
    let cosines = matrix.timesTransposed(matrix).values
    var (places, left) = ([Int](repeating: 0, count: units), Array(1..<units))
    var last = 0
    for place in 1..<max(units, 1) {
      guard
        let next = left.indices.max(by: {
          (cosines[last * units + left[$0]], left[$1]) < (cosines[last * units + left[$1]], left[$0])
        })
      else { break }
      last = left.remove(at: next)
      places[last] = place
    }
    self.places = places
  }
}
