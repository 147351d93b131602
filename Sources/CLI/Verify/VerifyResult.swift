import ReviewPackClient

/// What verifying a file found.
struct PackReport: Equatable, Sendable {
    /// How much was compared.
    enum Level: String, Sendable {
        /// The archive's structure and checksums, the digests, sizes and rows that it states of its own files.
        case inner
        /// Also the file's SHA-256 with one that the caller gave.
        case digest
        /// Also the file's SHA-256 and size with the service's record of the pack.
        case record

        var sentence: String {
            switch self {
            case .inner:
                "structure and inner digests alone; --pack ID or --sha256 HEX also tells whether it is the pack that was issued"
            case .digest: "structure, inner digests, and the SHA-256 that you gave"
            case .record: "structure, inner digests, and the service's record of the pack"
            }
        }
    }

    struct File: Equatable, Sendable {
        var name: String
        var size: Int64
        var rows: Int64?
        var sha256: String
    }

    var path: String
    var level: Level
    /// Of the whole file, lower-case hex.
    var sha256: String
    var size: Int64
    var packID: String?
    var tenantName: String?
    var tenantExternalID: String?
    var generatedAt: String?
    var fingerprint: String?
    /// In the order of the archive.
    var files: [File] = []
    /// What does not hold, in the order found; empty = the file is sound at this level.
    var problems: [String] = []
    /// False when not even the archive's structure could be read to its end.
    var isArchive = true

    /// What a person needs to know first.
    var verdict: String {
        if problems.isEmpty { return "Sound pack" }
        return isArchive ? "Not a sound pack" : "The file is cut off or is no review pack"
    }

    var rendering: Rendering {
        .one(value, id: packID ?? path, text: text)
    }

    private var value: OutputValue {
        .fields([
            "file": .string(path), "valid": .bool(problems.isEmpty), "level": .string(level.rawValue),
            "sha256": .string(sha256), "size": .signed(size), "pack": .optional(packID),
            "tenant_external_id": .optional(tenantExternalID), "tenant_name": .optional(tenantName),
            "generated_at": .optional(generatedAt), "fingerprint": .optional(fingerprint),
            "files": .array(
                files.map {
                    .fields([
                        "name": .string($0.name), "size": .signed($0.size),
                        "rows": $0.rows.map { .signed($0) } ?? .null, "sha256": .string($0.sha256),
                    ])
                }),
            "problems": .array(problems.map { .string($0) }),
        ])
    }

    private var text: SectionedText {
        var about = SectionedText.Section(title: verdict)
        about.add("File", path.printable)
        about.add("Pack", ifPresent: packID?.printable)
        about.add("Tenant", ifPresent: tenantName.map { "\($0) (\(tenantExternalID ?? "unknown"))".printable })
        about.add("Generated", ifPresent: generatedAt?.printable)
        about.add("Size", ByteCount.full(size))
        about.add("SHA-256", sha256)
        about.add("Checked", level.sentence)
        var members = SectionedText.Section(title: "Files")
        for file in files {
            let rows = file.rows.map { $0 == 1 ? ", 1 row" : ", \($0) rows" } ?? ""
            members.add(file.name.printable, "\(ByteCount.text(file.size))\(rows)")
        }
        var faults = SectionedText.Section(title: "Problems")
        for problem in problems { faults.add("", problem.printable) }
        return SectionedText(sections: [about, members, faults])
    }
}
