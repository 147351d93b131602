import Domain

// The staged form of a record: what an import keeps on disk between parsing and the transaction. It never outlives the
// import, so it carries no version.
//
//  offset  size  content (integers big-endian)
//       0     1  format
//       1     1  severity
//       2     1  result
//       3     1  stated status, 0 when none
//       4     8  first seen, milliseconds
//      12     8  last seen, milliseconds
//      20     8  occurrences
//      28     8  ordinal
//      36     8  line
//      44     8  byte offset
//      52   4*16 length of each text, in the order of `FindingField`
//     116     -  the texts, in that order, without gaps
//
// The ids of further resources, by lines, join that of the first here and no earlier: only the first one's is the
// finding's identity.

extension FindingRecord {
    private static var headerBytes: Int { 52 + 4 * FindingField.count }

    /// Appends the staged form to `out`.
    public func appendStaged(to out: inout [UInt8]) {
        out.append(format.rawValue)
        out.append(severity.rawValue)
        out.append(result.rawValue)
        out.append(statedStatus?.rawValue ?? 0)
        for number in [
            firstSeenAt.rawValue, lastSeenAt.rawValue, occurrences, Int64(position.ordinal), Int64(position.line),
            Int64(position.byteOffset),
        ] { withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) } }
        let further = text(.furtherIDs)
        let separator = further.isEmpty || isEmpty(.resourceID) ? 0 : 1
        for field in FindingField.allCases {
            var count = text(field).count
            if field == .resourceID { count += separator + further.count }
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian) { out.append(contentsOf: $0) }
        }
        for field in FindingField.allCases {
            out.append(contentsOf: text(field))
            if field == .resourceID {
                if separator > 0 { out.append(UInt8(ascii: "\n")) }
                out.append(contentsOf: further)
            }
        }
    }

    /// Takes over a staged form; false, with the record emptied, when the bytes are not one.
    public mutating func loadStaged(_ bytes: UnsafeRawBufferPointer) -> Bool {
        reset()
        guard bytes.count >= FindingRecord.headerBytes, let format = FindingFormat(rawValue: bytes[0]),
            let severity = Severity(rawValue: bytes[1]), let result = FindingResult(rawValue: bytes[2]),
            bytes[3] == 0 || FindingStatus(rawValue: bytes[3]) != nil
        else { return false }
        func number(_ offset: Int) -> Int64 {
            Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        }
        var cursor = FindingRecord.headerBytes
        for field in FindingField.allCases {
            let length = UInt32(
                bigEndian: bytes.loadUnaligned(fromByteOffset: 52 + 4 * Int(field.rawValue), as: UInt32.self))
            guard bytes.count - cursor >= Int(length) else {
                reset()
                return false
            }
            set(field, UnsafeRawBufferPointer(rebasing: bytes[cursor..<cursor + Int(length)]))
            cursor += Int(length)
        }
        guard cursor == bytes.count else {
            reset()
            return false
        }
        self.format = format
        self.severity = severity
        self.result = result
        statedStatus = FindingStatus(rawValue: bytes[3])
        firstSeenAt = UnixMillis(number(4))
        lastSeenAt = UnixMillis(number(12))
        occurrences = number(20)
        position = RecordPosition(
            ordinal: Int(number(28)), line: Int(number(36)), byteOffset: Int(number(44)))
        return true
    }
}
