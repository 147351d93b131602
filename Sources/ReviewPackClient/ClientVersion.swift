/// The version of this client, of the form MAJOR.MINOR.PATCH (semver.org).
public enum ClientVersion {
    public static let current = "0.1.0"
}
