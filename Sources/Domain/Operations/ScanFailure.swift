/// Why a scan ended `failed`: the stable `reason_code` of its operation run.
///
/// Most are found out by the client that runs the collector; the daemon takes no other word than these.
public enum ScanFailure: String, CaseIterable, Sendable {
    case collectorMissing = "collector_missing"
    case collectorUntrusted = "collector_untrusted"
    case collectorFailed = "collector_failed"
    case timeout
    case outputTooLarge = "output_too_large"
    case outputInvalid = "output_invalid"
    case importRefused = "import_refused"
    case importFailed = "import_failed"
    case interrupted

    /// The sentence for people, without paths or values.
    public var explanation: String {
        switch self {
        case .collectorMissing: "There is no executable collector program for this scan."
        case .collectorUntrusted: "The collector program, or a folder above it, can be changed by others than root."
        case .collectorFailed: "The collector program could not be started, or ended with an error."
        case .timeout: "The collector program took longer than its limit."
        case .outputTooLarge: "The collector program printed more than its limit."
        case .outputInvalid: "The first line of the collector program's output says something unknown."
        case .importRefused: "The service refused what the collector program printed."
        case .importFailed: "The service could not be reached, or had no room, while the output was imported."
        case .interrupted: "The scan was interrupted."
        }
    }

    /// What to do next.
    public var advice: String {
        switch self {
        case .collectorMissing: "Install the program in the collectors' folder under the scan's name, mode 0755."
        case .collectorUntrusted:
            "Give the program and every folder above it to root, and take write permission from all others."
        case .collectorFailed: "Run the program by hand with the same variables and look at what it says."
        case .timeout: "Find out what it waits for, or raise --timeout."
        case .outputTooLarge: "Check that it prints one scan, or raise --max-output."
        case .outputInvalid: "Let it print #reviewpack findings, #reviewpack report or plain JSON first."
        case .importRefused: "Import its output by hand: the refusal names the position."
        case .importFailed: "Check that the service runs and has disk space, then scan again."
        case .interrupted: "Scan again."
        }
    }
}
