import GinghamLattices

/// What a picture stands in front of, where that is a night or a white table: the pixels that are at one end of the range
/// in every channel and hang together with the border.
enum PictureBackground {
  /// How many pixels that are.
  ///
  /// - Parameter channels: of one size H×W, with values in 0…1.
  static func pixels(of channels: [Plane]) -> Int {
    guard let first = channels.first else { return 0 }
    let (height, width) = (first.height, first.width)
    guard height > 0, width > 0 else { return 0 }
    var count = 0
    for end in [LevelStatistics.Ends.low, LevelStatistics.Ends.high] {
      var isOpen = [Bool](repeating: true, count: height * width)
      for channel in channels {
        for (index, value) in channel.values.enumerated() where !end.contains(LevelStatistics.level(of: value)) {
          isOpen[index] = false
        }
      }
      count += flooded(&isOpen, height: height, width: width)
    }
    return count
  }

  /// How many open pixels can be reached from the border, by steps along rows and columns. Those are closed.
  private static func flooded(_ isOpen: inout [Bool], height: Int, width: Int) -> Int {
    var reached: [Int] = []
    var count = 0
    func reach(_ index: Int, _ isOpen: inout [Bool]) {
      guard isOpen[index] else { return }
      isOpen[index] = false
      count += 1
      reached.append(index)
    }
    for x in 0..<width {
      reach(x, &isOpen)
      reach((height - 1) * width + x, &isOpen)
    }
    for y in 0..<height {
      reach(y * width, &isOpen)
      reach(y * width + width - 1, &isOpen)
    }
    while let index = reached.popLast() {
      let (y, x) = index.quotientAndRemainder(dividingBy: width)
      if x > 0 { reach(index - 1, &isOpen) }
      if x + 1 < width { reach(index + 1, &isOpen) }
      if y > 0 { reach(index - width, &isOpen) }
      if y + 1 < height { reach(index + width, &isOpen) }
    }
    return count
  }
}
