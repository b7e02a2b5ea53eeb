import Foundation
import GinghamTensors

/// libFuzzer's loop, as its library without a `main` offers it.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Coverage-guided fuzzing of everything that reads strangers' files: `GinghamFuzz TARGET [libFuzzer's options]`.
///
/// A target takes the bytes of a file. Any error is an answer; a trap, a sanitizer's report, ten seconds or a gigabyte are
/// faults. `make fuzz` builds it, makes a seed corpus and runs each target.
@main enum FuzzDriver {
  /// Chosen once, before the loop begins.
  nonisolated(unsafe) private(set) static var target = FuzzTarget.all[0]
  nonisolated(unsafe) private static var file: ScratchFile?

  static func main() throws {
    guard CommandLine.arguments.count > 1,
      let chosen = FuzzTarget.all.first(where: { $0.name == CommandLine.arguments[1] })
    else {
      print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
      exit(64)
    }
    target = chosen
    file = try ScratchFile()
    let words = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
    // libFuzzer keeps what it is given.
    let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
    for (index, word) in words.enumerated() { copies[index] = strdup(word) }
    copies[words.count] = nil
    var (count, arguments) = (Int32(words.count), copies)
    exit(runDriver(&count, &arguments) { FuzzDriver.run($0, $1) })
  }

  private static func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let file, file.hold(UnsafeRawBufferPointer(start: bytes, count: count)) else { return -1 }
    do { try target.read(file.path) } catch {
      // Words are made of what the file holds, too.
      _ = "\(error)".printableLength
    }
    return 0
  }
}

extension String {
  var printableLength: Int { printable(limit: 4000).utf8.count }
}
