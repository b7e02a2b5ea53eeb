import Foundation
import GinghamLattices
import GinghamPrediction
import GinghamReporting

extension PredictFindings {
  /// For the terminal.
  public var text: String {
    var blocks = [
      """
      \(model), input \(inputShape.map(String.init).joined(separator: "×")), gradient of \(target)
      \(convention.text)
      """,
      "gradient at the input, from the architecture\n" + inputText + "\n  " + border.text,
    ]
    if let weighted {
      blocks.append("the same with the weights' own second moments\n" + weighted.predictionText(judged: false))
    }
    if let atLayer {
      blocks.append("gradient at \(atLayer.layer)\n" + atLayer.lattice.predictionText(judged: false))
    }
    if let picture {
      blocks.append("what it paints, all weights alike\n" + picture.lattice.predictionText(judged: !picture.isTrained))
      if picture.isTrained {
        blocks.append(
          "  counts of overlaps: what is painted is decided by the weights, and for samples to tell ("
            + Mention.verb(TraceRun.name, "MODEL") + ")")
      }
    }
    blocks.append("gradient at each layer's output\n" + layerTable)
    if !kernels.isEmpty { blocks.append("what the weights do with the lattice\n" + kernelTable) }
    if !untraced.isEmpty {
      blocks.append("positions could not be followed through \(untraced.joined(separator: ", "))")
    }
    blocks.append(
      warnings.isEmpty ? "nothing to warn of" : "warnings\n" + warnings.map(\.text).joined(separator: "\n"))
    return blocks.joined(separator: "\n\n")
  }

  /// The bands with their bounds: what nets of this architecture show, whatever their weights' draw.
  private var inputText: String {
    if let reason = bounds.reason { return "  no prediction: \(reason)" }
    guard input.period > 1 else { return "  no lattice: all positions are alike" }
    let strongest =
      input.maxMin.map { String(format: "strongest phase %.2f× the weakest", $0) } ?? "some phases are dead"
    let dead = input.deadShare > 0 ? String(format: ", %.1f %% of the phases dead", 100 * input.deadShare) : ""
    var table = TextTable([
      ("  period", .right), ("CV²", .right), ("from", .right), ("to", .right), ("layer", .left), ("verdict", .left),
    ])
    for (band, bound) in zip(input.bands, bounds.bands) {
      table.append([
        "\(band.period)", String(format: "%.4f", band.cv2), String(format: "%.4f", bound.lower),
        String(format: "%.4f", bound.upper), bound.layer ?? "", bound.verdict.rawValue,
      ])
    }
    return """
        lattice of \(input.period): CV² \(String(format: "%.4f", input.cv2)), \(strongest)\(dead)
      \(table.description)
        CV²: on average under the convention; from, to: what the draw of random weights, shortcuts, gates and signals
        leave open
      """
  }

  /// Neighbours with equal figures share a line.
  private var layerTable: String {
    var table = TextTable([
      ("  layer", .left), ("operation", .left), ("stride", .right), ("lattice", .right), ("CV²", .right),
      ("max/min", .right), ("dead", .right),
    ])
    var run: [LayerPrediction] = []
    func close() {
      guard let first = run.first else { return }
      let names = run.count > 1 ? "\(first.name) … \(run[run.count - 1].name)" : first.name
      let operations = run.count > 1 ? "\(run.count) layers" : first.operation
      table.append([
        "  " + names, operations, String(format: "%g", first.stride), "\(first.period)",
        String(format: "%.4f", first.cv2), first.maxMin.map { String(format: "%.2f", $0) } ?? "∞",
        first.deadShare > 0 ? String(format: "%.0f %%", 100 * first.deadShare) : "",
      ])
      run = []
    }
    for layer in layers {
      if let last = run.last, !layer.looksLike(last) { close() }
      run.append(layer)
    }
    close()
    return table.description
  }

  private var kernelTable: String {
    var table = TextTable([
      ("  layer", .left), ("stride", .left), ("learned CV²", .right), ("architecture", .right), ("phase sums", .right),
      ("", .left),
    ])
    for kernel in kernels {
      table.append([
        "  " + kernel.layer, kernel.strides.map(String.init).joined(separator: "×"), String(format: "%.4f", kernel.cv2),
        String(format: "%.4f", kernel.architectural), String(format: "±%.1f %%", 100 * kernel.sumDeviation),
        kernel.learned == .follows ? "" : "\(kernel.learned.rawValue) the lattice",
      ])
    }
    return table.description
  }
}

extension LayerPrediction {
  fileprivate func looksLike(_ other: LayerPrediction) -> Bool {
    period == other.period && stride == other.stride && abs(cv2 - other.cv2) < 5e-5 && deadShare == other.deadShare
      && abs((maxMin ?? 0) - (other.maxMin ?? 0)) < 5e-3
  }
}

extension PredictFindings.Convention {
  fileprivate var text: String {
    let gains =
      switch gain {
      case .unit: "convention: every convolution passes as much power as it receives, branches count alike"
      case .weights: "convention: every layer passes the second moment of its own weights"
      }
    let pools =
      switch signals {
      case .white: "; neighbours in pools and resizes are independent"
      case .smooth: "; neighbours in pools and resizes depend on each other"
      }
    return gains + pools
  }
}

extension PredictFindings.Border {
  fileprivate var text: String {
    var text = String(format: "border: corners receive %.2f of the centre's power", cornerToCentre)
    if unusedRows + unusedColumns > 0 {
      text += "; the last \(unusedRows) rows and \(unusedColumns) columns are read by no window"
    }
    if deadShare > 0 { text += String(format: "; %.1f %% of the pixels get no gradient", 100 * deadShare) }
    return text
  }
}

extension PredictionWarning {
  fileprivate var text: String { "  \(layer): \(message)\n      \(advice)" }
}

extension LatticeFinding {
  /// An exact finding for the terminal, indented: nothing measured, no controls.
  ///
  /// - Parameter judged: whether the figures tell what is a grid; counts of overlaps alone do not where weights are known.
  func predictionText(judged: Bool) -> String {
    guard period > 1 else { return "  no lattice: all positions are alike" }
    let strongest = maxMin.map { String(format: "strongest phase %.2f× the weakest", $0) } ?? "some phases are dead"
    let dead = deadShare > 0 ? String(format: ", %.1f %% of the phases dead", 100 * deadShare) : ""
    var table = TextTable(
      [("  period", .right), ("CV²", .right), ("layer", .left)] + (judged ? [("verdict", .left)] : []))
    for band in bands {
      table.append(
        ["\(band.period)", String(format: "%.4f", band.cv2), band.layer ?? ""]
          + (judged ? [band.verdict.rawValue] : []))
    }
    return "  lattice of \(period): CV² \(String(format: "%.4f", cv2)), \(strongest)\(dead)\n\(table.description)"
  }
}
