import Bytes
import Domain

/// `MANIFEST.json`, the first entry: what the archive is, and the size and SHA-256 of each file in it.
struct BackupManifest {
    static let name = "MANIFEST.json"
    static let schema = "reviewpack.backup/1"

    struct File {
        var name: String
        var size: Int64
        var sha256: Digest256
    }

    var takenAt: UnixMillis
    var serverVersion: String
    /// The changes that made the database's schema; a daemon that does not know one of them refuses the database.
    var migrations: [String]
    var includesPacks: Bool
    var files: [File]

    var json: [UInt8] {
        let quote = JSONObjectText.quote
        let list = files.map { file in
            "    {\"name\": \(quote(file.name)), \"size\": \(file.size), \"sha256\": \"\(file.sha256)\"}"
        }
        let text = """
            {
              "schema": \(quote(BackupManifest.schema)),
              "taken_at": \(quote(takenAt.description)),
              "server_version": \(quote(serverVersion)),
              "migrations": [\(migrations.map(quote).joined(separator: ", "))],
              "packs_included": \(includesPacks),
              "files": [
            \(list.joined(separator: ",\n"))
              ]
            }

            """
        return Array(text.utf8)
    }
}
