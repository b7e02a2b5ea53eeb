import GinghamNetworks
import Testing

@Suite struct AxisGeometryTests {
  @Test func overlapCountsMatchTheArticle() {
    // Odena, Dumoulin & Olah 2016: eight inputs under a transposed convolution of kernel 3, stride 2.
    let axes = try? Window(kernel: [3], strides: [2]).transposedAxes(input: [8])
    #expect(axes?.first?.overlapCounts == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1])
  }

  @Test func tapsAndReadersAreInverses() throws {
    for kernel in 1...4 {
      for stride in 1...3 {
        for dilation in 1...2 {
          for padding in 0...2 {
            let window = Window(
              kernel: [kernel], strides: [stride], dilations: [dilation],
              padding: .explicit(before: [padding], after: [padding]), ceilMode: true)
            let axis = try window.axes(input: [11])[0]
            var forward: Set<[Int]> = []
            for output in 0..<axis.output {
              for tap in 0..<kernel {
                guard let input = axis.inputIndex(output: output, tap: tap) else {
                  #expect(!axis.taps(ofOutput: output).contains(tap))
                  continue
                }
                #expect(axis.taps(ofOutput: output).contains(tap))
                forward.insert([output, tap, input])
              }
            }
            let backward = (0..<11).flatMap { input in
              axis.readers(ofInput: input).map { [$0.output, $0.tap, input] }
            }
            #expect(forward == Set(backward))
            let byTap = (0..<kernel).flatMap { tap in
              axis.outputs(ofTap: tap).map { [$0, tap, $0 * stride + tap * dilation - padding] }
            }
            #expect(forward == Set(byTap) && byTap.count == forward.count)
          }
        }
      }
    }
  }

  @Test func ceilModeDropsWindowsThatBeginInThePadding() throws {
    let window = Window(kernel: [2], strides: [2], padding: .explicit(before: [1], after: [1]), ceilMode: true)
    #expect(try window.axes(input: [4])[0].output == 3)
    let kept = Window(kernel: [3], strides: [2], ceilMode: true)
    #expect(try kept.axes(input: [6])[0].output == 3)
  }

  @Test func sameUpperAndLowerPutTheOddElementOnOppositeSides() throws {
    let upper = Window(kernel: [3], strides: [2], padding: .sameUpper)
    let lower = Window(kernel: [3], strides: [2], padding: .sameLower)
    #expect(try upper.axes(input: [4])[0].padBefore == 0)
    #expect(try lower.axes(input: [4])[0].padBefore == 1)
  }

  @Test func inputsSmallerThanTheWindowAreRefused() {
    #expect(throws: ShapeError.inputTooSmall(extent: 4, needed: 5)) {
      try Window(kernel: [7], padding: .explicit(before: [1], after: [1])).axes(input: [4])
    }
  }
}
