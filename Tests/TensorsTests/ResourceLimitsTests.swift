import GinghamTensors
import Testing

@Suite struct ResourceLimitsTests {
  @Test func anExtentOfZeroHidesNoOther() {
    #expect(Shape([0, 1 << 62, 4]).checkedElementCount == nil)
    #expect(Shape([1 << 62, 0]).checkedVolume == 1 << 62)
    #expect(Shape([3, 0, 5]).checkedElementCount == 0)
    #expect(Shape([3, 0, 5]).checkedVolume == 15)
    #expect(!ResourceLimits().allow([0, 1 << 62]))
    #expect(ResourceLimits().allow([0, 1 << 20]))
  }

  @Test func theRuleForExtentsKnowsEveryWayToBeWrong() {
    let limits = ResourceLimits()
    #expect(limits.allow([]))
    #expect(limits.allow([1 << 31]))
    #expect(!limits.allow([(1 << 31) + 1]))
    #expect(!limits.allow([-1]))
    #expect(!limits.allow([0, -1]))
    #expect(!limits.allow([.max, .max]))
    #expect(!limits.allow([.min]))
    #expect(limits.allow(Shape([Int](repeating: 1, count: 64))))
    #expect(!limits.allow(Shape([Int](repeating: 1, count: 65))))
  }

  @Test func aFactorRaisesEveryLimitAndEndsWhereProductsWouldOverflow() {
    for resource in Resource.allCases {
      #expect(ResourceLimits(factor: 10).allowed(resource) == 10 * ResourceLimits().allowed(resource))
    }
    #expect(ResourceLimits(factor: .max).allowed(.elements) == 1 << 36)
    #expect(ResourceLimits(factor: -3) == ResourceLimits())
  }

  @Test func aBudgetIsSpentOnceAndNamesWhatRanOut() throws {
    let budget = Budget(ResourceLimits())
    let all = budget.allowance(.nodes)
    try budget.spend(all - 1, on: .nodes)
    try budget.spend(on: .nodes)
    #expect(throws: ResourceLimitError(.nodes, allowed: all)) { try budget.spend(on: .nodes) }
    #expect(throws: ResourceLimitError.self) { try budget.spend(.max, on: .parts) }
    #expect(throws: ResourceLimitError.self) { try budget.spend(-1, on: .parts) }
    #expect(throws: ResourceLimitError.self) { try budget.spend(name: 1 << 13) }
    budget.allow(5, more: .nodes)
    try budget.spend(5, on: .nodes)
    #expect(throws: ResourceLimitError(.nodes, allowed: all + 5)) { try budget.spend(on: .nodes) }
  }

  @Test func layoutsWithoutElementsObeyTheRule() {
    #expect(StridedLayout(shape: [0, 1 << 40], type: .float32, byteOffset: 0, within: 64) == nil)
    #expect(
      StridedLayout(shape: [1 << 40, 0], strides: [1, 1 << 40], type: .float32, byteOffset: 0, within: 64) == nil)
    #expect(StridedLayout(shape: [0, 7], type: .float32, byteOffset: 0, within: 0)?.shape == [0, 7])
  }
}
