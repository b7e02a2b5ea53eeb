import Testing

@testable import GinghamDocuments

@Suite struct DocumentNodeTests {
  /// A few hundred bytes whose composition would have more nodes than there is time.
  @Test func treesOfAliasesAreRefusedBeforeTheyGrow() {
    let letters = (0..<20).map { "k\($0)" }
    func tree(_ line: (_ name: String, _ before: String) -> String) -> String {
      "k0: &k0 {x: y}\n" + zip(letters.dropFirst(), letters).map { line($0, $1) + "\n" }.joined()
    }
    let texts = [
      tree { "\($0): &\($0) {? *\($1) : *\($1)}" }, tree { "\($0): &\($0) [*\($1), *\($1), *\($1)]" },
      tree { "\($0): &\($0)\n  ? *\($1)\n  : *\($1)" }, tree { "? &\($0) [*\($1),*\($1)]\n: 1" },
      String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 5000),
      String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
      String(repeating: "x", count: 2 << 20),
    ]
    for text in texts {
      #expect(throws: DocumentError.self) { try DocumentNode(yaml: text, source: "bomb") }
    }
  }

  @Test func aFewAliasesAndStarsInWordsAreFine() throws {
    let text = "steps: 7\n# *a *b *c *d *e *f *g *h\nrate: &r 0.5\n"
    #expect(YAMLGuard.objection(to: text) == nil)
    #expect(YAMLGuard.objection(to: "images: [a/*.png, 'b/*.jpg', \"c*\"]") == nil)
    #expect(YAMLGuard.objection(to: "a: &x 1\nb: *x\n---\n- - [1, [2, [3]]]") == nil)
  }

  @Test func listsMayGoWithoutBrackets() throws {
    for text in ["[2, 4]", "[2,4]", "2,4", "2, 4"] {
      let node = try DocumentNode(yaml: text, source: "here")
      #expect(try node.values("numbers").map { try $0.integer("numbers") } == [2, 4])
    }
    #expect(try DocumentNode(yaml: "3", source: "here").values("numbers").count == 1)
    #expect(try DocumentNode(yaml: "[]", source: "here").values("numbers").isEmpty)
    #expect(throws: DocumentError.self) { try DocumentNode(yaml: "{a: 1}", source: "here").values("numbers") }
    // A list proper takes brackets.
    #expect(throws: DocumentError.self) { try DocumentNode(yaml: "2,4", source: "here").list("numbers") }
  }

  @Test func complaintsNameSourceAndLine() throws {
    let node = try DocumentNode(yaml: "a: 1\nb: x\n", source: "file.yaml")
    let value = try #require(try node.pairs("a file").last?.value)
    let error = #expect(throws: DocumentError.self) { try value.integer("b") }
    #expect(error?.description == "file.yaml:2: b must be a whole number, not 'x'")
    let single = try DocumentNode(yaml: "x", source: "here", hasLines: false)
    #expect(throws: DocumentError(source: "here", line: nil, message: "b must be a number, not 'x'")) {
      try single.number("b")
    }
  }
}
