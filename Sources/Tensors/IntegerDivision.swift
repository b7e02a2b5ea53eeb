package func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (abs(a), abs(b))
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

/// `nil` where the result leaves 1…`limit`.
package func leastCommonMultiple(_ numbers: [Int], limit: Int = 1 << 20) -> Int? {
  var result = 1
  for number in numbers {
    guard number > 0 else { return nil }
    let (product, overflow) = (result / greatestCommonDivisor(result, number)).multipliedReportingOverflow(by: number)
    guard !overflow, product <= limit else { return nil }
    result = product
  }
  return result
}

/// `index` modulo `count`, from 0 on for negative numbers too.
package func wrapped(_ index: Int, _ count: Int) -> Int { ((index % count) + count) % count }
