import GinghamTensors
import Testing

@Suite struct PrintableTextTests {
  /// A combining acute accent: a character of its own only where nothing stands in front of it.
  private let mark = "\u{301}"

  @Test func whatATerminalObeysIsWrittenOut() {
    #expect("layer1.0.conv".printable() == "layer1.0.conv")
    #expect("größe 層".printable() == "größe 層")
    #expect("a\nError: b\r\t".printable() == #"a\nError: b\r\t"#)
    #expect("\u{1B}[2J\u{7F}\u{9B}1m\u{0}".printable() == #"\u{1B}[2J\u{7F}\u{9B}1m\u{0}"#)
    #expect("x\u{202E}gnp.\u{2066}\u{200F}\u{2028}".printable() == #"x\u{202E}gnp.\u{2066}\u{200F}\u{2028}"#)
    #expect("\r\n".printable() == #"\r\n"#)
  }

  @Test func marksHideNothing() {
    for scalar in ["\n", "\u{1B}", "\u{202E}", "\r"] as [Unicode.Scalar] {
      for text in ["\(scalar)\(mark)", "\(mark)\(scalar)", "a\(mark)\(scalar)\(mark)"] {
        let shown = text.printable()
        #expect(!shown.unicodeScalars.contains(scalar), "\(shown.unicodeScalars.map(\.value))")
        #expect(shown.unicodeScalars.contains("\u{301}"))
      }
    }
  }

  @Test func longTextsKeepBothEnds() {
    let text = String(repeating: "a", count: 500) + "\u{1B}" + String(repeating: "z", count: 500)
    let shown = text.printable(limit: 40)
    #expect(shown.count == 40)
    #expect(shown.hasPrefix("aaa") && shown.hasSuffix("zzz") && shown.contains("…"))
    #expect("short".printable(limit: 5) == "short")
    #expect("longer".printable(limit: 0) == "…")
  }

  @Test func onlyTheFirstLineOfAMessageBeginsAtTheMargin() {
    #expect("a\nError: b\n  c".printableLines(isIndented: true) == "a\n  Error: b\n  c")
    #expect("a\n\(mark)b\n\nc".printableLines(isIndented: true) == "a\n  \(mark)b\n  \n  c")
    #expect("a\nb\u{1B}".printableLines(isIndented: false) == "a\nb\\u{1B}")
  }

  @Test func namesOfFilesAreReadByTheByte() {
    for name in ["../\(mark)x.onnx", "a/\(mark)b", "/\(mark)", "a/b", "", ".", "..", "a\u{0}", "\(mark)/x"] {
      #expect(!name.isFileName, "\(name)")
    }
    for name in ["x.onnx", "..x", "\(mark)x", "größe", "a\\b", "…"] { #expect(name.isFileName, "\(name)") }
    #expect("a/\(mark)b//c".pathParts == ["a", "\(mark)b", "c"])
    for path in ["../\(mark)x", "a/../\(mark)b", "..", "/a", "/\(mark)a", "a/..", "", "a\u{0}b"] {
      #expect(!path.staysInside, "\(path)")
    }
    for path in ["a", "a/b", "a/..b", "..\(mark)/a"] { #expect(path.staysInside, "\(path)") }
    #expect("../\(mark)a b:c\u{202E}.x".fileStem == "..-\(mark)a-b-c-.x")
  }
}
