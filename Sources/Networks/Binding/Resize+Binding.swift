import GinghamTensors

extension Resize {
  /// Sizes and scales of every axis, from the attributes or from what came in as inputs.
  ///
  /// - Throws: ``ShapeError/badAttribute(_:)``.
  func bound(input: Shape, region: [Float]?, scales: [Float]?, sizes: [Int]?) throws -> Resize {
    var bound = self
    let chosen = try (axes ?? Array(0..<input.rank)).map { axis -> Int in
      let counted = axis < 0 ? axis + input.rank : axis
      guard (0..<input.rank).contains(counted) else { throw ShapeError.badAttribute("axis \(axis) of \(input)") }
      return counted
    }
    func nonEmpty<Element>(_ list: [Element]?) -> [Element]? { list?.isEmpty == true ? nil : list }
    let givenScales = nonEmpty(self.scales ?? scales)
    let givenSizes = nonEmpty(self.sizes ?? sizes)
    var fullRegion = [Float](repeating: 0, count: input.rank) + [Float](repeating: 1, count: input.rank)
    if let given = nonEmpty(self.region ?? region), coordinates == .cropAndResize {
      guard given.count == 2 * chosen.count, given.allSatisfy({ $0.isFinite }) else {
        throw ShapeError.badAttribute("a region of \(given.count) numbers for \(chosen.count) axes")
      }
      for (index, axis) in chosen.enumerated() {
        fullRegion[axis] = given[index]
        fullRegion[axis + input.rank] = given[index + chosen.count]
      }
    }
    var fullScales = [Float](repeating: 1, count: input.rank)
    var fullSizes = input.dimensions
    if let givenScales {
      guard givenScales.count == chosen.count, givenScales.allSatisfy({ $0 > 0 && $0 <= 65536 }) else {
        throw ShapeError.badAttribute("scales \(givenScales) for \(input)")
      }
      for (scale, axis) in zip(givenScales, chosen) {
        fullScales[axis] = scale
        let cropped =
          coordinates == .cropAndResize
          ? Double(input[axis]) * (Double(fullRegion[axis + input.rank]) - Double(fullRegion[axis]))
          : Double(input[axis])
        let extent = (cropped * Double(scale)).rounded(.down)
        guard extent >= 0, extent < 1e9 else { throw ShapeError.badAttribute("scale \(scale) of \(input)") }
        fullSizes[axis] = Int(extent)
      }
    } else if let givenSizes {
      guard givenSizes.count == chosen.count, givenSizes.allSatisfy({ (1...(1 << 30)).contains($0) }) else {
        throw ShapeError.badAttribute("sizes \(givenSizes) for \(input)")
      }
      let ratios = zip(givenSizes, chosen).map { Float($0) / Float(max(input[$1], 1)) }
      let common = aspectPolicy == .notLarger ? ratios.min() : ratios.max()
      for (index, axis) in chosen.enumerated() {
        if aspectPolicy == .stretch {
          fullSizes[axis] = givenSizes[index]
          fullScales[axis] = ratios[index]
        } else {
          fullScales[axis] = common ?? 1
          let extent = (Double(fullScales[axis]) * Double(input[axis])).rounded()
          guard extent <= 1e9 else { throw ShapeError.badAttribute("sizes \(givenSizes) for \(input)") }
          fullSizes[axis] = Int(extent)
        }
      }
    } else {
      throw ShapeError.badAttribute("neither scales nor sizes are given")
    }
    bound.axes = nil
    bound.scales = fullScales
    bound.sizes = fullSizes
    bound.region = fullRegion
    return bound
  }
}
