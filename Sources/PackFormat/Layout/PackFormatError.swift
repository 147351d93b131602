package import JSONTokens

/// Why bytes are not what the format asks for; the description follows a file's name.
package enum PackFormatError: Error, Equatable {
    /// The row, from 1 for the header line, is not as RFC 4180 section 2 says.
    case malformedRow(Int)
    /// The row has another number of cells than the header line.
    case unequalRow(Int)
    /// A table of a pack with other columns than it has there.
    case wrongColumns
    case notUTF8
    case notJSON(JSONError)
    case duplicateKey(String)
}

extension PackFormatError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedRow(let row): "line \(row) is not RFC 4180"
        case .unequalRow(let row): "line \(row) has another number of cells than the header"
        case .wrongColumns: "its columns are not those of a pack"
        case .notUTF8: "it is not UTF-8"
        case .notJSON(let error): "\(error)"
        case .duplicateKey(let key): "the key \(key.debugDescription) stands twice"
        }
    }
}
