/// Reads CSV strictly as RFC 4180 has it, in chunks split anywhere, and hands out a few cells of each row.
///
/// Memory is bounded: only the wanted columns are kept, and of each of their cells at most `cellLimit` bytes.
struct CSVScanner {
    enum Fault: Error, Equatable {
        /// The row, from 1 for the header line, is not as RFC 4180 section 2 says.
        case malformed(row: Int64)
        /// A row with another number of cells than the header line.
        case wrongWidth(row: Int64)
    }

    private enum State {
        case cellStart, unquoted, quoted, quoteInQuoted, carriageReturn
    }

    /// Bytes of a cell that are kept; longer ones are cut.
    static let cellLimit = 64

    /// Complete rows, the header line included.
    private(set) var rows: Int64 = 0
    private let wanted: Set<Int>
    private var state = State.cellStart
    private var width: Int?
    private var column = 0
    private var rowHasBytes = false
    private var cell: [UInt8] = []
    private var cells: [Int: [UInt8]] = [:]
    private(set) var header: [String] = []

    /// - Parameter wanted: the columns, from 0, whose cells are handed out.
    init(wanted: Set<Int>) { self.wanted = wanted }

    /// - Parameter onRow: called for each complete row after the header line, with its wanted cells by column.
    mutating func feed(
        _ chunk: UnsafeRawBufferPointer, onRow: ([Int: [UInt8]]) -> Void
    ) throws(Fault) {
        for byte in chunk { try step(byte, onRow) }
    }

    /// The text ends; the last line must have ended too.
    func finish() throws(Fault) {
        guard state == .cellStart, column == 0, !rowHasBytes else { throw .malformed(row: rows + 1) }
    }

    private mutating func step(_ byte: UInt8, _ onRow: ([Int: [UInt8]]) -> Void) throws(Fault) {
        rowHasBytes = true
        switch (state, byte) {
        case (.cellStart, UInt8(ascii: "\"")): state = .quoted
        case (.cellStart, UInt8(ascii: ",")), (.unquoted, UInt8(ascii: ",")), (.quoteInQuoted, UInt8(ascii: ",")):
            endCell()
        case (.cellStart, 0x0D), (.unquoted, 0x0D), (.quoteInQuoted, 0x0D): state = .carriageReturn
        case (.carriageReturn, 0x0A): try endRow(onRow)
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            keep(byte)
            state = .quoted
        case (.quoted, _): keep(byte)
        // A bare quote, line feed or carriage return in an unquoted cell, or text after a closing quote.
        case (.unquoted, UInt8(ascii: "\"")), (.cellStart, 0x0A), (.unquoted, 0x0A), (.quoteInQuoted, _),
            (.carriageReturn, _):
            throw .malformed(row: rows + 1)
        case (.cellStart, _), (.unquoted, _):
            keep(byte)
            state = .unquoted
        }
    }

    private mutating func keep(_ byte: UInt8) {
        if cell.count < Self.cellLimit, width == nil || wanted.contains(column) { cell.append(byte) }
    }

    private mutating func endCell() {
        if width == nil {
            header.append(String(decoding: cell, as: UTF8.self))
        } else if wanted.contains(column) {
            cells[column] = cell
        }
        cell.removeAll(keepingCapacity: true)
        column += 1
        state = .cellStart
    }

    private mutating func endRow(_ onRow: ([Int: [UInt8]]) -> Void) throws(Fault) {
        endCell()
        rows += 1
        if let width {
            guard column == width else { throw .wrongWidth(row: rows) }
            onRow(cells)
        } else {
            width = column
        }
        column = 0
        rowHasBytes = false
    }
}
