import Foundation
import Gingham
import Testing

@Suite struct ExploreTests {
  private static let net = "random:squeezenet1_1?size=64&seed=3&classes=4"
  private static let layers = ["features.0", "features.3.expand3x3"]
  private static let options = [
    "--layers", layers.joined(separator: ","), "--units", "0-2", "--batch", "2", "--steps", "6", "--size", "48x40",
    "--threads", "1",
  ]

  private func data(_ site: String) throws -> [String: Any] {
    let text = try String(contentsOfFile: site + "/data.js", encoding: .utf8)
    let json = try #require(text.hasPrefix("window.gingham=") ? text.dropFirst(15).dropLast(2) : nil)
    return try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  private func units(_ site: String, _ layer: String) throws -> (folder: String, units: [[String: Any]]) {
    let all = try #require(try data(site)["layers"] as? [[String: Any]])
    let found = try #require(all.first { $0["name"] as? String == layer }?["explored"] as? [String: Any])
    return (try #require(found["folder"] as? String), try #require(found["units"] as? [[String: Any]]))
  }

  /// The command line beside each picture makes that picture: the same activation, and the same pixels but for WebP.
  @Test func picturesAreThoseOfTheirCommandLines() throws {
    let scratch = try Tool.Scratch()
    let site = scratch.path("site")
    let outcome = try Tool.run(
      executable: Tool.path, ["explore", Self.net] + Self.options + ["--json", "--output", site])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["layers"] as? Int == 2 && json["units"] as? Int == 6)
    #expect(json["site"] as? String == site)
    for layer in Self.layers {
      let (folder, units) = try units(site, layer)
      #expect(units.compactMap { $0["pass"] as? [Int] } == [[0, 1], [0, 1], [2, 2]])
      for pass in ["0-1", "2-2"] {
        let again = try Tool.run(
          executable: Tool.path,
          [
            "visualize", Self.net, "--all-channels", layer, "--channels", pass, "--recipe", site + "/recipe.yaml",
            "--seed", "0", "--threads", "1", "--json", "--output", scratch.path("\(layer)-\(pass)"),
          ])
        #expect(again.status == 0, "\(again.errors)")
        for channel in try #require(try again.json()["channels"] as? [[String: Any]]) {
          let number = try #require(channel["channel"] as? Int)
          let finding = try #require(channel["finding"] as? [String: Any])
          #expect(finding["activation"] as? Double == units[number]["activation"] as? Double)
          let file = try #require(channel["file"] as? String)
          let exact = try Picture(contentsOf: scratch.path("\(layer)-\(pass)/\(file)"))
          let tile = try Picture(contentsOf: site + "/\(folder)/\(number).webp")
          #expect(tile.height == 48 && tile.width == 40)
          let distances = zip(exact.pixels.scalars, tile.pixels.scalars).map { abs($0 - $1) }
          #expect(distances.reduce(0, +) / Float(distances.count) < 0.04)
        }
      }
    }
  }

  /// A part of the site's data.
  private func part(_ site: String, _ name: String) throws -> [String: Any] {
    let text = try String(contentsOfFile: "\(site)/\(name).js", encoding: .utf8)
    let front = "window.gingham.parts[\"\(name)\"]="
    let json = try #require(text.hasPrefix(front) ? text.dropFirst(front.count).dropLast(2) : nil)
    return try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  /// Pages show what `exemplars` finds, and what the net says of the pictures.
  @Test func picturesOfTheReaderHavePages() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<3).map { try scratch.picture("\($0) it's <b>.png", side: 64 + 9 * $0) }
    try Data("no picture".utf8).write(to: URL(filePath: scratch.path("broken.png")))
    try Data("one\ntwo\nthree\nfour\n".utf8).write(to: URL(filePath: scratch.path("names.txt")))
    let (site, names) = (scratch.path("site"), scratch.path("names.txt"))
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options + ["--negative", "--class-names", names, "--limit", "2", "--output", site]
        + ["--pictures", scratch.path("broken.png")] + pictures)
    #expect(outcome.status == 2 && outcome.output.contains("broken.png"), "\(outcome.errors)")
    let alone = try Tool.run(
      executable: Tool.path,
      ["exemplars", Self.net, scratch.path("broken.png")] + pictures + ["--layer"] + Self.layers
        + [
          "--units", "0-2", "--threads", "1", "--class-names", names, "--limit", "2", "--output", scratch.path("alone"),
        ])
    #expect(alone.status == 2, "\(alone.errors)")
    for name in ["exemplars.sqlite", "crops/0/2.webp", "crops/1/0.webp"] {
      #expect(
        FileManager.default.contentsEqual(atPath: "\(site)/\(name)", andPath: scratch.path("alone/\(name)")), "\(name)")
    }
    let pages = try #require(try data(site)["pictures"] as? [[String: Any]])
    #expect(pages.compactMap { $0["name"] as? String } == pictures.map { URL(filePath: $0).lastPathComponent })
    for (page, path) in zip(pages, pictures) {
      let top = try #require((page["top"] as? [[String: Any]])?.first)
      let gradient = try Tool.run(
        executable: Tool.path,
        [
          "gradient", Self.net, path, "--class-names", names, "--threads", "1", "--json", "--output",
          scratch.path("gradient"), "--force",
        ])
      let image = try #require((try gradient.json()["images"] as? [[String: Any]])?.first)
      #expect((image["prediction"] as? [String: Any])?["class"] as? Int == top["index"] as? Int)
      #expect((image["prediction"] as? [String: Any])?["logit"] as? Double == top["value"] as? Double)
      let maps = try #require(page["maps"] as? [[String: Any]])
      #expect(maps.compactMap { $0["name"] as? String } == ["gradient", "integrated", "gradcam"])
      for map in maps {
        let file = try Picture(contentsOf: site + "/" + (try #require(map["file"] as? String)))
        #expect(file.height == 64 && file.width == 64)
      }
    }
    // Every command line that a page prints can be typed.
    let command = try #require(((pages[1]["maps"] as? [[String: Any]])?.last)?["command"] as? String)
    #expect(command.contains("--limit 2") && command.contains("--class-names"))
    let typed = try Tool.run(
      executable: "/bin/sh",
      [
        "-c",
        command.replacing("gingham ", with: Tool.path + " ", maxReplacements: 1) + " --output " + scratch.path("typed"),
      ])
    #expect(typed.status == 0, "\(typed.errors)")

    let database = try Database(reading: site + "/exemplars.sqlite")
    let units = try #require(try part(site, "units/1-0")["units"] as? [[String: Any]])
    #expect(units.count == 3)
    for (number, unit) in units.enumerated() {
      let activity = try #require(unit["activity"] as? [String: Any])
      let exemplars = try #require(activity["exemplars"] as? [[String: Any]])
      let rows = try database.rows(
        "SELECT activation, y, x, top, left, bottom, right FROM exemplars WHERE unit = ? ORDER BY rank",
        [.integer(3 + number)])
      #expect(exemplars.count == 3 && rows.count == 3)
      for (exemplar, row) in zip(exemplars, rows) {
        let numbers = (exemplar["place"] as? [Int] ?? []) + (exemplar["crop"] as? [Int] ?? [])
        #expect(numbers.map(DatabaseValue.integer) == Array(row[1...]))
        guard case .real(let activation) = row[0] else { throw CancellationError() }
        #expect(abs((exemplar["activation"] as? Double ?? .nan) - activation) < 1e-5 * abs(activation))
      }
      #expect(!(unit["reads"] as? [Any] ?? []).isEmpty && !(unit["bands"] as? [Any] ?? []).isEmpty)
    }
    let tiles = try self.units(site, Self.layers[1])
    for unit in tiles.units {
      let (up, down) = (unit["activation"] as? Double ?? .nan, unit["negative"] as? Double ?? .nan)
      #expect(down < up)
      #expect(
        FileManager.default.fileExists(atPath: "\(site)/\(tiles.folder)/\(unit["unit"] as? Int ?? -1)-negative.webp"))
    }
    let likest = try #require(try part(site, "classes")["likest"] as? [[[String: Any]]])
    #expect(likest.count == 4 && likest.allSatisfy { $0.count == 3 })
    for list in likest {
      let values = list.compactMap { $0["value"] as? Double }
      #expect(values == values.sorted(by: >))
    }
  }

  /// Every position is in a cell that is shown or too empty to be, groups share out all weights, and the pictures are those
  /// of their command lines.
  @Test func theAtlasIsThatOfItsCommandLines() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<4).map { try scratch.picture("\($0) it's.png", side: 64 + 9 * $0) }
    let site = scratch.path("site")
    let layer = "features.6.expand3x3"
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options
        + ["--atlas", layer, "--cells", "2", "--groups", "3", "--output", site, "--pictures"] + pictures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let atlas = try part(site, "atlas")
    let positions = try #require(atlas["positions"] as? Int)
    #expect(positions == 4 * 7 * 7 && atlas["pictures"] as? Int == 4)
    let cells = try #require(atlas["cells"] as? [[String: Any]])
    // Halves of both axes hold 98 positions each.
    #expect(cells.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } <= positions && (2...4).contains(cells.count))
    for cell in cells {
      let likest = try #require(cell["likest"] as? [[String: Any]])
      #expect(likest.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == cell["count"] as? Int)
    }
    let groups = try #require(atlas["groups"] as? [[String: Any]])
    #expect(abs(groups.reduce(0) { $0 + ($1["share"] as? Double ?? .nan) } - 1) < 1e-9 && groups.count == 3)
    #expect((0..<1).contains(atlas["unexplained"] as? Double ?? .nan))
    for page in try #require(try data(site)["pictures"] as? [[String: Any]]) {
      let places = try #require(page["groups"] as? [String: Any])
      #expect(abs(((places["shares"] as? [Double]) ?? []).reduce(0, +) - 1) < 1e-9)
      let map = try Picture(contentsOf: site + "/" + (places["file"] as? String ?? ""))
      #expect(map.height == 64 && map.width == 64 && map.channels == 3)
    }
    for found in [cells[0], groups[2]] {
      let direction = try #require(found["direction"] as? [String: Any])
      let command = try #require(direction["command"] as? String)
        .replacing("gingham ", with: Tool.path + " ", maxReplacements: 1)
      let again = try Tool.run(
        executable: "/bin/sh",
        ["-c", "cd '\(site)' && \(command) --threads 1 --output '\(scratch.path("again"))' --force"])
      #expect(again.status == 0, "\(again.errors)")
      let exact = try Picture(contentsOf: scratch.path("again/picture.png"))
      let tile = try Picture(contentsOf: site + "/" + (direction["file"] as? String ?? ""))
      let distances = zip(exact.pixels.scalars, tile.pixels.scalars).map { abs($0 - $1) }
      #expect(tile.height == 48 && tile.width == 40 && distances.reduce(0, +) / Float(distances.count) < 0.04)
    }
    let few = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options
        + ["--atlas", layer, "--cells", "32", "--output", scratch.path("few"), "--pictures", pictures[0]])
    #expect(few.status == 0 && few.errors.contains("too few positions"), "\(few.errors)")
  }

  /// A module stands for its last layer, whose page goes by its own name, and whose channels are those of the convolutions in
  /// front.
  @Test func modulesLeadToTheirLayers() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<4).map { try scratch.picture("\($0).png", side: 64 + 9 * $0) }
    let site = scratch.path("site")
    let outcome = try Tool.run(
      executable: Tool.path,
      [
        "explore", Self.net, "--layers", "features.6,features.0", "--units", "0-1", "--steps", "4", "--size", "48x48",
        "--threads", "1", "--atlas", "features.6", "--cells", "2", "--groups", "2", "--mitigations", "features.6",
        "--output", site, "--pictures",
      ] + pictures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try units(site, "features.6.cat").units.count == 2)
    let atlas = try part(site, "atlas")
    #expect(atlas["layer"] as? String == "features.6.cat")
    let direction = try #require((atlas["groups"] as? [[String: Any]])?.first?["direction"] as? [String: Any])
    for channel in try #require(direction["units"] as? [[String: Any]]) {
      let (number, origin) = (try #require(channel["unit"] as? Int), try #require(channel["origin"] as? [String: Any]))
      #expect(origin["layer"] as? String == (number < 128 ? "features.6.expand1x1" : "features.6.expand3x3"))
      #expect(origin["unit"] as? Int == number % 128)
    }
    let all = try #require(try data(site)["layers"] as? [[String: Any]])
    let row = try #require(all.first { $0["name"] as? String == "features.6.cat" })
    #expect((row["reads"] as? [String])?.count == 2)
    #expect((row["explored"] as? [String: Any])?["mitigations"] as? String == "units/0-mitigations")
  }

  /// Pictures under other recipes are those of the command line beside them.
  @Test func mitigationsAreThoseOfTheirCommandLines() throws {
    let scratch = try Tool.Scratch()
    let site = scratch.path("site")
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options + ["--negative", "--mitigations", Self.layers[1], "--output", site])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let recipes = try #require(try part(site, "units/1-mitigations")["recipes"] as? [[String: Any]])
    #expect(
      recipes.compactMap { $0["name"] as? String }
        == ["naive", "jitter", "multiscale", "frequency", "fourier", "robust", "lattice", "all"])
    func typed(_ line: String, _ name: String) throws -> [[String: Any]] {
      let again = try Tool.run(
        executable: "/bin/sh",
        [
          "-c",
          line.replacing("gingham ", with: Tool.path + " ", maxReplacements: 1)
            .replacing("recipe.yaml", with: site + "/recipe.yaml") + " --threads 1 --json --output "
            + scratch.path(name),
        ])
      #expect(again.status == 0, "\(again.errors)")
      return try #require(try again.json()["channels"] as? [[String: Any]])
    }
    func expectAlike(_ one: String, _ other: String) throws {
      let (a, b) = (try Picture(contentsOf: one).pixels, try Picture(contentsOf: other).pixels)
      #expect(a.shape == b.shape)
      let distances = zip(a.scalars, b.scalars).map { abs($0 - $1) }
      #expect(distances.reduce(0, +) / Float(max(distances.count, 1)) < 0.06)
    }
    for recipe in [recipes[0], recipes[7]] {
      let name = try #require(recipe["name"] as? String)
      let channels = try typed(try #require(recipe["command"] as? String), name)
      let activations = channels.compactMap { ($0["finding"] as? [String: Any])?["activation"] as? Double }
      #expect(activations.count == 3)
      let mean = activations.reduce(0, +) / 3
      #expect(abs((recipe["activation"] as? Double ?? .nan) - mean) < 1e-5 * abs(mean))
      for unit in 0..<3 {
        try expectAlike(
          "\(site)/\(recipe["folder"] as? String ?? "")/\(unit).webp", scratch.path("\(name)/channels/000\(unit).png"))
      }
    }
    // So is the picture that lowers a unit.
    let (folder, units) = try self.units(site, Self.layers[1])
    let layer = try #require(
      try (data(site)["layers"] as? [[String: Any]])?.first { $0["name"] as? String == Self.layers[1] })
    let command = try #require((layer["explored"] as? [String: Any])?["command"] as? [String])
    let lowered = try typed("\(command[0]) 0-1 \(command[1]) --negative", "lowered")
    for unit in 0..<2 {
      #expect(
        (lowered[unit]["finding"] as? [String: Any])?["activation"] as? Double == units[unit]["negative"] as? Double)
      try expectAlike("\(site)/\(folder)/\(unit)-negative.webp", scratch.path("lowered/channels/000\(unit).png"))
    }
    let strange = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options + ["--mitigations", "features.12", "--output", scratch.path("strange")])
    #expect(strange.status != 0 && strange.errors.contains("features.12.cat"), "\(strange.errors)")
    let short = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net, "--layers", Self.layers[0], "--steps", "2", "--mitigations", Self.layers[0]]
        + ["--output", scratch.path("short")])
    #expect(short.status != 0 && short.errors.contains("octaves"), "\(short.errors)")
  }

  /// Each unit's part of the gradient's energy, by the reference in 64 bits; and the chain of filters by its rule.
  @Test func sharesOfTheGradientAreThoseOfTheReference() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<3).map { try scratch.picture("\($0).png", side: 64 + 9 * $0) }
    let site = scratch.path("site")
    let outcome = try Tool.run(
      executable: Tool.path,
      [
        "explore", Self.net, "--layers", "features.3.squeeze", "--steps", "2", "--size", "32x32", "--threads", "1",
        "--pages", "0", "--output", site, "--pictures",
      ] + pictures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let units = try units(site, "features.3.squeeze").units
    let model = try ModelSource(Self.net).load()
    let pass = try ObjectivePass(
      model.objectiveParser().parse("top"), of: ReferenceDifferentiator<Double>(model.network),
      inputShapes: [[1, 3, 64, 64]], gradientsAt: ["features.3.squeeze"])
    var expected = [Double](repeating: 0, count: 16)
    for path in pictures {
      let gradient = try pass.valuesAndGradients(model.input(pictureAt: path)).gradients[0]
      let energies = (0..<16).map { unit in
        gradient.slice(axis: 1, unit..<(unit + 1)).scalars.reduce(0) { $0 + Double($1) * Double($1) }
      }
      for unit in 0..<16 { expected[unit] += energies[unit] / energies.reduce(0, +) / 3 }
    }
    let found = units.compactMap { $0["flow"] as? Double }
    #expect(found.count == 16 && abs(found.reduce(0, +) - 1) < 1e-5)
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-3 * max(expected, 1e-3)) }
    // From unit 0 on, always to the nearest of those that are left.
    let places = units.compactMap { $0["place"] as? Int }
    #expect(places.sorted() == Array(0..<16))
    let weights = try #require(model.network.valueNames.firstIndex(of: "features.3.squeeze.weight"))
    let kernels = try #require(model.network.constants[ValueID(weights)]?.tensor)
    func cosine(_ one: Int, _ other: Int) -> Double {
      let (a, b) = (
        kernels.slice(axis: 0, one..<(one + 1)).scalars, kernels.slice(axis: 0, other..<(other + 1)).scalars
      )
      func product(_ p: [Float], _ q: [Float]) -> Double { zip(p, q).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
      return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    let order = (0..<16).sorted { places[$0] < places[$1] }
    #expect(order[0] == 0)
    for place in 1..<16 {
      let best = order[place...].map { cosine(order[place - 1], $0) }.max() ?? .nan
      #expect(abs(cosine(order[place - 1], order[place]) - best) < 1e-9)
    }
  }

  /// What a page says of a unit's way, its best photograph and its sides is what its command lines find.
  @Test func accentuationDiversityAndWaysAreThoseOfTheirCommandLines() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<12).map { try scratch.picture("\($0) it's.png", side: 64 + 5 * $0) }
    let site = scratch.path("site")
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options
        + ["--accentuate", "--diversity", "3", "--pages", "0", "--output", site, "--pictures"] + pictures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let details = try part(site, "units/1-0")
    let way = try #require(details["way"] as? [String])
    #expect(way.first == "features.0" && way.last == Self.layers[1] && way.count == 3)
    let unit = try #require((details["units"] as? [[String: Any]])?[1])
    func typed(_ command: Any?, _ name: String) throws -> [String: Any] {
      let line = try #require(command as? String)
        .replacing("gingham ", with: Tool.path + " ", maxReplacements: 1)
        .replacing("recipe.yaml", with: site + "/recipe.yaml")
      let again = try Tool.run(
        executable: "/bin/sh", ["-c", line + " --threads 1 --json --output " + scratch.path(name)])
      #expect(again.status == 0, "\(again.errors)")
      return try again.json()
    }
    func expectAlike(_ one: String, _ other: String) throws {
      let (a, b) = (try Picture(contentsOf: one).pixels, try Picture(contentsOf: other).pixels)
      #expect(a.shape == b.shape)
      let distances = zip(a.scalars, b.scalars).map { abs($0 - $1) }
      #expect(distances.reduce(0, +) / Float(max(distances.count, 1)) < 0.04)
    }
    let accentuated = try #require(unit["accentuated"] as? [String: Any])
    let alone = try typed(accentuated["command"], "accentuated")
    let image = try #require((alone["images"] as? [[String: Any]])?.first)
    #expect(image["activation"] as? Double == accentuated["activation"] as? Double)
    #expect((image["accentuation"] as? [String: Any])?["distance"] as? Double == accentuated["distance"] as? Double)
    #expect((alone["held"] as? [String: Any])?["layer"] as? String == "features.0")
    try expectAlike(
      site + "/" + (accentuated["file"] as? String ?? ""), scratch.path("accentuated/picture.png"))
    let diverse = try #require(unit["diverse"] as? [String: Any])
    let files = try #require(diverse["files"] as? [String])
    #expect(files.count == 3 && (-1...1).contains(diverse["similarity"] as? Double ?? .nan))
    _ = try typed(diverse["command"], "diverse")
    for (index, file) in files.enumerated() {
      try expectAlike(site + "/" + file, scratch.path("diverse/picture-\(index).png"))
    }
    let path = try #require(unit["path"] as? [String: Any])
    for key in ["similarity", "own", "others"] {
      let values = try #require(path[key] as? [Double])
      #expect(values.count == 3 && values.allSatisfy { (-1...1).contains($0) })
    }
    // The first layer has none in front that could be held.
    let first = try #require((try part(site, "units/0-0")["units"] as? [[String: Any]])?.first)
    #expect(first["accentuated"] == nil && first["diverse"] != nil)
  }

  /// The other net's side is its own site, and correlations are those of means that the reference gives.
  @Test func anotherNetStandsBeside() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<4).map { try scratch.picture("\($0).png", side: 64 + 9 * $0) }
    let other = Self.net.replacing("seed=3", with: "seed=4")
    let both = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options
        + ["--against", other, "--pages", "0", "--output", scratch.path("both"), "--pictures"] + pictures)
    let alone = try Tool.run(
      executable: Tool.path, ["explore", other] + Self.options + ["--output", scratch.path("alone")])
    #expect(both.status == 0 && alone.status == 0, "\(both.errors) \(alone.errors)")
    #expect(try data(scratch.path("both"))["against"] as? String == other)
    let nets = try [Self.net, other].map { try ModelSource($0).load() }
    for (number, layer) in Self.layers.enumerated() {
      let plans = try nets.map { net in
        try ReferenceDifferentiator<Double>(net.network).plan(
          PlanRequest(
            inputShapes: [[1, 3, 64, 64]], targets: [net.network.value(ofLayer: layer)], gradients: []))
      }
      let means = try zip(nets, plans).map { net, plan in
        try pictures.map { path in
          let map = try plan.forward([net.input(pictureAt: path)])[0]
          return (0..<3).map { unit in
            let channel = map.slice(axis: 1, unit..<(unit + 1)).scalars
            return channel.reduce(0) { $0 + Double($1) } / Double(channel.count)
          }
        }
      }
      let own = try units(scratch.path("alone"), layer).units
      for (unit, found) in try #require(
        try part(scratch.path("both"), "units/\(number)-0")["units"] as? [[String: Any]]
      )
      .enumerated() {
        let beside = try #require(found["against"] as? [String: Any])
        #expect(beside["activation"] as? Double == own[unit]["activation"] as? Double)
        #expect(
          FileManager.default.contentsEqual(
            atPath: scratch.path("both/against/\(number)/\(unit).webp"),
            andPath: scratch.path("alone/tiles/\(number)/\(unit).webp")))
        let (a, b) = (means[0].map { $0[unit] }, means[1].map { $0[unit] })
        let (meanA, meanB) = (a.reduce(0, +) / 4, b.reduce(0, +) / 4)
        func product(_ p: [Double], _ q: [Double], _ x: Double, _ y: Double) -> Double {
          zip(p, q).reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
        }
        let expected =
          product(a, b, meanA, meanB) / (product(a, a, meanA, meanA) * product(b, b, meanB, meanB)).squareRoot()
        #expect(abs((beside["correlation"] as? Double ?? .nan) - expected) < 5e-3, "\(expected)")
      }
    }
    let strange = try Tool.run(
      executable: Tool.path,
      ["explore", Self.net] + Self.options + ["--against", "random:resnet18?size=64", "--output", scratch.path("none")])
    #expect(strange.status == 1 && !FileManager.default.fileExists(atPath: scratch.path("none")))
  }

  /// Samples are those of `generate`, and layers what `trace` says of them.
  @Test func aGeneratorHasPagesOfItsSamples() throws {
    let scratch = try Tool.Scratch()
    let (net, site) = ("random:dcgan_generator?features=4&latent=8&kernel=3&seed=3", scratch.path("site"))
    for folder in ["site", "again"] {
      let outcome = try Tool.run(
        executable: Tool.path, ["explore", net, "--seed", "2", "--threads", "1", "--output", scratch.path(folder)])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let generator = try #require(try data(site)["generator"] as? [String: Any])
    let samples = try #require(generator["samples"] as? [[String: Any]])
    #expect(samples.count == 12)
    let (made, traced) = (
      try Tool.run(
        executable: Tool.path,
        ["generate", net, "--samples", "12", "--seed", "2", "--threads", "1", "--output", scratch.path("made")]),
      try Tool.run(
        executable: Tool.path, ["trace", net, "--samples", "64", "--seed", "2", "--threads", "1", "--json"])
    )
    #expect(made.status == 0 && traced.status == 0, "\(made.errors) \(traced.errors)")
    for (number, sample) in samples.enumerated() {
      let exact = try Picture(contentsOf: scratch.path("made/samples/\(String(format: "%04d", number)).png"))
      let shown = try Picture(contentsOf: site + "/" + (try #require(sample["file"] as? String)))
      #expect(exact.pixels.shape == shown.pixels.shape)
      let distances = zip(exact.pixels.scalars, shown.pixels.scalars).map { abs($0 - $1) }
      #expect(distances.reduce(0, +) / Float(max(distances.count, 1)) < 0.06)
    }
    let trace = try traced.json()
    let layers = try #require(generator["layers"] as? [[String: Any]])
    let expected = try #require(trace["layers"] as? [[String: Any]])
    #expect(layers.compactMap { $0["name"] as? String } == expected.compactMap { $0["name"] as? String })
    for (found, layer) in zip(layers, expected) {
      let shares = (found["bands"] as? [[String: Any]] ?? []).compactMap { $0["share"] as? Double }
      #expect(shares == (layer["bands"] as? [[String: Any]] ?? []).compactMap { $0["share"] as? Double })
      let folder = try #require(found["folder"] as? String)
      #expect(FileManager.default.fileExists(atPath: "\(site)/\(folder)/11.webp"))
    }
    let causes = try #require(generator["causes"] as? [[String: Any]])
    #expect(!causes.isEmpty && causes.count == (trace["causes"] as? [Any])?.count)
    #expect(
      causes.map { $0["layer"] as? String } == (trace["causes"] as? [[String: Any]])?.map { $0["layer"] as? String })
    // Beside the samples stand the repaired ones, where `repair` rewrites anything.
    let repaired = try Tool.run(
      executable: Tool.path,
      ["repair", net, "--samples", "64", "--seed", "2", "--threads", "1", "--json", "--output", scratch.path("repair")])
    let rewrites = try #require(try repaired.json()["rewrites"] as? [Any])
    #expect(samples.allSatisfy { ($0["repaired"] is String) == !rewrites.isEmpty })
    let names = try FileManager.default.subpathsOfDirectory(atPath: site).sorted()
    for name in names where name.contains(".") && !name.hasSuffix("manifest.json") {
      #expect(
        FileManager.default.contentsEqual(atPath: "\(site)/\(name)", andPath: scratch.path("again/" + name)), "\(name)")
    }
  }

  /// Killed between passes, the same command goes on and writes the bytes of a run that was left alone.
  @Test func aKilledRunGoesOnWithTheSameBytes() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<4).map { try scratch.picture("\($0).png", side: 64 + 16 * $0) }
    func arguments(_ folder: String) -> [String] {
      ["explore", Self.net] + Self.options
        + ["--quiet", "--accentuate", "--diversity", "2", "--output", scratch.path(folder), "--pictures"] + pictures
    }
    let whole = try Tool.run(executable: Tool.path, arguments("whole"))
    #expect(whole.status == 0, "\(whole.errors)")
    let process = Process()
    process.executableURL = URL(filePath: Tool.path)
    process.arguments = arguments("parts")
    try process.run()
    let kept = scratch.path(".gingham-parts/keepsakes")
    for _ in 0..<6000 where ((try? FileManager.default.contentsOfDirectory(atPath: kept)) ?? []).isEmpty {
      usleep(10_000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let rest = try Tool.run(executable: Tool.path, arguments("parts"))
    #expect(rest.status == 0, "\(rest.errors)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("whole")).sorted()
    #expect(names == (try FileManager.default.subpathsOfDirectory(atPath: scratch.path("parts")).sorted()))
    #expect(names.filter { $0.hasPrefix("tiles/") && $0.hasSuffix(".webp") }.count == 6 + 2 * 6 + 2 * 3)
    for name in names where name.contains(".") && !name.hasSuffix("manifest.json") {
      #expect(
        FileManager.default.contentsEqual(
          atPath: scratch.path("whole/" + name), andPath: scratch.path("parts/" + name)),
        "\(name)")
    }
  }

  @Test(arguments: [["--layers", "nowhere"], ["--layers", "features.0", "--units", "0-64"]])
  func whatIsNotThereIsAnError(_ options: [String]) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      executable: Tool.path, ["explore", Self.net] + options + ["--output", scratch.path("site")])
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("site")))
  }
}
