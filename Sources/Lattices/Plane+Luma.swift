extension Plane {
  /// The luma of ITU-R BT.601 of three channels, the mean of any other number.
  public static func luma(of channels: [Plane]) -> Plane {
    guard let first = channels.first, channels.count > 1 else { return channels.first ?? Plane(height: 0, width: 0) }
    let weights =
      channels.count == 3
      ? [0.299, 0.587, 0.114] : [Double](repeating: 1 / Double(channels.count), count: channels.count)
    let values = [Double](unsafeUninitializedCapacity: first.values.count) { target, count in
      for (index, channel) in channels.enumerated() {
        let weight = weights[index]
        channel.values.withUnsafeBufferPointer { source in
          if index == 0 {
            for pixel in source.indices { target[pixel] = weight * source[pixel] }
          } else {
            for pixel in source.indices { target[pixel] += weight * source[pixel] }
          }
        }
      }
      count = first.values.count
    }
    return Plane(height: first.height, width: first.width, values: values)
  }
}
