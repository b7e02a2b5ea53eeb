import GinghamNetworks
import GinghamTensors

/// Means (or maxima) of interpolated samples in the parts of rectangles. Gradients go to x; rectangles get none.
struct RegionAlignKernel<Scalar: ReferenceScalar>: Kernel {
  private let align: RegionAlign
  private let x: Shape
  private let regions: Int
  /// Of each maximum: the element of x, and its weight.
  private let winners: Scratch<Int>
  private let winnerWeights: Scratch<Scalar>

  /// Samples an axis of a part; rectangles that ask for more lie far outside any picture.
  private static var mostSamples: Int { 4096 }

  init(_ align: RegionAlign, _ request: KernelRequest) throws {
    self.align = align
    x = try request.inputShape(0)
    regions = try request.inputShape(1)[0]
    let output = try request.outputShape()
    guard x.rank == 4, output == [regions, x[1], align.height, align.width] else {
      throw request.unsupported("\(output) are not regions of \(x)")
    }
    winners = Scratch(align.takesMaximum ? output.elementCount : 0, filledWith: -1)
    winnerWeights = Scratch(align.takesMaximum ? output.elementCount : 0, filledWith: 0)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (source, y) = (inputs[0], outputs[0])
    y.update(repeating: 0)
    winners.buffer.update(repeating: -1)
    for region in 0..<regions {
      guard let layout = layout(region, inputs) else {
        let count = x[1] * align.height * align.width
        for index in 0..<count { y[region * count + index] = .nan }
        continue
      }
      layout.forEachCorner(align, x) { part, place, weight in
        for channel in 0..<x[1] {
          let target = (region * x[1] + channel) * align.height * align.width + part
          let from = (layout.picture * x[1] + channel) * x[2] * x[3] + place
          let value = weight * source[from]
          guard align.takesMaximum else {
            y[target] += value / Scalar(layout.count)
            continue
          }
          if winners.buffer[target] < 0 || value > y[target] {
            y[target] = value
            winners.buffer[target] = from
            winnerWeights.buffer[target] = weight
          }
        }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    if align.takesMaximum {
      for index in winners.buffer.indices where winners.buffer[index] >= 0 {
        dx[winners.buffer[index]] += dy[index] * winnerWeights.buffer[index]
      }
      return
    }
    for region in 0..<regions {
      guard let layout = layout(region, inputs) else { continue }
      layout.forEachCorner(align, x) { part, place, weight in
        for channel in 0..<x[1] {
          let target = (region * x[1] + channel) * align.height * align.width + part
          dx[(layout.picture * x[1] + channel) * x[2] * x[3] + place] += dy[target] * weight / Scalar(layout.count)
        }
      }
    }
  }

  /// `nil` where a rectangle is no rectangle of a picture that exists.
  private func layout(_ region: Int, _ inputs: [Source<Scalar>]) -> RegionLayout<Scalar>? {
    let corners = (0..<4).map { inputs[1][region * 4 + $0] }
    guard let picture = Int(exactly: inputs[2][region]), (0..<x[0]).contains(picture),
      corners.allSatisfy({ $0.isFinite && $0.magnitude < 1e9 })
    else { return nil }
    let (scale, offset): (Scalar, Scalar) = (Scalar(align.scale), align.isHalfPixel ? 0.5 : 0)
    let edges = corners.map { $0 * scale - offset }
    var (width, height) = (edges[2] - edges[0], edges[3] - edges[1])
    // Without half pixels a rectangle is at least one element large.
    if !align.isHalfPixel { (width, height) = (max(width, 1), max(height, 1)) }
    let part = (rows: height / Scalar(align.height), columns: width / Scalar(align.width))
    let samples = (
      rows: align.samples > 0 ? align.samples : Int(part.rows.rounded(.up)),
      columns: align.samples > 0 ? align.samples : Int(part.columns.rounded(.up))
    )
    guard samples.rows <= Self.mostSamples, samples.columns <= Self.mostSamples else { return nil }
    return RegionLayout(
      picture: picture, top: edges[1], left: edges[0], part: part, rows: max(samples.rows, 0),
      columns: max(samples.columns, 0))
  }
}

private struct RegionLayout<Scalar: ReferenceScalar> {
  let picture: Int
  let top: Scalar
  let left: Scalar
  let part: (rows: Scalar, columns: Scalar)
  let rows: Int
  let columns: Int

  var count: Int { max(rows * columns, 1) }

  /// The four elements around every sample of every part with their weights. Samples that lie more than one element
  /// outside read nothing.
  @inline(__always)
  func forEachCorner(
    _ align: RegionAlign, _ x: Shape, _ body: (_ part: Int, _ place: Int, _ weight: Scalar) -> Void
  ) {
    for row in 0..<align.height {
      for column in 0..<align.width {
        for sampleRow in 0..<rows {
          let y = top + (Scalar(row) + (Scalar(sampleRow) + 0.5) / Scalar(rows)) * part.rows
          guard let vertical = Self.neighbours(y, x[2]) else { continue }
          for sampleColumn in 0..<columns {
            let position = left + (Scalar(column) + (Scalar(sampleColumn) + 0.5) / Scalar(columns)) * part.columns
            guard let horizontal = Self.neighbours(position, x[3]) else { continue }
            let index = row * align.width + column
            body(index, vertical.low * x[3] + horizontal.low, (1 - vertical.share) * (1 - horizontal.share))
            body(index, vertical.low * x[3] + horizontal.high, (1 - vertical.share) * horizontal.share)
            body(index, vertical.high * x[3] + horizontal.low, vertical.share * (1 - horizontal.share))
            body(index, vertical.high * x[3] + horizontal.high, vertical.share * horizontal.share)
          }
        }
      }
    }
  }

  private static func neighbours(_ position: Scalar, _ extent: Int) -> (low: Int, high: Int, share: Scalar)? {
    guard position >= -1, position <= Scalar(extent) else { return nil }
    let inside = max(position, 0)
    let low = Int(inside)
    guard low < extent - 1 else { return (extent - 1, extent - 1, 0) }
    return (low, low + 1, inside - Scalar(low))
  }
}
