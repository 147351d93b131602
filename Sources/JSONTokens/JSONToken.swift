/// What a tokeniser found next.
public enum JSONToken: UInt8, Sendable {
    case beginObject
    case endObject
    case beginArray
    case endArray
    /// An object's key; its bytes are in `JSONTokenizer.text`, as those of a string and a number.
    case key
    case string
    case number
    case `true`
    case `false`
    case null
    /// Everything fed so far is used up: feed more, or finish.
    case needsInput
    /// The text is complete. Only after `finish()`.
    case end
}
