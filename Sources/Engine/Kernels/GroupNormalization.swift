import CVectors
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Group normalization (Wu & He 2018) and instance normalization, its case of one channel a group, with a SiLU behind.
///
/// Works on planes: channel blocks, or single channels of row-major values, whose elements all lanes share.
final class GroupNormalizationOperator: Operator {
  private let unit: Unit
  private let input: ValueID
  private let gain: ValueID
  private let offset: ValueID
  private let epsilon: Float
  private let groups: Int
  private let shape: Shape
  private let hasSiLU: Bool
  /// What each plane's lanes are computed with, left by the forward pass.
  private var coefficients: Location?
  private var form = Form.plain

  var kernel: String { "group normalization" }

  /// `nil` where gain or offset are no constants of one element a channel or group.
  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    let node = unit.lead
    guard node.outputs.count == 1, node.inputs.count == 3, let input = node.inputs[0], let gain = node.inputs[1],
      let offset = node.inputs[2], plan.network.constants[input] == nil
    else { return nil }
    shape = try plan.shape(input)
    guard shape.rank >= 2, shape.elementCount > 0 else { return nil }
    switch node.operation {
    case .groupNormalization(let groups, let epsilon): (self.groups, self.epsilon) = (groups, epsilon)
    case .instanceNormalization(let epsilon): (groups, self.epsilon) = (shape[1], epsilon)
    default: return nil
    }
    guard groups > 0, shape[1].isMultiple(of: groups) else { return nil }
    for parameter in [gain, offset] {
      guard let count = plan.network.constants[parameter]?.tensor?.count, count == shape[1] || count == groups else {
        return nil
      }
    }
    self.unit = unit
    (self.input, self.gain, self.offset) = (input, gain, offset)
    hasSiLU = unit.activation == .silu
  }

  private func planes(_ plan: PlanBuilder) throws -> NormalizedPlanes {
    let layout = try plan.layout(input, form)
    func perChannel(_ value: ValueID) throws -> [Float] {
      guard let tensor = plan.network.constants[value]?.tensor else { throw missingHandle("normalization parameter") }
      let scalars = tensor.scalars
      return (0..<shape[1]).map { scalars[$0 / (shape[1] / scalars.count)] }
    }
    return NormalizedPlanes(
      pictures: shape[0], channels: shape[1], groups: groups, positions: shape.dimensions.dropFirst(2).reduce(1, *),
      lanes: form == .blocked ? layout.block : 1, gains: try perChannel(gain), offsets: try perChannel(offset),
      epsilon: epsilon)
  }

  func layForward(_ plan: PlanBuilder) throws {
    form = plan.existingForm(input) == .blocked && plan.library.channelBlock == 16 ? .blocked : .plain
    let planes = try planes(plan)
    let source = try plan.activation(input, form)
    let target = try plan.define(unit.output, form)
    let moments = plan.makeBuffer(byteCount: planes.count * PlaneMoments.byteCount)
    let coefficients = plan.makeBuffer(byteCount: planes.count * PlaneCoefficients.byteCount)
    self.coefficients = coefficients
    let hasSiLU = hasSiLU
    plan.emitLoop([source.location, moments], count: planes.count) { addresses in
      let from = addresses.floats(source.location)
      let base = addresses[moments]
      return { share in
        for plane in share {
          let moments = PlaneMoments(base, plane)
          let elements = from + plane * planes.elements
          planes.estimateCentre(of: elements, into: moments.centre)
          gingham_lane_moments(elements, moments.centre, moments.first, moments.second, planes.elements)
        }
      }
    }
    plan.emitLoop([moments, coefficients], count: planes.pictures * planes.groups) { addresses in
      let (from, to) = (addresses[moments], addresses[coefficients])
      return { share in
        for group in share { planes.finishForward(group, from, to) }
      }
    }
    plan.emitLoop([source.location, coefficients, target.location], count: planes.count) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      let base = addresses[coefficients]
      return { share in
        for plane in share {
          let with = PlaneCoefficients(base, plane)
          gingham_lane_affine(
            from + plane * planes.elements, with.centre, with.gain, with.offset, hasSiLU, to + plane * planes.elements,
            planes.elements)
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let coefficients, plan.isDifferentiated(input), let sent = try plan.gradient(unit.output, form) else {
      return
    }
    plan.hold(sent)
    defer { plan.drop(sent) }
    let planes = try planes(plan)
    let source = try plan.activation(input, form)
    let sums = plan.makeBuffer(byteCount: planes.count * PlaneMoments.byteCount)
    let hasSiLU = hasSiLU
    try plan.contribute(to: input, form, able: .accumulate) { target in
      let location = target.placement.location
      // Written in place where nothing has to survive there.
      let inner = target.accumulates ? plan.makePlacement(target.placement.layout).location : location
      let adds = target.accumulates
      plan.emitLoop([source.location, sent.location, coefficients, inner, sums], count: planes.count) { addresses in
        let (from, gradient) = (addresses.floats(source.location), addresses.floats(sent.location))
        let to = addresses.floats(inner)
        let (base, results) = (addresses[coefficients], addresses[sums])
        return { share in
          for plane in share {
            let (with, sums) = (PlaneCoefficients(base, plane), PlaneMoments(results, plane))
            let start = plane * planes.elements
            gingham_lane_back(
              from + start, with.centre, with.gain, with.offset, hasSiLU, gradient + start, to + start, sums.first,
              sums.second, planes.elements)
          }
        }
      }
      plan.emitLoop([coefficients, sums], count: planes.pictures * planes.groups) { addresses in
        let (base, results) = (addresses[coefficients], addresses[sums])
        return { share in
          for group in share { planes.finishBackward(group, base, results) }
        }
      }
      plan.emitLoop([source.location, coefficients, sums, inner, location], count: planes.count) { addresses in
        let (from, gradient) = (addresses.floats(source.location), addresses.floats(inner))
        let to = addresses.floats(location)
        let (base, results) = (addresses[coefficients], addresses[sums])
        return { share in
          for plane in share {
            let (with, sums) = (PlaneCoefficients(base, plane), PlaneMoments(results, plane))
            let start = plane * planes.elements
            gingham_lane_combine(
              from + start, with.centre, gradient + start, with.gain, sums.slope, sums.level, to + start, adds,
              planes.elements)
          }
        }
      }
    }
  }
}
