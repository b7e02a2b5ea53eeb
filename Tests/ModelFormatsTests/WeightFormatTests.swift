import Foundation
import GinghamModelFormats
import GinghamTensors
import Testing

@Suite struct WeightFormatTests {
  @Test func filesThatAreSomethingElseAreNamed() throws {
    var tar = [UInt8](repeating: 0, count: 512)
    tar.replaceSubrange(257..<262, with: "ustar".utf8)
    let cases: [(bytes: [UInt8], reason: String)] = [
      ([], "the file is empty"), ([0x89] + "HDF\r\n\u{1a}\n".utf8, "HDF5"),
      ([0x93] + "NUMPY\u{1}\u{0}".utf8, "single .npy"),
      (tar, "tar archive"), ([0x1f, 0x8b, 8, 0], "gzip"),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS"),
      (Array("\n <!DOCTYPE html><html>".utf8), "web page"),
      ([0x08, 0x0a, 0x12, 0x07] + "pytorch".utf8, "an ONNX file"),
      ([0x80, 4, 0x4e, 0x2e], "torch.save did not write"), (Array("PK\u{3}\u{4}".utf8), "no zip directory"),
      (Array("weights".utf8), "neither safetensors nor"), ([1], "neither safetensors nor"),
    ]
    for (bytes, reason) in cases {
      let message = try refusal(of: bytes) ?? "read without complaint"
      #expect(message.contains(reason), "\(message)")
    }
  }

  @Test func whatIsNoFileIsUnreadable() throws {
    let folder = FileManager.default.temporaryDirectory.path
    #expect(throws: FormatError.unreadable(path: folder, reason: "not a regular file")) {
      try WeightTable.load(path: folder)
    }
    #expect(throws: FormatError.unreadable(path: "/absent", reason: "No such file or directory")) {
      try WeightTable.load(path: "/absent")
    }
    let pipe = folder + "/gingham-\(UUID().uuidString)"
    #expect(mkfifo(pipe, 0o600) == 0)
    defer { unlink(pipe) }
    #expect(throws: FormatError.unreadable(path: pipe, reason: "not a regular file")) {
      try WeightTable.load(path: pipe)
    }
  }
}
