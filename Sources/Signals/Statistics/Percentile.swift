extension [Float] {
  /// The value below which `percent` of the elements lie, between two elements on a straight line; zero where there
  /// are none. No element may be NaN.
  ///
  /// Linear in the number of elements: only what lies around the wanted place is put in order.
  ///
  /// - Parameter percent: in 0…100.
  public func percentile(_ percent: Double) -> Float {
    guard !isEmpty else { return 0 }
    let position = percent / 100 * Double(count - 1)
    let index = Int(position)
    var elements = self
    return elements.withUnsafeMutableBufferPointer { elements in
      let value = elements.select(index)
      guard index + 1 < elements.count, let next = elements[(index + 1)...].min() else { return value }
      let fraction = Float(position - Double(index))
      return value * (1 - fraction) + next * fraction
    }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// The element that would stand at `index` were all in order; afterwards none before it is larger and none behind it
  /// smaller.
  fileprivate func select(_ index: Int) -> Float {
    var (low, high) = (startIndex, endIndex - 1)
    while low < high {
      // The median of three keeps sorted and constant runs from costing a square.
      let (first, middle, last) = (self[low], self[low + (high - low) / 2], self[high])
      let pivot = Swift.max(Swift.min(first, middle), Swift.min(Swift.max(first, middle), last))
      var (left, right) = (low, high)
      while left <= right {
        while self[left] < pivot { left += 1 }
        while self[right] > pivot { right -= 1 }
        if left <= right {
          swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if index <= right {
        high = right
      } else if index >= left {
        low = left
      } else {
        break
      }
    }
    return self[index]
  }
}
