/// The way from channels back to pixels (Shi et al. 2016).
extension PlanBuilder {
  /// Channel (c·rows + r)·columns + s at position (y, x) becomes channel c at (rows·y + r, columns·x + s); what lies
  /// beyond the target's extents is dropped.
  func emitPixelShuffle(from source: Placement, to target: Placement, rows: Int, columns: Int) {
    let shape = target.layout.shape
    let (height, width) = (shape[2], shape[3])
    let (channels, lanes) = (shape[1], source.layout.lanes)
    let (gridHeight, gridWidth) = (source.layout.shape[2], source.layout.shape[3])
    let planes = source.layout.planes
    emitLoop([source.location, target.location], count: shape[0] * height) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in
        for line in share {
          let (picture, y) = line.quotientAndRemainder(dividingBy: height)
          let (gridRow, row) = y.quotientAndRemainder(dividingBy: rows)
          for channel in 0..<channels {
            let output = to + ((picture * channels + channel) * height + y) * width
            for column in 0..<min(columns, width) {
              let (plane, lane) = ((channel * rows + row) * columns + column).quotientAndRemainder(dividingBy: lanes)
              var input = from + (((picture * planes + plane) * gridHeight + gridRow) * gridWidth) * lanes + lane
              var x = column
              while x < width {
                output[x] = input.pointee
                input += lanes
                x += columns
              }
            }
          }
        }
      }
    }
  }
}
