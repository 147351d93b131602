import PackFormat

/// What `verify` found out about a file: what its archive says, and what it was compared with.
struct VerifyResult: Equatable, Sendable {
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
                """
                structure and inner digests alone; --pack ID or --sha256 HEX also tells whether it is the pack that \
                was issued
                """
            case .digest: "structure, inner digests, and the SHA-256 that you gave"
            case .record: "structure, inner digests, and the service's record of the pack"
            }
        }
    }

    var path: String
    var level: Level
    /// Of the whole file, lower-case hex.
    var sha256: String
    var size: Int64
    var report: PackReport

    /// What a person needs to know first.
    var verdict: String {
        if report.problems.isEmpty { return "Sound pack" }
        return report.isArchive ? "Not a sound pack" : "The file is cut off or is no review pack"
    }

    var rendering: Rendering {
        .one(value, id: report.packID ?? path, text: text)
    }

    private var value: OutputValue {
        .fields([
            "file": .string(path), "valid": .bool(report.problems.isEmpty), "level": .string(level.rawValue),
            "sha256": .string(sha256), "size": .signed(size), "pack": .optional(report.packID),
            "tenant_external_id": .optional(report.tenantExternalID), "tenant_name": .optional(report.tenantName),
            "generated_at": .optional(report.generatedAt), "fingerprint": .optional(report.fingerprint),
            "files": .array(
                report.files.map {
                    .fields([
                        "name": .string($0.name), "size": .signed($0.size),
                        "rows": $0.rows.map { .signed($0) } ?? .null, "sha256": .string($0.sha256),
                    ])
                }),
            "problems": .array(report.problems.map { .string($0) }),
        ])
    }

    private var text: SectionedText {
        var about = SectionedText.Section(title: verdict)
        about.add("File", path.printable)
        about.add("Pack", ifPresent: report.packID?.printable)
        about.add(
            "Tenant", ifPresent: report.tenantName.map { "\($0) (\(report.tenantExternalID ?? "unknown"))".printable })
        about.add("Generated", ifPresent: report.generatedAt?.printable)
        about.add("Size", ByteCount.full(size))
        about.add("SHA-256", sha256)
        about.add("Checked", level.sentence)
        var members = SectionedText.Section(title: "Files")
        for file in report.files {
            let rows = file.rows.map { $0 == 1 ? ", 1 row" : ", \($0) rows" } ?? ""
            members.add(file.name.printable, "\(ByteCount.text(file.size))\(rows)")
        }
        var faults = SectionedText.Section(title: "Problems")
        for problem in report.problems { faults.add("", problem.printable) }
        return SectionedText(sections: [about, members, faults])
    }
}
