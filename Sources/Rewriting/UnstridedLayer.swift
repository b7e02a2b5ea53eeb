import GinghamNetworks
import GinghamTensors

/// A strided convolution or pool with stride 1: what a filter that does the sampling stands behind.
struct UnstridedLayer {
  /// With stride 1, rounding extents down.
  let window: Window
  /// As they were, rows and columns.
  let strides: [Int]
  let operation: Operation
  /// What the layer is called.
  let name: String
  /// Of the layer with stride 1.
  let axes: [AxisGeometry]
  /// Of the layer as it was, N×C×H×W.
  let output: Shape
  /// As it was, such as `3×3 / 2`.
  let from: String

  /// - Parameter filter: what takes the stride over, for errors.
  /// - Throws: ``ArtifactError/unsupported(layer:why:)``.
  init(_ site: RewriteSite, for filter: String) throws {
    guard var (window, _) = site.boundNode.operation.downsamplingWindow else {
      throw site.fail(
        "it is a \(site.boundNode.operation.name); \(filter) takes the place of strided convolutions and pools")
    }
    strides = window.strides
    guard strides.contains(where: { $0 > 1 }) else { throw site.fail("its stride is 1, so it skips nothing") }
    guard site.node.outputs.count == 1 else { throw site.fail("something reads the places of its maxima") }
    (from, output) = (window.notation, try site.outputShape())
    let extents = try site.extents()
    window.strides = [1, 1]
    window.ceilMode = false
    do {
      axes = try window.axes(input: extents)
    } catch let error as ShapeError {
      throw site.fail("\(error)")
    }
    self.window = window
    switch site.boundNode.operation {
    case .convolution(var layer):
      layer.window = window
      (operation, name) = (.convolution(layer), "convolution")
    case .maxPool: (operation, name) = (.maxPool(MaxPool(window)), "max pool")
    case .averagePool(var pool):
      pool.window = window
      (operation, name) = (.averagePool(pool), "average pool")
    default: throw site.fail("it has no window")
    }
  }

  /// Puts it in front of the filter.
  func step(_ site: RewriteSite, in replacement: inout LayerReplacement) throws -> ValueID {
    guard case .convolution = operation else { return replacement.step("dense", operation, try site.input()) }
    return replacement.step("dense", operation, try site.input(), site.node.inputs[1], site.bias)
  }
}
