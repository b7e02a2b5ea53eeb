/// Spearman's rank correlation, equal values sharing their mean rank; `nil` where one side does not vary.
package func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double? {
  correlation(ranks(a), ranks(b))
}

/// Of `a` and `b` where `given` is held fixed, by ranks: (r_ab − r_ag·r_bg)/√((1 − r_ag²)(1 − r_bg²)).
package func partialRankCorrelation(_ a: [Double], _ b: [Double], given: [Double]) -> Double? {
  guard let ab = rankCorrelation(a, b), let ag = rankCorrelation(a, given), let bg = rankCorrelation(b, given)
  else { return nil }
  let scale = ((1 - ag * ag) * (1 - bg * bg)).squareRoot()
  return scale > 1e-9 ? (ab - ag * bg) / scale : nil
}

/// Places in ascending order, from 0; equal values share their mean.
package func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
    for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
    start = end + 1
  }
  return ranks
}

/// Pearson's correlation; `nil` where one side does not vary, or the lengths differ.
package func correlation(_ a: [Double], _ b: [Double]) -> Double? {
  guard a.count == b.count, a.count > 1 else { return nil }
  let (meanA, meanB) = (a.mean, b.mean)
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += (x - meanA) * (y - meanB)
    aa += (x - meanA) * (x - meanA)
    bb += (y - meanB) * (y - meanB)
  }
  return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
}
