/// Sizes for people: binary units with one decimal, `12.3 KiB`.
enum ByteCount {
    private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]

    static func text(_ bytes: Int64) -> String {
        guard bytes >= 1024 else { return "\(bytes) B" }
        var tenths = bytes
        var unit = 0
        // Divided down in whole units of 1024 until three digits are left; only the last step keeps its decimal.
        while tenths >= 1024 * 1024, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        var value = (tenths * 10 + 512) / 1024
        if value >= 10_240, unit < units.count - 1 {
            value = 10
            unit += 1
        }
        return "\(value / 10).\(value % 10) \(units[unit])"
    }

    /// `12.3 KiB (12,595 bytes)`.
    static func full(_ bytes: Int64) -> String {
        bytes < 1024 ? "\(bytes) bytes" : "\(text(bytes)) (\(grouped(bytes)) bytes)"
    }

    /// Digits in groups of three.
    static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { out += "," }
            out.append(digit)
        }
        return number < 0 ? "-" + out : out
    }
}
