/// Reads CSV back (RFC 4180, section 2), strictly and in chunks split anywhere.
///
/// Refused are a quote inside a bare cell, anything but a comma or CR LF behind a quoted cell, a CR without LF and an LF without CR
/// outside quotes, rows of unequal length, and an end inside a row: what this reader accepts, every reader splits alike.
public struct CSVReader {
    public struct Malformed: Error, Equatable {
        /// Counted from 1, the header line included.
        public var row: Int
    }

    private enum State {
        case rowStart, cellStart, bare, quoted, quoteInQuoted, carriageReturn
    }

    private var state = State.rowStart
    private var cell: [UInt8] = []
    private var column = 0
    private var columns: Int?
    /// The row being read, counted from 1.
    public private(set) var row = 1

    /// Hands each complete cell with its row and column to `body`.
    public mutating func feed(
        _ chunk: UnsafeRawBufferPointer, _ body: (Int, Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var index = 0
        while index < chunk.count {
            let run = ordinaryRun(chunk, from: index)
            if run > index {
                cell.append(contentsOf: chunk[index..<run])
                if state != .quoted { state = .bare }
                index = run
                continue
            }
            try take(chunk[index], body)
            index += 1
        }
    }

    /// Where the bytes that only lengthen the cell end: in quotes before the next quote, else before any special byte.
    private func ordinaryRun(_ chunk: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        switch state {
        case .quoted:
            while end < chunk.count, chunk[end] != UInt8(ascii: "\"") { end += 1 }
        case .rowStart, .cellStart, .bare:
            while end < chunk.count, chunk[end] != UInt8(ascii: "\""), chunk[end] != UInt8(ascii: ","),
                chunk[end] != 0x0D, chunk[end] != 0x0A
            {
                end += 1
            }
        case .quoteInQuoted, .carriageReturn: break
        }
        return end
    }

    private mutating func take(_ byte: UInt8, _ body: (Int, Int, UnsafeRawBufferPointer) throws -> Void) throws {
        switch (state, byte) {
        case (.quoted, _): state = .quoteInQuoted
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            cell.append(byte)
            state = .quoted
        case (.rowStart, UInt8(ascii: "\"")), (.cellStart, UInt8(ascii: "\"")): state = .quoted
        case (.carriageReturn, 0x0A): try endRow()
        case (.carriageReturn, _), (_, 0x0A): throw Malformed(row: row)
        case (_, UInt8(ascii: ",")):
            try endCell(body)
            state = .cellStart
        case (_, 0x0D):
            try endCell(body)
            state = .carriageReturn
        default: throw Malformed(row: row)
        }
    }

    public func finish() throws {
        guard state == .rowStart else { throw Malformed(row: row) }
    }

    private mutating func endCell(_ body: (Int, Int, UnsafeRawBufferPointer) throws -> Void) throws {
        try cell.withUnsafeBytes { try body(row, column, $0) }
        cell.removeAll(keepingCapacity: true)
        column += 1
    }

    private mutating func endRow() throws {
        guard column == columns ?? column else { throw Malformed(row: row) }
        columns = column
        column = 0
        row += 1
        state = .rowStart
    }
}
