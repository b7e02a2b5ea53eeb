/// Sums over one plane, each lane's, and what is derived from them.
struct PlaneMoments {
  let first: UnsafeMutablePointer<Double>
  let second: UnsafeMutablePointer<Double>
  /// What elements are taken relative to, so that squares of large means do not drown the variance.
  let centre: UnsafeMutablePointer<Float>
  /// Backward: factors of x − mean and of one in the gradient.
  let slope: UnsafeMutablePointer<Float>
  let level: UnsafeMutablePointer<Float>

  static let byteCount = 2 * 16 * MemoryLayout<Double>.stride + 3 * 16 * MemoryLayout<Float>.stride

  init(_ base: UnsafeMutableRawPointer, _ plane: Int) {
    let start = base + plane * Self.byteCount
    first = start.assumingMemoryBound(to: Double.self)
    second = first + 16
    centre = (start + 2 * 16 * MemoryLayout<Double>.stride).assumingMemoryBound(to: Float.self)
    (slope, level) = (centre + 16, centre + 32)
  }
}

/// y = gain·(x − centre) + offset for each lane of a plane.
struct PlaneCoefficients {
  let centre: UnsafeMutablePointer<Float>
  let gain: UnsafeMutablePointer<Float>
  let offset: UnsafeMutablePointer<Float>
  /// 1/σ of the lane's group.
  let inverse: UnsafeMutablePointer<Float>

  static let byteCount = 4 * 16 * MemoryLayout<Float>.stride

  init(_ base: UnsafeMutableRawPointer, _ plane: Int) {
    centre = (base + plane * Self.byteCount).assumingMemoryBound(to: Float.self)
    (gain, offset, inverse) = (centre + 16, centre + 32, centre + 48)
  }
}

/// How the elements that are normalized together lie in planes of sixteen lanes.
struct NormalizedPlanes {
  let pictures: Int
  let channels: Int
  let groups: Int
  let positions: Int
  /// Channels of a plane: sixteen, or one.
  let lanes: Int
  let gains: [Float]
  let offsets: [Float]
  let epsilon: Float

  var planesPerPicture: Int { (channels + lanes - 1) / lanes }
  var count: Int { pictures * planesPerPicture }
  var elements: Int { positions * lanes }

  /// A value near the mean of each lane: the average of a few elements from all over the plane.
  func estimateCentre(of plane: UnsafeMutablePointer<Float>, into centre: UnsafeMutablePointer<Float>) {
    let vectors = elements / 16
    guard vectors > 0 else { return centre.update(repeating: elements > 0 ? plane[0] : 0, count: 16) }
    let samples = min(vectors, 8)
    var sum = SIMD16<Float>(repeating: 0)
    for sample in 0..<samples { sum += plane.vector(sample * vectors / samples) }
    if lanes == 1 {
      centre.update(repeating: sum.sum() / Float(16 * samples), count: 16)
    } else {
      centre.vector(0, sum / Float(samples))
    }
  }

  /// The lanes of a group's channel: all of its plane where it has one for itself.
  private func forEachLane(ofGroup group: Int, _ body: (_ plane: Int, _ lane: Int, _ channel: Int) -> Void) {
    let (picture, own) = group.quotientAndRemainder(dividingBy: groups)
    let size = channels / groups
    for channel in (own * size)..<((own + 1) * size) {
      let plane = picture * planesPerPicture + channel / lanes
      if lanes == 1 {
        for lane in 0..<16 { body(plane, lane, channel) }
      } else {
        body(plane, channel % lanes, channel)
      }
    }
  }

  /// Elements that fall to a lane of a plane.
  private func population(_ lane: Int) -> Double {
    lanes == 1 ? Double((positions + 15 - lane) / 16) : Double(positions)
  }

  private var size: Double { Double(channels / groups * positions) }

  /// From sums to coefficients.
  func finishForward(_ group: Int, _ moments: UnsafeMutableRawPointer, _ coefficients: UnsafeMutableRawPointer) {
    var sum = 0.0
    forEachLane(ofGroup: group) { plane, lane, _ in
      let moments = PlaneMoments(moments, plane)
      sum += moments.first[lane] + population(lane) * Double(moments.centre[lane])
    }
    let mean = sum / size
    var squares = 0.0
    forEachLane(ofGroup: group) { plane, lane, _ in
      // Σ(x − μ)² = Σ(x − c)² + 2(c − μ)·Σ(x − c) + n·(c − μ)².
      let moments = PlaneMoments(moments, plane)
      let distance = Double(moments.centre[lane]) - mean
      squares +=
        moments.second[lane] + distance * (2 * moments.first[lane] + population(lane) * distance)
    }
    let inverse = 1 / (max(squares, 0) / size + Double(epsilon)).squareRoot()
    forEachLane(ofGroup: group) { plane, lane, channel in
      let with = PlaneCoefficients(coefficients, plane)
      with.centre[lane] = Float(mean)
      with.gain[lane] = Float(Double(gains[channel]) * inverse)
      with.offset[lane] = offsets[channel]
      with.inverse[lane] = Float(inverse)
    }
    clearPadding(afterGroup: group) { plane, lane in
      let with = PlaneCoefficients(coefficients, plane)
      (with.centre[lane], with.gain[lane], with.offset[lane], with.inverse[lane]) = (0, 0, 0, 0)
    }
  }

  /// dx = inverse·(γ·g − m₁ − x̂·m₂) with m₁ and m₂ the means of γ·g and of γ·g·x̂: the factors of x − μ and of one.
  func finishBackward(_ group: Int, _ coefficients: UnsafeMutableRawPointer, _ sums: UnsafeMutableRawPointer) {
    var (sum, product) = (0.0, 0.0)
    forEachLane(ofGroup: group) { plane, lane, channel in
      let sums = PlaneMoments(sums, plane)
      sum += Double(gains[channel]) * sums.first[lane]
      product += Double(gains[channel]) * sums.second[lane]
    }
    forEachLane(ofGroup: group) { plane, lane, _ in
      let inverse = Double(PlaneCoefficients(coefficients, plane).inverse[lane])
      let sums = PlaneMoments(sums, plane)
      sums.level[lane] = Float(-inverse * sum / size)
      sums.slope[lane] = Float(-inverse * inverse * inverse * product / size)
    }
    clearPadding(afterGroup: group) { plane, lane in
      let sums = PlaneMoments(sums, plane)
      (sums.level[lane], sums.slope[lane]) = (0, 0)
    }
  }

  /// Lanes without a channel must give zeros: whoever does the last group sees to them.
  private func clearPadding(afterGroup group: Int, _ body: (_ plane: Int, _ lane: Int) -> Void) {
    guard lanes > 1, group % groups == groups - 1 else { return }
    let plane = group / groups * planesPerPicture + planesPerPicture - 1
    for lane in (channels - (planesPerPicture - 1) * lanes)..<lanes { body(plane, lane) }
  }
}
