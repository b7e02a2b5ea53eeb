import Foundation
import Gingham
import Testing

@Suite struct ProbeTests {
  private static let net = "random:squeezenet1_1?size=64&classes=10"

  private func pictures(_ scratch: Tool.Scratch, _ count: Int = 3) throws -> [String] {
    try (0..<count).map { try scratch.picture("p\($0)_\($0).png", side: 64 + 9 * $0) }
  }

  private func probe(_ scratch: Tool.Scratch, _ pictures: [String], _ more: String..., into: String = "run") throws
    -> Tool.Outcome
  {
    try Tool.run(
      executable: Tool.path,
      ["probe", Self.net] + pictures + ["--output", scratch.path(into), "--batch", "2", "--threads", "1"] + more)
  }

  @Test func probeWritesWhatItPromises() throws {
    let scratch = try Tool.Scratch()
    let outcome = try probe(
      scratch, try pictures(scratch, 2), "--json", "--epsilon", "0,1/255,8/255", "--steps", "3", "--minimal",
      "--fourier",
      "4", "--phase-study", "--period", "2",
      "--attack", "fgsm,pgd,apgd-ce,apgd-dlr,deepfool,noise")
    #expect(outcome.status == 0, "\(outcome.errors)")
    // The picture has the net's size, and is scaled and cut to it as the net was trained.
    #expect(outcome.errors.hasPrefix("note: pictures are scaled to a shorter side of 73"), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    let json = try outcome.json()
    #expect(json["clean_accuracy"] as? Double == 1)
    #expect(json["labels"] as? String == "predicted")
    let attacks = try #require(json["attacks"] as? [[String: Any]])
    #expect(attacks.count == 18)
    for attack in attacks {
      for key in ["name", "norm", "epsilon", "success", "success_within", "accuracy"] {
        #expect(attack[key] != nil, "\(key)")
      }
      // What rounding leaves of a search that stops at the first success says where it stopped.
      for key in ["success_8bit", "accuracy_8bit"] {
        #expect((attack[key] == nil) == (attack["name"] as? String == "deepfool"), "\(key)")
      }
      if attack["epsilon"] as? Double == 0 { #expect(attack["success"] as? Double == 0) }
    }
    let lattice = try #require((json["sensitivity"] as? [String: Any])?["lattice"] as? [String: Any])
    for band in try #require(lattice["bands"] as? [[String: Any]]) {
      #expect(band["predicted"] is Double, "\(band)")
    }
    let study = try #require(json["phase_study"] as? [String: Any])
    #expect((study["verdict"] as? [String])?.isEmpty == false)
    #expect((try #require(study["findings"] as? [String: Any])["phases"] as? [Any])?.count == 4)
    #expect(((json["fourier"] as? [String: Any])?["error_rates"] as? [Any])?.count == 16)
    #expect((json["minimal"] as? [Any])?.count == 2)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(
      Set(names).isSuperset(of: [
        "findings.json", "report.html", "manifest.json", "curves.png", "spectrum.png", "spectrum-magnitude.png",
        "fourier.png", "sensitivity.png", "phases.png", "pictures",
      ]), "\(names)")
    let saved = try Tensor(npy: scratch.path("run/pictures/p0_0/pgd-linf.npy"))
    #expect(saved.shape == [1, 3, 64, 64])
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/pictures/p0_0/pgd-linf.png")))
    let report = try String(contentsOfFile: scratch.path("run/report.html"), encoding: .utf8)
    #expect(report.contains("data:image/png;base64"))
  }

  @Test func equalSeedsGiveEqualBytesAndAStoppedRunGoesOn() throws {
    let scratch = try Tool.Scratch()
    let pictures = try pictures(scratch)
    let options = [
      "--epsilon", "2/255", "--attack", "pgd,noise", "--steps", "4", "--random-start", "--threads", "1", "--minimal",
      "--fourier", "4", "--phase-study", "--period", "2",
    ]
    func run(_ pictures: [String], into folder: String, seed: String = "3") throws -> Tool.Outcome {
      try Tool.run(
        executable: Tool.path,
        ["probe", Self.net] + pictures + ["--output", scratch.path(folder), "--batch", "2"] + options + [
          "--seed", seed,
        ])
    }
    let whole = try run(pictures, into: "whole")
    #expect(whole.status == 0, "\(whole.errors)")
    // Two pictures first, as if the run had been stopped there, then all of them.
    #expect(try run(Array(pictures.prefix(2)), into: "parts").status == 0)
    let rest = try run(pictures, into: "parts")
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(rest.errors.contains("attacks on 2 pictures were in"), "\(rest.errors)")
    for file in [
      "findings.json", "report.html", "curves.png", "pictures/p2_2/pgd-linf.npy", "pictures/p0_0/attacks.json",
      "pictures/p1_1/phases.json", "pictures/p1_1/fourier.json",
    ]
    where FileManager.default.fileExists(atPath: scratch.path("whole/" + file)) {
      #expect(
        try Data(contentsOf: URL(filePath: scratch.path("whole/\(file)")))
          == Data(contentsOf: URL(filePath: scratch.path("parts/\(file)"))), "\(file)")
    }
    // Other settings are another question.
    let other = try run(pictures, into: "parts", seed: "4")
    #expect(!other.errors.contains("were in"), "\(other.errors)")
  }

  @Test func aPictureThatCannotBeReadCostsTheOthersNothing() throws {
    let scratch = try Tool.Scratch()
    let broken = scratch.path("broken.png")
    try Data("no picture".utf8).write(to: URL(filePath: broken))
    let outcome = try probe(
      scratch, [broken] + (try pictures(scratch, 2)), "--json", "--attack", "mi-fgsm", "--epsilon", "8/255")
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains("broken.png"))
    let json = try outcome.json()
    #expect((json["pictures"] as? [Any])?.count == 2)
    #expect((json["skipped"] as? [[String: Any]])?.map { $0["path"] as? String } == [broken])
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/pictures/p0_0/mi-fgsm-linf.npy")))
  }

  @Test func labelsComeFromNamesAndTables() throws {
    let scratch = try Tool.Scratch()
    let pictures = try pictures(scratch)
    let options = ["--json", "--attack", "fgsm", "--epsilon", "1/255", "--no-pictures", "--threads", "1"]
    func run(_ labels: String) throws -> [String: Any] {
      let outcome = try Tool.run(
        executable: Tool.path,
        ["probe", Self.net] + pictures + ["--output", scratch.path(UUID().uuidString), "--labels", labels] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try outcome.json()
    }
    let named = try run("filename")
    let listed = try #require(named["pictures"] as? [[String: Any]])
    #expect(listed.map { $0["label"] as? Int } == [0, 1, 2])
    let predictions = listed.compactMap { $0["prediction"] as? Int }
    let wrong = (predictions[1] + 1) % 10
    try Data("file,label\np0_0.png,\(predictions[0])\np1_1.png,\(wrong)\n\"p2_2.png\", \(predictions[2])\n".utf8)
      .write(to: URL(filePath: scratch.path("labels.csv")))
    let tabled = try run(scratch.path("labels.csv"))
    // The misclassified picture stands apart: it is no success, and no picture to attack.
    #expect((tabled["misclassified"] as? [String])?.count == 1)
    #expect(abs(try #require(tabled["clean_accuracy"] as? Double) - 2.0 / 3) < 1e-9)
    let attack = try #require((tabled["attacks"] as? [[String: Any]])?.first)
    let (success, accuracy) = (
      try #require(attack["success"] as? Double), try #require(attack["accuracy"] as? Double)
    )
    #expect(abs(accuracy - 2.0 / 3 * (1 - success)) < 1e-9)
  }

  private func expectFailure(
    _ arguments: [String], says parts: String..., in scratch: Tool.Scratch, model: String = net, picture: String? = nil,
    isWrongUsage: Bool = false
  ) throws {
    let picture = try picture ?? scratch.picture("p_1.png")
    let before = try scratch.contents
    let outcome = try Tool.run(
      executable: Tool.path, ["probe", model, picture, "--output", scratch.path("run"), "--force"] + arguments)
    #expect(outcome.status == (isWrongUsage ? 64 : 1), "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    // Wrong usage is answered with what is right, too.
    #expect(outcome.errors.split(separator: "\n").count == (isWrongUsage ? 3 : 1), "\(outcome.errors)")
    for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    #expect(try scratch.contents == before)
  }

  @Test func badBudgetsAreRefused() throws {
    let scratch = try Tool.Scratch()
    try expectFailure(["--epsilon=-1/255"], says: "a number from 0", "'-1/255'", in: scratch, isWrongUsage: true)
    try expectFailure(["--epsilon", "8"], says: "'8'", "8/255", in: scratch)
    try expectFailure(["--epsilon", "8/"], says: "fraction", "'8/'", in: scratch, isWrongUsage: true)
    try expectFailure(["--epsilon", "1/255,,2/255"], says: "'1/255,,2/255'", in: scratch, isWrongUsage: true)
    try expectFailure(["--norm", "l2", "--epsilon", "1000"], says: "'1000'", "L2", in: scratch)
  }

  @Test func badLabelsAreRefused() throws {
    let scratch = try Tool.Scratch()
    let unnamed = try scratch.picture("cat.png")
    try expectFailure(["--labels", "filename"], says: "cat.png", "--labels", in: scratch, picture: unnamed)
    let far = try scratch.picture("cat_10.png")
    try expectFailure(["--labels", "filename"], says: "label 10", "0 to 9", in: scratch, picture: far)
    try Data("other.png,1\n".utf8).write(to: URL(filePath: scratch.path("a.csv")))
    try expectFailure(["--labels", scratch.path("a.csv")], says: "no line for", in: scratch)
    try Data("p_1.png 1\n".utf8).write(to: URL(filePath: scratch.path("b.csv")))
    try expectFailure(["--labels", scratch.path("b.csv")], says: "line 1", in: scratch)
    try Data("file,label\np_1.png,cat\n".utf8).write(to: URL(filePath: scratch.path("c.csv")))
    try expectFailure(["--labels", scratch.path("c.csv")], says: "line 2", "'cat'", in: scratch)
    try expectFailure(["--labels", scratch.path("none.csv")], says: "none.csv", in: scratch)
    try expectFailure(["--target", "10", "--attack", "pgd"], says: "10", "0 to 9", in: scratch)
    try expectFailure(["--target", "3"], says: "deepfool", "targeted", in: scratch)
  }

  @Test func masksOfAnotherSizeAreRefused() throws {
    let scratch = try Tool.Scratch()
    try Tensor([32, 64], repeating: 1).write(npy: scratch.path("mask.npy"))
    try expectFailure(["--mask", scratch.path("mask.npy")], says: "32×64", "64×64", in: scratch)
    try Tensor([64, 64]).write(npy: scratch.path("empty.npy"))
    try expectFailure(["--mask", scratch.path("empty.npy")], says: "no pixel", in: scratch)
    try Tensor([64, 64], (0..<4096).map { $0 % 2 == 0 ? 1 : 0 }).write(npy: scratch.path("half.npy"))
    let outcome = try Tool.run(
      "probe", Self.net, try scratch.picture("p_1.png"), "--output", scratch.path("run"), "--mask",
      scratch.path("half.npy"), "--attack", "pgd", "--steps", "2", "--epsilon", "8/255", "--threads", "1")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let clean = try ModelSource(Self.net).load().input(pictureAt: scratch.path("p_1.png")).scalars
    let changed = try Tensor(npy: scratch.path("run/pictures/p_1/pgd-linf.npy")).scalars
    #expect(zip(clean, changed).enumerated().allSatisfy { $0.offset % 2 == 0 || $0.element.0 == $0.element.1 })
    #expect(clean != changed)
  }

  @Test func netsWithTooFewClassesOrNoneAreRefused() throws {
    let scratch = try Tool.Scratch()
    try expectFailure(
      ["--attack", "apgd-dlr"], says: "apgd-dlr", "3 classes", in: scratch,
      model: "random:squeezenet1_1?size=64&classes=2")
    try expectFailure([], says: "not a row of classes", in: scratch, model: "random:dcgan_discriminator")
  }

  @Test func wrongUsageExitsWith64() throws {
    #expect(try Tool.run("probe", Self.net).status == 64)
    #expect(try Tool.run("probe", Self.net, "a.png", "--attack", "magic").status == 64)
    #expect(try Tool.run("probe", Self.net, "a.png", "--norm", "l1").status == 64)
    #expect(try Tool.run("probe", Self.net, "a.png", "--steps", "0").status == 64)
    #expect(try Tool.run("probe", Self.net, "a.png", "--fourier", "1").status == 64)
  }
}
