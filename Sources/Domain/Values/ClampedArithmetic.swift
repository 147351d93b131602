/// Arithmetic on numbers that another program, a file system or a damaged disk gave: what is too large or too small to
/// be a number is the largest or the smallest one. Swift's own operators end the process there.
extension Int64 {
    public func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    public func multipliedClamped(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
