/// The version of the daemon, of the client, of the package and of its manual pages, of the form MAJOR.MINOR.PATCH
/// (semver.org).
///
/// It stands nowhere else: `scripts/package` asks the built program for it.
public enum ProductVersion {
    public static let current = "0.1.0"
}
