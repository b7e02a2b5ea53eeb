import CGingham
import Foundation
import Gingham
import Synchronization
import Testing

/// Runs, errors, and the process that is somebody else's.
@Suite struct HostTests {
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    func picture() throws -> String {
      try Picture(PassTests.noise([1, 3, 64, 64])).write(to: path("picture.png"))
      return path("picture.png")
    }
  }

  /// The tool stands beside the test runner.
  private func tool(_ words: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "gingham")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return data
  }

  @Test func runsWriteTheBytesOfTheTool() throws {
    let scratch = try Scratch()
    let picture = try scratch.picture()
    let words = ["gradient", PassTests.net, picture, "--target", "class:3", "--method", "smoothgrad", "--threads", "2"]
    let printed = try tool(words + ["--json", "--output", scratch.path("tool")])
    let text = try Library.call { gingham_run(Library.json(words + ["--output", scratch.path("host")]), nil, $0) }
    defer { gingham_free(text) }
    let answer = Data(String(cString: try #require(text)).utf8)
    #expect(answer.range(of: printed) != nil)
    for name in ["gradient.npy", "findings.json", "heatmap.png"] {
      let files = ["tool", "host"].map { FileManager.default.contents(atPath: scratch.path("\($0)/\(name)")) }
      #expect(files[0] != nil && files[0] == files[1], "\(name)")
    }
    // The gradient that stands in the file is the one that the function gives.
    let net = try OpenNet(PassTests.net, "--threads", "2")
    let input = try ModelSource(PassTests.net).load().input(pictureAt: picture)
    let gradient = try net.gradient(["--target", "class:3", "--method", "smoothgrad"], of: input).gradient
    #expect(try Tensor(npy: scratch.path("tool/gradient.npy")) == gradient)
  }

  @Test func aRunTellsEverythingThatTheToolDoes() throws {
    let scratch = try Scratch()
    let picture = try scratch.picture()
    try Data("none".utf8).write(to: URL(filePath: scratch.path("broken.png")))
    let result = try Library.run(
      "gradient", PassTests.net, picture, scratch.path("broken.png"), "--output", scratch.path("run"))
    #expect(result["exit_status"] as? Int == 2)
    #expect((result["skipped"] as? [[String: Any]])?.first?["path"] as? String == scratch.path("broken.png"))
    #expect(result["folder"] as? String == scratch.path("run"))
    #expect((result["text"] as? String)?.contains("class:") == true)
    let help = try Library.run("gradient", "--help")
    #expect(help["findings"] is NSNull && (help["text"] as? String)?.contains("OBJECTIVE") == true)
    #expect((try Library.run("--version")["text"] as? String)?.hasPrefix(String(cString: gingham_version())) == true)
  }

  @Test func aSeriesRunsWithinTheProcess() throws {
    let scratch = try Scratch()
    let recipe = scratch.path("series.yaml")
    let steps =
      "steps:\n  - {verb: layers, model: \"\(PassTests.net)\"}\n  - {verb: predict, model: \"\(PassTests.net)\"}\n"
    try Data(steps.utf8).write(to: URL(filePath: recipe))
    let planned = try Library.run("run", recipe, "--output", scratch.path("series"), "--dry-run")
    #expect((planned["text"] as? String)?.split(separator: "\n").count == 2)
    let result = try Library.run("run", recipe, "--output", scratch.path("series"))
    #expect(result["exit_status"] as? Int == 0)
    for step in ["01-layers", "02-predict"] {
      #expect(FileManager.default.fileExists(atPath: scratch.path("series/\(step)/findings.json")), "\(step)")
    }
  }

  @Test func errorsAreValues() throws {
    func kind(_ body: () throws -> Void) -> String? {
      do { try body() } catch let failure as Library.Failure { return failure.text.isEmpty ? nil : failure.kind } catch
      {}
      return nil
    }
    let net = try OpenNet(PassTests.net)
    let input = PassTests.noise([1, 3, 64, 64])
    #expect(kind { _ = try OpenNet("nowhere.onnx") } == "format")
    #expect(kind { _ = try OpenNet(PassTests.net, "--threads", "0") } == "usage")
    #expect(kind { _ = try OpenNet(PassTests.net, "--no-such-option") } == "usage")
    #expect(kind { _ = try net.gradient(["--target", "class:1000"], of: input) } == "objective")
    #expect(kind { _ = try net.gradient(["--target", "nowhere:1"], of: input) } == "network")
    #expect(kind { _ = try net.gradient(["--method", "magic"], of: input) } == "usage")
    #expect(kind { _ = try net.gradient(["--jitter", "0"], of: input) } == "usage")
    #expect(kind { _ = try net.gradient([], of: PassTests.noise([1, 4, 64, 64])) } == "model")
    #expect(kind { _ = try net.vjp("output", of: input, Tensor([1, 999])) } == "usage")
    #expect(kind { _ = try net.activations([], of: input) } == "usage")
    #expect(kind { _ = try Library.run("no-such-verb") } == "usage")
    #expect(kind { _ = try Library.run("measure", "-") } == "format")
    #expect(kind { _ = try Library.call { gingham_open(nil, nil, $0) } } == "usage")
    #expect(kind { _ = try Library.call { gingham_describe(nil, $0) } } == "usage")
    #expect(kind { _ = try Library.call { gingham_run("{}", nil, $0) } } == "usage")
    #expect(gingham_describe(nil, nil) == nil)
    gingham_error_free(nil)
    gingham_close(nil)
    gingham_free(nil)
  }

  private final class Watch: Sendable {
    let steps = Atomic(0)
    let stopsAt: Int

    init(stopsAt: Int) { self.stopsAt = stopsAt }

    func observing<Value>(_ body: (UnsafePointer<gingham_observer>) throws -> Value) rethrows -> Value {
      var observer = gingham_observer()
      observer.user = Unmanaged.passUnretained(self).toOpaque()
      observer.progress = { user, what, _, _ in
        guard let user, let what, what.pointee != 0 else { return }
        Unmanaged<Watch>.fromOpaque(user).takeUnretainedValue().steps.add(1, ordering: .relaxed)
      }
      observer.is_cancelled = { user in
        guard let user else { return 0 }
        let watch = Unmanaged<Watch>.fromOpaque(user).takeUnretainedValue()
        return watch.steps.load(ordering: .relaxed) >= watch.stopsAt ? 1 : 0
      }
      return try withExtendedLifetime(self) { try body(&observer) }
    }
  }

  @Test func workIsGivenUpAndWhatIsFinishedIsKept() throws {
    let scratch = try Scratch()
    let pictures = try (0..<6).map { index in
      try Picture(PassTests.noise([1, 3, 64, 64], "\(index)")).write(to: scratch.path("\(index).png"))
      return scratch.path("\(index).png")
    }
    let words = ["gradient", PassTests.net] + pictures + ["--threads", "1", "--output", scratch.path("run")]
    let watch = Watch(stopsAt: 5)
    #expect {
      try watch.observing { observer in try Library.call { gingham_run(Library.json(words), observer, $0) } }
    } throws: { ($0 as? Library.Failure)?.kind == "interrupted" }
    #expect(watch.steps.load(ordering: .relaxed) < 6 + 2)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    let kept = try FileManager.default.subpathsOfDirectory(atPath: scratch.path(".gingham-run/keepsakes"))
    #expect(kept.contains { $0.hasSuffix("value.json") })
    let text = try Library.call { gingham_run(Library.json(words), nil, $0) }
    gingham_free(text)
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/gradient.npy")))

    let net = try OpenNet(PassTests.net)
    let input = PassTests.noise([1, 3, 64, 64])
    for options in [[], ["--method", "integrated"]] {
      #expect {
        try Watch(stopsAt: 0).observing { try net.gradient(options, of: input, observer: $0) }
      } throws: { ($0 as? Library.Failure)?.kind == "interrupted" }
    }
    #expect(throws: Never.self) { try Watch(stopsAt: 1).observing { try net.gradient([], of: input, observer: $0) } }
  }

  @Test func severalThreadsAtOnce() throws {
    let one = try OpenNet(PassTests.net, "--threads", "1")
    let other = try OpenNet("random:resnet18?size=64", "--threads", "1")
    let input = PassTests.noise([1, 3, 64, 64])
    let expected = try [one, other].map { try $0.gradient(["--target", "class:3"], of: input).gradient }
    let failures = Atomic(0)
    nonisolated(unsafe) let nets = [one, other]
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      let found = try? nets[index % 2].gradient(["--target", "class:3"], of: input).gradient
      if found != expected[index % 2] { failures.add(1, ordering: .relaxed) }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
  }

  @Test func theHostsProcessStaysAsItIs() async throws {
    await #expect(processExitsWith: .success) {
      func handler(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return action.__sigaction_handler.sa_handler == nil && action.sa_flags == 0
      }
      let before = (1...31).filter { handler(Int32($0)) }
      let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).npy").path
      defer { unlink(path) }
      // More than what is copied where signals are the program's own.
      try Tensor([1, 3, 2400, 2400]).write(npy: path)
      let net = try OpenNet(PassTests.net)
      var picture = gingham_tensor()
      _ = try Library.call { gingham_picture(net.handle, path, &picture, $0) }
      gingham_free(picture.data)
      _ = try net.gradient([], of: PassTests.noise([1, 3, 64, 64]))
      #expect((1...31).filter { handler(Int32($0)) } == before)
      #expect(String(cString: setlocale(LC_ALL, nil)) == "C")
    }
  }

  @Test func aForkedProcessIsToldWhyNot() async throws {
    await #expect(processExitsWith: .success) {
      let net = try OpenNet(PassTests.net)
      _ = try net.gradient([], of: PassTests.noise([1, 3, 64, 64]))
      #expect(try Library.kindInFork { _ = try net.gradient([], of: PassTests.noise([1, 3, 64, 64])) } == "forked")
      #expect(try Library.kindInFork { _ = try OpenNet(PassTests.net) } == "forked")
    }
  }
}
