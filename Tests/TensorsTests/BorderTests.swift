import GinghamTensors
import Testing

@Suite struct BorderTests {
  /// What the drawings of the cases say, three elements read from −5 to 7.
  @Test(arguments: [
    (Border.zero, "·····abc·····"), (.replicate, "aaaaaabcccccc"), (.reflect, "babcbabcbabcb"),
    (.symmetric, "bccbaabccbaab"), (.wrap, "bcabcabcabcab"),
  ])
  func positionsBeyondTheEndsFoldBack(border: Border, drawing: String) {
    let letters = Array("abc")
    let found = (-5...7).map { index in border.source(of: index, count: 3).map { letters[$0] } ?? "·" }
    #expect(String(found) == drawing)
  }

  @Test(arguments: Border.allCases) func oneElementStandsForAllAndNoneForNone(border: Border) {
    #expect(border.source(of: 4, count: 1) == (border == .zero ? nil : 0))
    #expect(border.source(of: 0, count: 0) == nil)
  }
}
