import GinghamNetworks

/// A RegNet (Radosavovic et al. 2020) as a row of a table.
struct RegNet: Sendable {
  let name: String
  let summary: String
  let names: RegNetNames
  let widths: [Int]
  let depths: [Int]
  /// Channels of a group of the 3×3 convolutions, in the first stage where a second number goes for the others.
  let groupWidths: [Int]
  /// Whether it is a RegNetY, with squeeze and excitation.
  let isExcited: Bool
  let picture: PictureConvention

  var architecture: Architecture {
    let row = self
    return Architecture(
      name, summary, options: [.classes], picture: picture, witnesses: ["classes": .head(names.head)]
    ) { net, settings in net.regNet(row, settings) }
  }
}

/// What a library calls the layers of a RegNet.
struct RegNetNames: Sendable {
  let stem: UnitNames
  let block: @Sendable (_ stage: Int, _ block: Int) -> String
  /// The 1×1, 3×3 and 1×1 convolutions of a block, and that of its shortcut.
  let units: @Sendable (_ block: String) -> [UnitNames]
  let excitation: @Sendable (_ block: String) -> ExcitationNames
  let activation: String
  let pool: String
  let flatten: String
  let head: String

  static let torchvision = RegNetNames(
    stem: UnitNames(sequence: "stem"),
    block: { "trunk_output.block\($0 + 1).block\($0 + 1)-\($1)" },
    units: { block in ["f.a", "f.b", "f.c", "proj"].map { UnitNames(sequence: "\(block).\($0)") } },
    excitation: { .torchvision("\($0).f.se") }, activation: "activation", pool: "avgpool", flatten: "flatten",
    head: "fc")

  static let timm = RegNetNames(
    stem: .timm("stem.conv", "stem.bn"), block: { "s\($0 + 1).b\($1 + 1)" },
    units: { block in
      ["conv1", "conv2", "conv3", "downsample"].map { .timm("\(block).\($0).conv", "\(block).\($0).bn") }
    },
    excitation: {
      ExcitationNames(
        name: "\($0).se", pool: "mean", reduction: "fc1", activation: "act", expansion: "fc2", gate: "gate")
    },
    activation: "act3", pool: "head.global_pool", flatten: "head.flatten", head: "head.fc")
}

extension Architecture {
  /// RegNetX and RegNetY by the names of torchvision (with the multiplications in the name) and timm (with hundreds of
  /// millions of them).
  static let regNets = regNetRows.map(\.architecture)

  private static let regNetRows: [RegNet] = [
    ("x_400mf", "x_004", [32, 64, 160, 400], [1, 2, 7, 12], [16]),
    ("x_800mf", "x_008", [64, 128, 288, 672], [1, 3, 7, 5], [16]),
    ("x_1_6gf", "x_016", [72, 168, 408, 912], [2, 4, 10, 2], [24]),
    ("x_3_2gf", "x_032", [96, 192, 432, 1008], [2, 6, 15, 2], [48]),
    ("x_8gf", "x_080", [80, 240, 720, 1920], [2, 5, 15, 1], [80, 120]),
    ("x_16gf", "x_160", [256, 512, 896, 2048], [2, 6, 13, 1], [128]),
    ("x_32gf", "x_320", [336, 672, 1344, 2520], [2, 7, 13, 1], [168]),
    ("y_400mf", "y_004", [48, 104, 208, 440], [1, 3, 6, 6], [8]),
    ("y_800mf", "y_008", [64, 144, 320, 784], [1, 3, 8, 2], [16]),
    ("y_1_6gf", "y_016", [48, 120, 336, 888], [2, 6, 17, 2], [24]),
    ("y_3_2gf", "y_032", [72, 216, 576, 1512], [2, 5, 13, 1], [24]),
    ("y_8gf", "y_080", [224, 448, 896, 2016], [2, 4, 10, 1], [56]),
    ("y_16gf", "y_160", [224, 448, 1232, 3024], [2, 4, 11, 1], [112]),
    ("y_32gf", "y_320", [232, 696, 1392, 3712], [2, 5, 12, 1], [232]),
    ("y_128gf", nil, [528, 1056, 2904, 7392], [2, 7, 17, 1], [264]),
    ("", "x_002", [24, 56, 152, 368], [1, 1, 4, 7], [8]),
    ("", "x_006", [48, 96, 240, 528], [1, 3, 5, 7], [24]),
    ("", "x_040", [80, 240, 560, 1360], [2, 5, 14, 2], [40]),
    ("", "x_064", [168, 392, 784, 1624], [2, 4, 10, 1], [56]),
    ("", "x_120", [224, 448, 896, 2240], [2, 5, 11, 1], [112]),
    ("", "y_002", [24, 56, 152, 368], [1, 1, 4, 7], [8]),
    ("", "y_006", [48, 112, 256, 608], [1, 3, 7, 4], [16]),
    ("", "y_040", [128, 192, 512, 1088], [2, 6, 12, 2], [64]),
    ("", "y_064", [144, 288, 576, 1296], [2, 7, 14, 2], [72]),
    ("", "y_120", [224, 448, 896, 2240], [2, 5, 11, 1], [112]),
  ].flatMap { (plain: String, timm: String?, widths: [Int], depths: [Int], groupWidths: [Int]) -> [RegNet] in
    func row(
      _ name: String, _ library: String, _ names: RegNetNames, _ widths: [Int], _ picture: PictureConvention
    ) -> RegNet {
      let isExcited = name.hasPrefix("regnety") || name.hasPrefix("regnet_y")
      return RegNet(
        name: name, summary: "RegNet\(isExcited ? "Y" : "X") (\(library))", names: names, widths: widths,
        depths: depths,
        groupWidths: groupWidths, isExcited: isExcited, picture: picture)
    }
    let first = plain.isEmpty ? [] : [row("regnet_\(plain)", "torchvision", .torchvision, widths, .torchvision)]
    guard let timm else { return first }
    return first + [
      row(
        "regnet\(timm)", "timm", .timm, timmWidths[timm] ?? widths,
        .bicubic(224, of: 256, .imageNet))
    ]
  }

  /// Where timm rounds the paper's widths to groups and torchvision does not.
  private static let timmWidths = [
    "x_004": [32, 64, 160, 384], "y_008": [64, 128, 320, 768], "y_080": [168, 448, 896, 2016],
  ]
}

extension NetworkBuilder {
  fileprivate mutating func regNet(_ row: RegNet, _ settings: ArchitectureSettings) -> Feature {
    let names = row.names
    var x = picture(settings)
    x = unit(names.stem, x, 32, Window(3, stride: 2, padding: 1), activation: .relu)
    for (stage, depth) in row.depths.enumerated() {
      let group = row.groupWidths[min(stage, row.groupWidths.count - 1)]
      for block in 0..<depth {
        x = regNetBlock(row, names.block(stage, block), x, row.widths[stage], group: group, stride: block == 0 ? 2 : 1)
      }
    }
    x = globalAveragePool(names.pool, x)
    x = flatten(names.flatten, x)
    return linear(names.head, x, settings["classes"])
  }

  private mutating func regNetBlock(
    _ row: RegNet, _ name: String, _ x: Feature, _ width: Int, group: Int, stride: Int
  ) -> Feature {
    let units = row.names.units(name)
    var shortcut = x
    if stride != 1 || x.channels != width {
      shortcut = unit(units[3], x, width, Window(1, stride: stride), activation: nil)
    }
    var y = unit(units[0], x, width, Window(1), activation: .relu)
    y = unit(
      units[1], y, width, Window(3, stride: stride, padding: 1), groups: width / group, activation: .relu)
    if row.isExcited {
      // A quarter of the channels that come into the block, rounded as Python does: to even where it is halfway.
      let squeezed = Int((Double(x.channels) / 4).rounded(.toNearestOrEven))
      y = excitation(row.names.excitation(name), y, squeezed: squeezed, activation: .relu, gate: .sigmoid)
    }
    y = unit(units[2], y, width, Window(1), activation: nil)
    y = add("\(name).add", shortcut, y)
    return relu("\(name).\(row.names.activation)", y)
  }
}
