import GinghamDifferentiation
import Testing

@testable import GinghamEngine

/// What values of a pass take up, against sums by hand.
@Suite struct MemoryPlanTests {
  private func step(_ buffers: Int...) -> Step {
    Step(layer: 0, touches: buffers.map { BufferID(index: $0) }) { _ in {} }
  }

  /// 0 is read again on the way back, 1 and 2 are not, 3 is a gradient.
  @Test func buffersThatAreNeededAtOnceAddUp() {
    let plan = MemoryPlan(
      byteCounts: [640, 128, 256, 64], forward: [step(0, 1), step(1, 2)], backward: [step(0, 3)])
    #expect(plan.keptBytes == 640)
    // 1 and 2 meet in a step; 3 comes when they are gone.
    #expect(plan.sharedBytes == 128 + 256)
    #expect(plan.leastBytes == 640 + 128 + 256)
    #expect(plan.use(ofPictures: 1) == PlanMemory(bytes: 1024, leastBytes: 1024))
    #expect(plan.use(ofPictures: 3) == PlanMemory(bytes: 384 + 3 * 640, leastBytes: 1024 + 2 * 640))
  }

  /// A kept value whose last use is over is needed no more by a single pass, but the plan holds it.
  @Test func whatAPlanHoldsBeyondNeedIsTold() {
    let plan = MemoryPlan(byteCounts: [640, 640], forward: [step(0)], backward: [step(0), step(1)])
    #expect(plan.use(ofPictures: 1) == PlanMemory(bytes: 1280, leastBytes: 640))
  }
}
