/// Reads CSV strictly as RFC 4180 (section 2) has it, in chunks split anywhere.
///
/// Refused are a quote inside a bare cell, anything but a comma or CR LF behind a quoted cell, a CR without LF and an
/// LF without CR outside quotes, rows of unequal length, and an end inside a row: what this reader accepts, every
/// reader splits alike. Of a cell at most `cellLimit` bytes are kept, so memory can be bounded whatever comes.
package struct CSVReader {
    private enum State {
        case rowStart, cellStart, bare, quoted, quoteInQuoted, carriageReturn
    }

    private let cellLimit: Int
    private var state = State.rowStart
    private var cell: [UInt8] = []
    private var column = 0
    private var columns: Int?
    /// The row being read, counted from 1 for the header line; behind the text's end one more than its rows.
    package private(set) var row = 1

    /// - Parameter cellLimit: bytes of a cell that are handed out; what a longer one has behind them is passed over.
    package init(cellLimit: Int = .max) { self.cellLimit = cellLimit }

    /// Hands each complete cell with its row and column to `body`; of a row with another number of cells than the first
    /// one they are handed out before it is refused.
    ///
    /// - Throws: ``PackFormatError`` about a row, and whatever `body` throws.
    package mutating func feed(
        _ chunk: UnsafeRawBufferPointer, _ body: (Int, Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var index = 0
        while index < chunk.count {
            let run = ordinaryRun(chunk, from: index)
            if run > index {
                let kept = min(run - index, cellLimit - cell.count)
                cell.append(contentsOf: chunk[index..<index + kept])
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
            if cell.count < cellLimit { cell.append(byte) }
            state = .quoted
        case (.rowStart, UInt8(ascii: "\"")), (.cellStart, UInt8(ascii: "\"")): state = .quoted
        case (.carriageReturn, 0x0A): try endRow()
        case (.carriageReturn, _), (_, 0x0A): throw PackFormatError.malformedRow(row)
        case (_, UInt8(ascii: ",")):
            try endCell(body)
            state = .cellStart
        case (_, 0x0D):
            try endCell(body)
            state = .carriageReturn
        default: throw PackFormatError.malformedRow(row)
        }
    }

    /// The text ends; its last row must have ended too.
    package func finish() throws(PackFormatError) {
        guard state == .rowStart else { throw .malformedRow(row) }
    }

    private mutating func endCell(_ body: (Int, Int, UnsafeRawBufferPointer) throws -> Void) throws {
        try cell.withUnsafeBytes { try body(row, column, $0) }
        cell.removeAll(keepingCapacity: true)
        column += 1
    }

    private mutating func endRow() throws(PackFormatError) {
        guard column == columns ?? column else { throw .unequalRow(row) }
        columns = column
        column = 0
        row += 1
        state = .rowStart
    }
}
