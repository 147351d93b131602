/// Splits a scanner's check id into the id that stays and the version that moves.
public enum CheckIdentity {
    /// The length of the lasting part of `checkID`; its whole length when this tool does not version its ids.
    ///
    /// ScubaGear appends `v` and a number to a policy id (`MS.AAD.3.1v2`); a new version of the policy is the same check. Prowler's
    /// ids are names that may end in anything, so they are used whole.
    public static func stableLength(of checkID: UnsafeRawBufferPointer, source: UnsafeRawBufferPointer) -> Int {
        guard ASCII.equalsIgnoringCase(source, "scubagear") else { return checkID.count }
        var end = checkID.count
        while end > 0, ASCII.isDigit(checkID[end - 1]) { end -= 1 }
        guard end < checkID.count, end > 1, checkID[end - 1] == UInt8(ascii: "v"), ASCII.isDigit(checkID[end - 2])
        else {
            return checkID.count
        }
        return end - 1
    }
}
