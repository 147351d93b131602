/// Names for the object keys of one file that hold personal data: `[REDACTED-1]`, `[REDACTED-2]`, each key its own.
struct RedactedKeys {
    private var count = 0

    mutating func next() -> String {
        count += 1
        return "[REDACTED-\(count)]"
    }
}
