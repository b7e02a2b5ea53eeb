import ArgumentParser
import Foundation
import Testing

@testable import Gingham
@testable import GinghamCommandLine
@testable import GinghamVerbs

/// Whatever is set on the command line shapes the result, so each option of each verb shows in the manifest. Options
/// without a sample value are tried with a few usual words.
struct ManifestTests {
  /// A command line of a verb, and what can be added to it: for every option a value that is not its default.
  struct Sample {
    var base: [String]
    var values: [String: [String]]

    init(_ base: String, _ values: [String: [String]]) {
      self.base = base.split(separator: " ").map(String.init)
      self.values = values
    }
  }

  static let model: [String: [String]] = [
    "architecture": ["resnet18"], "section": ["netG"], "mean": ["0.5"], "std": ["0.25"], "input-size": ["96x80"],
    "crop": ["none"], "input": ["style=onehot:1"], "output-name": ["aux"], "class-names": ["names.txt"], "limit": ["3"],
  ]

  static let generator: [String: [String]] = [
    "samples": ["5"], "seed": ["9"], "images": ["a.png", "b.png"], "list": ["names.txt"], "range": ["0..255"],
    "periods": ["3,5"],
  ]

  static let recipe: [String: [String]] = [
    "size": ["40x48"], "view-size": ["32"], "steps": ["7"], "batch": ["3"], "draws": ["2"],
    "parameterization": ["pixel"], "deviation": ["0.07"], "decay": ["0.7"], "colour": ["none"], "range": ["clipped"],
    "optimizer": ["sgd"], "rate": ["0.3"], "transforms": ["[jitter: 3]"],
    "penalties": ["{total-variation: 3}"], "relative-penalties": ["true"], "gradient": ["[blur: 2]"],
    "smooth-strides": ["true"], "octaves": ["2"], "octave-ratio": ["1.7"], "tile": ["33"], "redirected-steps": ["5"],
    "snapshots": ["2"],
  ]

  static let samples: [String: [Sample]] = [
    "layers": [Sample("layers random:squeezenet1_1", model)],
    "gradient": [
      Sample(
        "gradient random:squeezenet1_1 picture.png",
        model.merging([
          "target": ["class:3"], "method": ["smoothgrad"], "at": ["conv1"], "samples": ["3"],
          "noise": ["0.5"], "seed": ["9"], "signals": ["smooth"], "period": ["3"], "jitter": ["5"], "cutoff": ["11"],
          "energies": ["measured"], "list": ["names.txt"],
        ]) { $1 })
    ],
    "predict": [
      Sample(
        "predict random:squeezenet1_1",
        model.merging([
          "target": ["class:3"], "at": ["conv1"], "gain": ["weights"], "signals": ["smooth"], "min-cv2": ["0.2"],
        ]) { $1 }),
      Sample(
        "predict --deconvolution 3/2",
        ["deconvolution": ["4/2"], "positions": ["5"], "equivalent": ["nearest2:1,0,-1"]]),
      Sample("predict --sweep grid.yaml", ["sweep": ["other.yaml"]]),
    ],
    "measure": [
      Sample(
        "measure a.png",
        [
          "periods": ["3,5"], "as": ["gradient"], "min-share": ["0.3"], "control-ratio": ["7"], "min-peak": ["13"],
          "min-cv2": ["0.2"], "list": ["names.txt"],
        ])
    ],
    "trace": [
      Sample(
        "trace random:squeezenet1_1",
        model.merging([
          "target": ["class:3"], "samples": ["5"], "seed": ["9"], "without": ["conv1"], "signals": ["smooth"],
          "random-twins": ["4"], "list": ["names.txt"],
        ]) { $1 })
    ],
    "generate": [
      Sample(
        "generate random:squeezenet1_1",
        model.merging(generator) { $1 }.merging([
          "latents": ["z.npy"], "bits": ["16"], "rate": ["8000"],
        ]) {
          $1
        })
    ],
    "diagnose": [
      Sample(
        "diagnose pictures --reference photographs --net random:squeezenet1_1 --layer conv1",
        model.merging([
          "reference": ["real"], "net": ["random:resnet18"], "layer": ["conv2"], "periods": ["3,5"],
          "min-share": ["0.3"],
          "control-ratio": ["7"], "min-peak": ["13"], "max-blur": ["2.5"], "max-added-blur": ["1.5"],
          "min-bits": ["3"], "max-ends": ["0.3"], "colour-chance": ["0.02"], "max-tile-distance": ["9"],
          "list": ["names.txt"],
        ]) { $1 })
    ],
    "check": [
      Sample(
        "check random:squeezenet1_1 a.png --baseline b.json",
        model.merging([
          "limits": ["limits.yaml"], "bands": ["0.03"], "gradient": ["2=0.3"], "faint": ["1"], "blur": ["2"],
          "banding": ["6"], "drift": ["0.5"], "baseline": ["c.json"], "target": ["class:3"],
          "samples": ["5"], "seed": ["9"], "range": ["0..255"], "junit": ["results.xml"], "list": ["names.txt"],
        ]) { $1 })
    ],
    "results": [
      Sample(
        "results outputs",
        [
          "model": ["net"], "verb": ["probe"], "layer": ["conv1"], "period": ["4"], "since": ["2026-11-28"],
          "until": ["2026-11-29"], "csv": ["all.csv"],
        ])
    ],
    "track": [Sample("track {a.pth} {b.pth}", model.merging(generator) { $1 })],
    "repair": [
      Sample(
        "repair random:squeezenet1_1",
        model.merging([
          "layer": ["conv1"], "with": ["nearest"], "border": ["reflect"], "kernel": ["5"],
          "most-change": ["0.5"], "out": ["even.onnx"], "samples": ["5"], "seed": ["9"], "images": ["a.png"],
          "target": ["class:3"], "list": ["names.txt"],
        ]) { $1 })
    ],
    "visualize": [
      Sample(
        "visualize random:squeezenet1_1 --objective conv1:3",
        model.merging(recipe) { $1 }.merging([
          "objective": ["conv1:4"], "preset": ["naive"], "recipe": ["{recipe.yaml}"], "start": ["a.png"], "seed": ["9"],
          "accentuate": ["a.png"], "path-check": ["a.png", "b.png"], "hold-weight": ["2"],
        ]) { $1 }),
      Sample("visualize random:squeezenet1_1 --objective conv1:3 --accentuate a.png", ["hold": ["conv1"]]),
      Sample(
        "visualize random:squeezenet1_1 --all-channels conv1",
        ["all-channels": ["conv2"], "channels": ["0-3"], "negative": []]),
      Sample("visualize random:squeezenet1_1 --objective conv1:3 --parameterization laplacian", ["levels": ["3"]]),
      Sample(
        "visualize random:squeezenet1_1 --objective conv1:3 --parameterization maco", ["spectrum": ["photographs"]]),
    ],
    "exemplars": [
      Sample(
        "exemplars random:squeezenet1_1 pictures",
        model.merging(["layer": ["conv1"], "units": ["0-3"], "strongest": ["4"], "side": ["32"], "list": ["names.txt"]])
        { $1 })
    ],
    "explore": [
      Sample(
        "explore random:squeezenet1_1",
        model.merging(recipe) { $1 }.merging([
          "layers": ["conv1"], "units": ["0-3"], "preset": ["naive"], "recipe": ["{recipe.yaml}"], "seed": ["9"],
          "pictures": ["a.png", "b.png"], "pages": ["3"], "list": ["names.txt"],
          "diversity": ["4"], "against": ["random:resnet18"],
        ]) { $1 }),
      Sample(
        "explore random:squeezenet1_1 --pictures a.png",
        [
          "accentuate": [], "atlas": ["features.9"], "cells": ["4"], "groups": ["3"], "mitigations": ["features.9"],
        ]),
      Sample("explore random:squeezenet1_1 --parameterization laplacian", ["levels": ["3"]]),
      Sample("explore random:squeezenet1_1 --parameterization maco", ["spectrum": ["photographs"]]),
    ],
    "compare": [
      Sample(
        "compare random:squeezenet1_1 --objective conv1:3",
        model.merging([
          "objective": ["conv1:4"], "mitigations": ["naive", "jitter"], "seeds": ["2"], "seed": ["9"],
          "sort": ["activation"], "steps": ["7"], "size": ["40"],
        ]) { $1 })
    ],
    "probe": [
      Sample(
        "probe random:squeezenet1_1 a.png",
        model.merging([
          "labels": ["filename"], "attack": ["fgsm"], "norm": ["l2"], "epsilon": ["3/255"],
          "steps": ["7"],
          "restarts": ["2"], "target": ["3"], "mask": ["mask.npy"],
          "fourier": ["5"], "period": ["3"], "batch": ["3"], "seed": ["9"],
          "list": ["names.txt"],
        ]) { $1 }),
      Sample("probe random:squeezenet1_1 a.png --no-pictures", ["pictures": []]),
    ],
    "verify": [
      Sample(
        "verify random:squeezenet1_1",
        model.merging(["image": ["a.png"], "seed": ["9"], "tolerance": ["0.01"]]) { $1 }),
      Sample("verify --case first", ["case": ["second"]]),
    ],
    "bench": [
      Sample(
        "bench random:squeezenet1_1",
        model.merging(["target": ["class:3"], "batch": ["3"], "runs": ["5"]]) { $1 })
    ],
  ]

  /// What shapes no result: where it goes, and how it is told.
  static let shapeNothing: Set = [
    "output", "force", "json", "quiet", "wide", "figures", "help", "version", "annotations", "serve", "port", "host",
  ]

  /// Options of every verb that a manifest has outside its settings.
  static let context: [String: [String]] = [
    "threads": ["1"], "backend": ["reference"], "precision": ["bf16", "--emulate"],
    "emulate": ["--precision", "bf16"], "latent": ["4x8x8"],
  ]

  struct Help: Decodable {
    struct Command: Decodable {
      var commandName: String
      var arguments: [Argument]?
      var subcommands: [Command]?
    }

    struct Argument: Decodable {
      struct Name: Decodable { var name: String }
      var kind: String
      var names: [Name]?
      var preferredName: Name?
      var allValues: [String]?

      /// Words that most options take, for those without a sample.
      var words: [[String]] {
        kind == "flag" ? [[]] : ((allValues ?? []) + ["3", "0.25", "word"]).map { [$0] }
      }
    }

    var command: Command
  }

  static let verbs: [Help.Command] = {
    let help = try? JSONDecoder().decode(Help.self, from: Data(GinghamCommand._dumpHelp().utf8))
    return (help?.command.subcommands ?? []).filter { !["help", "run"].contains($0.commandName) }
  }()

  /// The manifest of a command line, without the command line itself and without times. Words in braces are files.
  private func manifest(_ words: [String], in scratch: Tool.Scratch) throws -> Manifest {
    let arguments = try words.map { word in
      guard word.wholeMatch(of: /\{[a-z.]+\}/) != nil else { return word }
      let path = scratch.path(String(word.dropFirst().dropLast()))
      try Data("preset: fourier\n".utf8).write(to: URL(filePath: path))
      return path
    }
    let command = try #require(try GinghamCommand.parseAsRoot(arguments) as? any VerbCommand)
    return try Self.manifest(of: try command.makeRun(), in: try command.common.conditions.context())
  }

  private static func manifest(of run: some Run, in context: RunContext) throws -> Manifest {
    try run.record.manifest(
      command: [type(of: run).name], context: context, started: Date(timeIntervalSince1970: 0))
  }

  @Test func everyVerbHasSamples() {
    #expect(Set(Self.verbs.map(\.commandName)) == Set(Self.samples.keys))
  }

  @Test(arguments: verbs.map(\.commandName))
  func everyOptionShowsInTheManifest(verb: String) throws {
    let scratch = try Tool.Scratch()
    let command = try #require(Self.verbs.first { $0.commandName == verb })
    let samples = try #require(Self.samples[verb])
    for argument in command.arguments ?? [] where argument.kind != "positional" {
      let option = try #require(argument.preferredName?.name)
      if Self.shapeNothing.contains(option) { continue }
      let sample = samples.first { $0.values[option] != nil } ?? samples[0]
      let before = try manifest(sample.base, in: scratch)
      if ["backend", "precision", "emulate"].contains(option), before.backend == "none" { continue }
      if let values = sample.values[option] ?? Self.context[option] {
        let arguments = sample.base + ["--" + option] + values
        #expect(try before.json() != manifest(arguments, in: scratch).json(), "\(arguments)")
      } else {
        let shows = try argument.words.contains { words in
          guard let after = try? manifest(sample.base + ["--" + option] + words, in: scratch) else { return false }
          return try before.json() != after.json()
        }
        #expect(shows, "'\(verb) --\(option)' shows in no manifest, or takes none of the usual words: give it a sample")
      }
    }
  }
}
