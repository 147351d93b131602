/// How two samples differ: the rank sum test of Mann and Whitney, with mid-ranks for ties.
struct RankSum {
    /// The probability that a value of the one is greater than one of the other, ties counted half: 0.5 for no
    /// difference.
    ///
    /// It is what an observer wins with one look: who must say which of the two a value belongs to is right this often.
    var superiority: Double
    /// The difference in standard deviations of what chance alone would give.
    var deviations: Double

    /// - Precondition: neither sample is empty.
    init(_ one: [Int64], _ other: [Int64]) {
        let count = Double(one.count)
        let otherCount = Double(other.count)
        let all = (one.map { ($0, true) } + other.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var rankSum = 0.0
        var ties = 0.0
        var begin = 0
        while begin < all.count {
            var end = begin
            while end < all.count, all[end].0 == all[begin].0 { end += 1 }
            let size = Double(end - begin)
            let middle = Double(begin + end + 1) / 2
            rankSum += middle * Double(all[begin..<end].count { $0.1 })
            ties += size * size * size - size
            begin = end
        }
        let wins = rankSum - count * (count + 1) / 2
        let total = count + otherCount
        let variance = count * otherCount / 12 * (total + 1 - ties / (total * max(total - 1, 1)))
        superiority = wins / (count * otherCount)
        deviations = variance > 0 ? (wins - count * otherCount / 2) / variance.squareRoot() : 0
    }
}
