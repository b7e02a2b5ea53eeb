import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Where the gradients stand while a backward pass is laid out.
struct GradientTable {
  var placements: [ValueID: Placement] = [:]
  /// How many values' gradients are the same memory.
  var holders: [BufferID: Int] = [:]
  var roots: [ValueID: Location] = [:]
  /// Channel blocks of a root's gradient that have been written.
  var written: [ValueID: [Bool]] = [:]
  var remaining: [ValueID: Int] = [:]
  /// Gradients that are being put together from parts.
  var coverage: [ValueID: Coverage] = [:]
  /// Values whose gradient already is the one in front of their rectifier.
  var masked: Set<ValueID> = []
}

/// What a contribution has to do beside being computed.
struct ContributionTarget {
  var placement: Placement
  /// Add to what stands at the placement.
  var accumulates = false
  /// Add this, which must survive.
  var addend: Placement?
  /// Multiply the completed sum by this.
  var mask: Mask?
}

/// What a kernel can do while it writes a contribution.
struct ContributionAbilities: OptionSet {
  let rawValue: Int
  static let accumulate = ContributionAbilities(rawValue: 1)
  static let addend = ContributionAbilities(rawValue: 2)
  static let mask = ContributionAbilities(rawValue: 4)
}

extension PlanBuilder {
  func isDifferentiated(_ value: ValueID) -> Bool { structure.differentiated.contains(value) }

  /// The complete gradient at a value, or `nil` where nothing was sent there.
  func gradient(_ value: ValueID, _ form: Form) throws -> Placement? {
    if let slice = slices[value] {
      guard let location = gradientSlice(value, try layout(value, .blocked)) else { return nil }
      guard let written = gradients.written[slice.root], try written[blocks(of: value)].contains(true) else {
        return nil
      }
      let placement = Placement(location: location, layout: try layout(value, .blocked))
      try fillUnwritten(value, placement)
      return try converted(placement, to: form)
    }
    guard let placement = gradients.placements[value] else { return nil }
    settle(value)
    return try converted(placement, to: form)
  }

  /// Lets `write` add a contribution to a value's gradient in the way its abilities and the state so far ask for.
  ///
  /// - Parameter counts: whether this is one of the contributions that the network's structure knows of.
  func contribute(
    to value: ValueID, _ form: Form, able abilities: ContributionAbilities = [], counts: Bool = true,
    _ write: (ContributionTarget) throws -> Void
  ) throws {
    if let view = views[value] {
      guard isDifferentiated(value) else { return }
      let whole = makePlacement(try layout(value, form))
      try write(ContributionTarget(placement: whole))
      return try contribute(whole, through: view)
    }
    guard isDifferentiated(value) || !counts else { return }
    if counts { countContribution(to: value) }
    settle(value)
    let isLast = gradients.remaining[value] == 0

    if slices[value] != nil { return try contributeToSlice(value, form, able: abilities, write) }

    let mask = isLast && abilities.contains(.mask) ? fusibleMask(value, form) : nil
    guard let existing = gradients.placements[value] else {
      let target = makePlacement(try layout(value, form))
      try write(ContributionTarget(placement: target, mask: mask))
      own(value, target)
      if mask != nil { gradients.masked.insert(value) }
      return
    }
    if existing.layout.form == form {
      if isExclusive(existing), abilities.contains(.accumulate) {
        try write(ContributionTarget(placement: existing, accumulates: true, mask: mask))
        if mask != nil { gradients.masked.insert(value) }
        return
      }
      if abilities.contains(.addend) {
        let target = makePlacement(existing.layout)
        try write(ContributionTarget(placement: target, addend: existing, mask: mask))
        own(value, target)
        if mask != nil { gradients.masked.insert(value) }
        return
      }
    }
    let contribution = makePlacement(try layout(value, form))
    try write(ContributionTarget(placement: contribution))
    let sum = try converted(contribution, to: existing.layout.form)
    emitAdd(existing, to: sum)
    own(value, sum)
  }

  func countContribution(to value: ValueID) {
    gradients.remaining[value] = (gradients.remaining[value] ?? structure.contributionCounts[value] ?? 1) - 1
  }

  /// The gradient of `source` is, element for element, a contribution to the gradient of `value`.
  func passOn(_ source: Placement, to value: ValueID) throws {
    guard isDifferentiated(value) else { return }
    if let view = views[value] { return try contribute(source, through: view) }
    let isFirst = gradients.placements[value] == nil && slices[value] == nil
    if isFirst {
      countContribution(to: value)
      own(value, source)
      return
    }
    let form = source.layout.form
    try contribute(to: value, form, able: [.accumulate, .addend]) { target in
      if let addend = target.addend {
        emitSum(source, addend, to: target.placement)
      } else if target.accumulates {
        emitAdd(source, to: target.placement)
      } else {
        emitCopy(source, to: target.placement)
      }
    }
  }

  /// Ends a value's claim on its gradient's memory: what reads it afterwards was laid out before.
  func release(_ value: ValueID) {
    if let placement = gradients.placements[value] { drop(placement) }
  }

  func hold(_ placement: Placement) {
    if let buffer = placement.location.buffer { gradients.holders[buffer, default: 0] += 1 }
  }

  func drop(_ placement: Placement) {
    if let buffer = placement.location.buffer { gradients.holders[buffer, default: 1] -= 1 }
  }

  /// Whether the value may overwrite its gradient's memory.
  func isExclusive(_ placement: Placement) -> Bool {
    guard let buffer = placement.location.buffer else { return false }
    return (gradients.holders[buffer] ?? 0) <= 1
  }

  func own(_ value: ValueID, _ placement: Placement) {
    if let old = gradients.placements[value] { drop(old) }
    hold(placement)
    gradients.placements[value] = placement
  }

  private func fusibleMask(_ value: ValueID, _ form: Form) -> Mask? {
    guard let mask = masks[value], mask.layout.form == form.whole, !structure.observed.contains(value),
      mask.isSlope || request.rules.relu == .exact
    else { return nil }
    return mask
  }

  // MARK: Slices of concatenations

  private func contributeToSlice(
    _ value: ValueID, _ form: Form, able abilities: ContributionAbilities,
    _ write: (ContributionTarget) throws -> Void
  ) throws {
    guard let slice = slices[value], let location = gradientSlice(value, try layout(value, .blocked)) else { return }
    let placement = Placement(location: location, layout: try layout(value, .blocked))
    let range = try blocks(of: value)
    let isFirst = !(gradients.written[slice.root]?[range].contains(true) ?? false)
    if !isFirst { try fillUnwritten(value, placement) }
    if form == .blocked, isFirst || abilities.contains(.accumulate) {
      try write(ContributionTarget(placement: placement, accumulates: !isFirst))
    } else {
      let contribution = makePlacement(try layout(value, form))
      try write(ContributionTarget(placement: contribution))
      if isFirst {
        try emitReorder(from: contribution, to: placement)
      } else {
        emitAdd(try converted(contribution, to: .blocked), to: placement)
      }
    }
    for block in range { gradients.written[slice.root]?[block] = true }
  }

  private func blocks(of value: ValueID) throws -> Range<Int> {
    guard let slice = slices[value] else { return 0..<0 }
    let block = library.channelBlock
    return (slice.channel / block)..<((slice.channel + (try shape(value)[1])) / block)
  }

  private func gradientSlice(_ value: ValueID, _ layout: Layout) -> Location? {
    guard let slice = slices[value] else { return nil }
    if gradients.written[slice.root] == nil {
      gradients.written[slice.root] = [Bool](repeating: false, count: slice.rootChannels / library.channelBlock)
    }
    return sliceLocation(value, in: \.gradients.roots, layout: layout)
  }

  /// Zeros where a value's slice has no gradient yet but its neighbours in the slice have.
  private func fillUnwritten(_ value: ValueID, _ placement: Placement) throws {
    guard let slice = slices[value], let written = gradients.written[slice.root] else { return }
    let range = try blocks(of: value)
    let floats = placement.layout.elementCount / max(range.count, 1)
    for block in range where !written[block] {
      let offset = (block - range.lowerBound) * floats * MemoryLayout<Float>.stride
      emitFill(placement.location.advanced(by: offset), count: floats)
      gradients.written[slice.root]?[block] = true
    }
  }
}
