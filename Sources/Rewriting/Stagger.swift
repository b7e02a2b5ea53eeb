import GinghamNetworks
import GinghamTensors

/// A strided layer whose channels each sample a phase of their own: the unevenness of one channel falls where others have
/// none, and averages out over them. Weights, windows and the size of everything stay as they are.
///
/// The kernel of an output channel of a convolution, and that of an input channel of a transposed convolution, stands in a
/// window wider by stride − 1, at an offset of its own among zeros. A pool reads its channels group by group, each group's
/// windows moved. The offsets 0…stride − 1 lie around the place where the layer's windows were, so that a channel's map
/// moves by less than one step of the stride.
struct Stagger {
  /// Of each channel that is moved: rows and columns in 0..<stride; `nil`: dealt out by the channels' numbers.
  let offsets: [StaggerOffset]?

  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    guard site.node.outputs.count == 1 else { throw site.fail("something reads the places of its maxima") }
    switch site.boundNode.operation {
    case .convolution(let layer): return try convolution(site, layer)
    case .transposedConvolution: return try transposedConvolution(site)
    case .maxPool(let pool):
      return try pooling(site, pool.window, name: "max pool") { .maxPool(MaxPool($0)) }
    case .averagePool(let pool):
      return try pooling(site, pool.window, name: "average pool") {
        .averagePool(AveragePool($0, countsPadding: pool.countsPadding))
      }
    default:
      throw site.fail(
        "it is a \(site.boundNode.operation.name); strided convolutions, pools and transposed convolutions are staggered"
      )
    }
  }

  // MARK: Kernels

  private func convolution(_ site: RewriteSite, _ layer: Convolution) throws -> (Network, LayerRewrite) {
    let axes = try StaggeredAxis.axes(of: layer.window, at: site)
    let weight = try site.weight()
    let (outputs, inner) = (weight.shape[0], weight.shape[1])
    let offsets = try offsets(of: outputs, axes, site)
    let bank = FilterBank(weight).staggered(axes) { offsets[$0 / inner] }
    let window = Window(
      kernel: [bank.height, bank.width], strides: layer.window.strides,
      padding: .explicit(before: axes.map(\.before), after: axes.map(\.after)))
    var replacement = LayerReplacement(site)
    let network = try replacement.finish(
      .convolution(Convolution(window, groups: layer.groups)), try site.input(),
      replacement.weight(bank.tensor(outputs, inner)), site.bias)
    return (network, rewrite(site, "convolution", layer.window, in: window, offsets))
  }

  private func transposedConvolution(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    let (layer, painted) = try site.transposedConvolution(for: "a staggered one")
    let axes = try painted.map { axis in
      guard axis.padBefore >= 0, axis.padAfter >= 0 else { throw site.fail("its padding is negative") }
      let lead = (axis.stride - 1) / 2
      return StaggeredAxis(
        geometry: axis, lead: lead, before: axis.padBefore + lead, after: axis.padAfter + axis.stride - 1 - lead)
    }
    guard axes.contains(where: { $0.geometry.stride > 1 }) else {
      throw site.fail("its stride is 1, so it skips nothing")
    }
    let weight = try site.weight()
    let (inputs, inner) = (weight.shape[0], weight.shape[1])
    let offsets = try offsets(of: inputs, axes, site)
    let bank = FilterBank(weight).staggered(axes) { offsets[$0 / inner] }
    let window = Window(
      kernel: [bank.height, bank.width], strides: layer.window.strides,
      padding: .explicit(before: axes.map(\.before), after: axes.map(\.after)))
    var replacement = LayerReplacement(site)
    let network = try replacement.finish(
      .transposedConvolution(
        TransposedConvolution(window, groups: layer.groups, outputPadding: layer.outputPadding)),
      try site.input(), replacement.weight(bank.tensor(inputs, inner)), site.bias)
    return (network, rewrite(site, "transposed convolution", layer.window, in: window, offsets))
  }

  // MARK: Pools

  private func pooling(
    _ site: RewriteSite, _ pool: Window, name: String, _ operation: (Window) -> Operation
  ) throws -> (Network, LayerRewrite) {
    let axes = try StaggeredAxis.axes(of: pool, at: site)
    let channels = try site.inputShape()[1]
    let offsets = try offsets(of: channels, axes, site)
    var replacement = LayerReplacement(site)
    var (parts, order): ([ValueID], [Int]) = ([], [])
    for offset in Set(offsets).sorted() {
      let members = offsets.indices.filter { offsets[$0] == offset }
      let name = "phase\(offset.row)\(offset.column)"
      var value = try site.input()
      if members.count < channels {
        let indices = replacement.list(name + ".channels", members)
        value = replacement.step(name + ".channels", .gather(axis: 1), value, indices)
      }
      let places = zip(axes, [offset.row, offset.column]).map { $0.window(at: $1) }
      if places.contains(where: { $0.cropsBefore > 0 || $0.cropsAfter > 0 }) {
        value = replacement.step(
          name + ".crop",
          .slice(.trimming(before: places.map(\.cropsBefore), after: places.map(\.cropsAfter))), value)
      }
      var window = pool
      window.ceilMode = false
      window.padding = .explicit(before: places.map(\.before), after: places.map(\.after))
      parts.append(replacement.step(name, operation(window), value))
      order += members
    }
    let network: Network
    if parts.count == 1 {
      network = try replacement.finish(.identity, parts[0])
    } else {
      let joined = replacement.step("joined", .concatenate(axis: 1), inputs: parts.map { $0 })
      let places = replacement.list("order", offsets.indices.map { channel in order.firstIndex(of: channel) ?? 0 })
      network = try replacement.finish(.gather(axis: 1), joined, places)
    }
    return (network, rewrite(site, name, pool, in: pool, offsets))
  }

  // MARK: Offsets

  private func offsets(of channels: Int, _ axes: [StaggeredAxis], _ site: RewriteSite) throws -> [StaggerOffset] {
    let strides = axes.map(\.geometry.stride)
    guard let offsets else { return StaggerOffset.dealt(to: channels, strides: strides) }
    guard offsets.count == channels,
      offsets.allSatisfy({ (0..<strides[0]).contains($0.row) && (0..<strides[1]).contains($0.column) })
    else { throw site.fail("it has \(channels) channels and a stride of \(strides[0])×\(strides[1])") }
    return offsets
  }

  private func rewrite(
    _ site: RewriteSite, _ name: String, _ old: Window, in new: Window, _ offsets: [StaggerOffset]
  ) -> LayerRewrite {
    let places = Set(offsets).count
    let around = new.kernel == old.kernel ? "" : " in \(new.kernel.map(String.init).joined(separator: "×"))"
    return LayerRewrite(
      layer: site.name, from: "\(name) \(old.notation)",
      to: "\(name) \(old.notation)\(around), \(offsets.count) channels at \(places) offsets", fitError: nil,
      offsets: offsets)
  }
}

/// By how many rows and columns a channel's samples are moved, from the first place on.
public struct StaggerOffset: Hashable, Sendable, Comparable {
  /// Along the vertical axis.
  public var row: Int
  /// Along the horizontal axis.
  public var column: Int

  /// With the properties of the same names.
  public init(_ row: Int, _ column: Int) { (self.row, self.column) = (row, column) }

  /// Row by row.
  public static func < (a: StaggerOffset, b: StaggerOffset) -> Bool { (a.row, a.column) < (b.row, b.column) }

  /// All places of a stride, one channel after the other.
  static func dealt(to channels: Int, strides: [Int]) -> [StaggerOffset] {
    (0..<channels).map { StaggerOffset($0 / strides[1] % strides[0], $0 % strides[1]) }
  }
}

extension StaggerOffset: Encodable {
  /// As `[row, column]`.
  public func encode(to encoder: any Encoder) throws { try [row, column].encode(to: encoder) }
}

/// One axis of a layer, and where its windows may be moved to.
struct StaggeredAxis {
  /// As it was.
  let geometry: AxisGeometry
  /// Which of the offsets leaves a channel where it was.
  let lead: Int
  /// Padding of the window that holds all offsets.
  let before: Int
  let after: Int

  /// Of a layer that reads its input: the offsets lie so that they reach as far over the one border as over the other.
  static func axes(of window: Window, at site: RewriteSite) throws -> [StaggeredAxis] {
    let found: [AxisGeometry]
    do {
      found = try window.axes(input: site.extents())
    } catch let error as ShapeError {
      throw site.fail("\(error)")
    }
    guard found.contains(where: { $0.stride > 1 }) else { throw site.fail("its stride is 1, so it skips nothing") }
    return found.map { axis in
      let room = axis.stride - 1
      let unread = axis.input - ((axis.output - 1) * axis.stride + axis.extent - axis.padBefore)
      let lead = min(max((room - unread - axis.padBefore + 1) / 2, 0), room)
      return StaggeredAxis(
        geometry: axis, lead: lead, before: axis.padBefore + lead, after: max(0, room - lead - unread))
    }
  }

  /// Extent of the window that holds all offsets.
  var extent: Int { geometry.extent + geometry.stride - 1 }

  /// Padding and cropping of a layer whose windows all stand at one offset.
  func window(at offset: Int) -> (before: Int, after: Int, cropsBefore: Int, cropsAfter: Int) {
    let first = before - offset
    // Behind the last element that the last window reads.
    let behind = (geometry.output - 1) * geometry.stride + geometry.extent - first - geometry.input
    return (max(0, first), max(0, behind), max(0, -first), max(0, -behind))
  }
}

extension FilterBank {
  /// Every filter among the zeros of a wider window, at its own offset, its taps as far apart as they were.
  fileprivate func staggered(_ axes: [StaggeredAxis], offset: (_ filter: Int) -> StaggerOffset) -> FilterBank {
    let (rows, columns) = (axes[0].extent, axes[1].extent)
    let (down, across) = (axes[0].geometry.dilation, axes[1].geometry.dilation)
    var result = FilterBank(
      count: count, height: rows, width: columns, values: [Double](repeating: 0, count: count * rows * columns))
    for filter in 0..<count {
      let place = offset(filter)
      for y in 0..<height {
        for x in 0..<width {
          let target = (filter * rows + place.row + y * down) * columns + place.column + x * across
          result.values[target] = values[(filter * height + y) * width + x]
        }
      }
    }
    return result
  }
}
