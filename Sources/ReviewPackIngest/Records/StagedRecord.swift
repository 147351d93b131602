import ReviewPackModel

// The staged form of a record: what an import keeps on disk between parsing and the transaction. It never outlives the
// import, so it carries no version.
//
//  offset  size  content (integers big-endian)
//       0     1  format
//       1     1  severity
//       2     1  result
//       3     1  stated status, 0 when none
//       4     1  1 when the resource is a person
//       5     8  first seen, milliseconds
//      13     8  last seen, milliseconds
//      21     8  occurrences
//      29     8  ordinal
//      37     8  line
//      45     8  byte offset
//      53   4*15 length of each text, in the order of `FindingField`
//     113     -  the texts, in that order, without gaps

extension FindingRecord {
    private static var headerBytes: Int { 53 + 4 * FindingField.count }

    /// The size of the staged form.
    public var stagedByteCount: Int {
        var total = FindingRecord.headerBytes
        for field in FindingField.allCases { total += text(field).count }
        return total
    }

    /// Appends the staged form to `out`.
    public func appendStaged(to out: inout [UInt8]) {
        out.reserveCapacity(out.count + stagedByteCount)
        out.append(format.rawValue)
        out.append(severity.rawValue)
        out.append(result.rawValue)
        out.append(statedStatus?.rawValue ?? 0)
        out.append(resourceIsPerson ? 1 : 0)
        for number in [
            firstSeenAt.rawValue, lastSeenAt.rawValue, occurrences, Int64(position.ordinal), Int64(position.line),
            Int64(position.byteOffset),
        ] { withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) } }
        for field in FindingField.allCases {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: text(field).count).bigEndian) { out.append(contentsOf: $0) }
        }
        for field in FindingField.allCases { out.append(contentsOf: text(field)) }
    }

    /// Takes over a staged form; false, with the record emptied, when the bytes are not one.
    public mutating func loadStaged(_ bytes: UnsafeRawBufferPointer) -> Bool {
        reset()
        guard bytes.count >= FindingRecord.headerBytes, let format = FindingFormat(rawValue: bytes[0]),
            let severity = Severity(rawValue: bytes[1]), let result = FindingResult(rawValue: bytes[2]),
            bytes[3] == 0 || FindingStatus(rawValue: bytes[3]) != nil, bytes[4] <= 1
        else { return false }
        func number(_ offset: Int) -> Int64 {
            Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        }
        var cursor = FindingRecord.headerBytes
        for field in FindingField.allCases {
            let length = UInt32(
                bigEndian: bytes.loadUnaligned(fromByteOffset: 53 + 4 * Int(field.rawValue), as: UInt32.self))
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
        resourceIsPerson = bytes[4] == 1
        firstSeenAt = UnixMillis(number(5))
        lastSeenAt = UnixMillis(number(13))
        occurrences = number(21)
        position = RecordPosition(
            ordinal: Int(number(29)), line: Int(number(37)), byteOffset: Int(number(45)))
        return true
    }
}
