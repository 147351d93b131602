/// The version of this daemon, of the form MAJOR.MINOR.PATCH (semver.org).
public enum DaemonVersion {
    public static let current = "0.1.0"
}
