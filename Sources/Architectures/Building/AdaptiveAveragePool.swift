import GinghamNetworks
import GinghamTensors

extension NetworkBuilder {
  /// PyTorch's `AdaptiveAvgPool2d`: output o is the mean of inputs ⌊o·n/m⌋ ..< ⌈(o + 1)·n/m⌉ along each axis.
  ///
  /// Its windows differ in size unless m divides n, so the layer is written for the size the network is built for: as
  /// nothing where n = m, as a pool where m divides n, else as a product with one matrix an axis.
  public mutating func adaptiveAveragePool(_ name: String, _ x: Feature, size: Int) -> Feature {
    guard let spatial = x.spatial, spatial.count == 2, spatial != [size, size] else {
      let output = identity(name, x)
      return Feature(value: output.value, channels: x.channels, spatial: [size, size])
    }
    let (height, width) = (spatial[0], spatial[1])
    if height.isMultiple(of: size), width.isMultiple(of: size) {
      let window = Window(kernel: spatial.map { $0 / size }, strides: spatial.map { $0 / size })
      let pool = AveragePool(window, countsPadding: true)
      let output = append(name, .averagePool(pool), [x], like: x)
      return Feature(value: output.value, channels: x.channels, spatial: [size, size])
    }
    let rows = constant("\(name).rows.matrix", Self.poolingMatrix(from: height, to: size))
    let columns = constant("\(name).columns.matrix", Self.poolingMatrix(from: width, to: size, transposed: true))
    let pooled = matrixMultiply("\(name).rows", rows, x.value)
    let output = matrixMultiply(name, pooled, columns)
    return Feature(value: output, channels: x.channels, spatial: [size, size])
  }

  /// Means over an axis of `input` elements as a matrix of `output` rows, or its transpose.
  private static func poolingMatrix(from input: Int, to output: Int, transposed: Bool = false) -> Tensor {
    var matrix = Tensor(transposed ? [input, output] : [output, input])
    for row in 0..<output {
      let window = (row * input / output)..<(((row + 1) * input + output - 1) / output)
      for column in window {
        let weight = 1 / Float(window.count)
        if transposed { matrix[column, row] = weight } else { matrix[row, column] = weight }
      }
    }
    return matrix
  }
}
