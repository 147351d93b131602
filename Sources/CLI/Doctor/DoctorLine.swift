/// One line of `doctor`: what was looked at, how it is, and what to do.
struct DoctorLine: Equatable, Sendable {
    enum Result: String, Sendable {
        case ok, warn, fail
        /// It could not be looked at, and that is no fault.
        case skip
    }

    /// One word or two with a dash: `disk`, `timer-prune`.
    var name: String
    var result: Result
    /// What was found. May hold text of the service: escape it for a terminal.
    var found: String
    /// Empty when there is nothing to do.
    var advice = ""

    static func ok(_ name: String, _ found: String) -> DoctorLine {
        DoctorLine(name: name, result: .ok, found: found)
    }

    static func warn(_ name: String, _ found: String, _ advice: String) -> DoctorLine {
        DoctorLine(name: name, result: .warn, found: found, advice: advice)
    }

    static func fail(_ name: String, _ found: String, _ advice: String) -> DoctorLine {
        DoctorLine(name: name, result: .fail, found: found, advice: advice)
    }

    static func skip(_ name: String, _ why: String) -> DoctorLine {
        DoctorLine(name: name, result: .skip, found: why)
    }
}
