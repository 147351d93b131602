import Bytes
package import Domain
package import Evidence
import Glibc
import PackFormat
import ZipArchive

/// Renders the seven files of a review pack from one tenant's evidence into a ZIP archive.
///
/// Findings stream in one pass straight into the archive; the other files are small, or streamed token by token, and
/// are compressed into spools, because metadata.json, which stands third, holds the digests of those behind it. Nothing
/// grows with the number of findings, but with what names there are: see `IdentityTable` and `NameIndex`.
package struct PackRenderer: Sendable {
    /// Threads that deflate beside the rendering thread; the bytes of the archive do not depend on it.
    package let compressionThreads: Int
    /// An existing folder where unnamed spool files are made, on a file system with room for the compressed reports.
    package let spoolDirectory: String
    /// The deflate level, 1 to 9.
    package let compressionLevel: Int
    /// What goes wrong on purpose: nothing, outside of tests.
    let fault: RenderFault

    /// More threads than the archive's writer knows are taken as its most, and fewer as one.
    package init(compressionThreads: Int, spoolDirectory: String, compressionLevel: Int = 6) {
        self.init(
            compressionThreads: compressionThreads, spoolDirectory: spoolDirectory, compressionLevel: compressionLevel,
            fault: .none)
    }

    init(compressionThreads: Int, spoolDirectory: String, compressionLevel: Int = 6, fault: RenderFault) {
        let range = ZipOptions.threadRange
        self.compressionThreads = min(max(range.lowerBound, compressionThreads), range.upperBound)
        self.spoolDirectory = spoolDirectory
        self.compressionLevel = compressionLevel
        self.fault = fault
    }

    /// Writes the archive into `file` and returns what is known of it.
    ///
    /// `file` is an empty regular file open for reading and writing; it stays the caller's, who makes it durable and
    /// gives it its name, or removes it when this throws. The call blocks its thread until the archive is complete, and
    /// with personal data excluded until every finished file was read back and checked.
    ///
    /// `snapshot` calls what it is given with the evidence once, inside of one snapshot, and returns its value; it is
    /// called again when the final scan found something that redaction had left: then cell by cell what the scan finds
    /// is replaced. The scan itself runs behind the snapshot's end, so that the database's log is not kept from being
    /// cut meanwhile.
    package func render<Evidence: TenantEvidence>(
        as identity: PackIdentity, to file: Int32, control: RenderControl,
        in snapshot: ((Evidence) throws -> PackDraft) throws -> PackDraft
    ) throws(RenderError) -> RenderedPack {
        do {
            try control.check()
            do {
                return try attempt(.plain, as: identity, to: file, control, snapshot)
            } catch let error as RenderError
                where error.reason == .redactionIncomplete && fault != .redactionSkipped
            {
                guard ftruncate(file, 0) == 0 else {
                    throw RenderError(.ioError, detail: "ftruncate: error \(errno)")
                }
                return try attempt(.careful, as: identity, to: file, control, snapshot)
            }
        } catch {
            throw RenderError(error, control)
        }
    }

    private enum Care { case plain, careful }

    private func attempt<Evidence: TenantEvidence>(
        _ care: Care, as identity: PackIdentity, to file: Int32, _ control: RenderControl,
        _ snapshot: ((Evidence) throws -> PackDraft) throws -> PackDraft
    ) throws -> RenderedPack {
        let draft = try snapshot { try self.draft($0, care, as: identity, to: file, control) }
        if var scan = draft.scan {
            control.enter(.verifying)
            try scan.check(file)
        }
        control.enter(.finished)
        return draft.pack
    }

    /// Writes the archive, and gathers what the final scan needs to know.
    private func draft(
        _ evidence: some TenantEvidence, _ care: Care, as identity: PackIdentity, to file: Int32,
        _ control: RenderControl
    ) throws -> PackDraft {
        if identity.options.includePII {
            return PackDraft(pack: try write(evidence, as: identity, FieldRedactor(texts: nil), nil, to: file, control))
        }
        let hashPoint = RollingHash.point(for: identity.packID)
        let catalogue = try CatalogueTexts(of: evidence, hashPoint: hashPoint, control: control)
        let settler =
            care == .careful ? CellSettler(try probe(for: identity, evidence, control)) : CellSettler?.none
        let redactor: FieldRedactor
        if fault == .redactionSkipped {
            redactor = FieldRedactor(texts: nil)
        } else {
            let dictionary = try IdentityDictionary.read(from: evidence, hashPoint: hashPoint, control: control)
            redactor = FieldRedactor(texts: TextRedactor(dictionary: dictionary, control: control), settler: settler)
        }
        let pack = try write(evidence, as: identity, redactor, catalogue, to: file, control)
        // Behind the rendering, so that the dictionary is gone by now.
        let scan = FinalScan(try probe(for: identity, evidence, control), catalogue, control: control)
        return PackDraft(pack: pack, scan: scan)
    }

    private func probe(
        for identity: PackIdentity, _ evidence: some TenantEvidence, _ control: RenderControl
    ) throws -> TextProbe {
        let hashPoint = RollingHash.point(for: identity.packID, "reviewpack.scan/1")
        let names = try EvidenceNames.gather(from: evidence, hashPoint: hashPoint, control: control)
        return TextProbe(names, hashPoint: hashPoint, control: control)
    }

    private func write(
        _ evidence: some TenantEvidence, as identity: PackIdentity, _ fields: consuming FieldRedactor,
        _ catalogue: CatalogueTexts?, to file: Int32, _ control: RenderControl
    ) throws -> RenderedPack {
        var redactor = fields
        control.expect(findings: try evidence.findingsCount())
        let options = try ZipOptions(level: compressionLevel, threads: compressionThreads)
        let fingerprint = try evidence.fingerprint(options: identity.options)
        var zip = try ZipWriter(descriptor: file, options: options)

        control.enter(.findings)
        try zip.beginMember(PackFile.findings.name)
        var summary = try FindingsFile.render(
            evidence, catalogue: catalogue, redactor: &redactor, control: control, to: &zip)
        let findings = try zip.endMember()
        var redactions: [PackFile: Int64] = [.findings: redactor.takeCount()]

        control.enter(.documents)
        summary.sources = try evidence.sources()
        let hardening = try compress(.hardening, options) { content in
            summary.hasHardening = try HardeningFile.render(evidence, redactor: &redactor, to: &content)
        }
        redactions[.hardening] = redactor.takeCount()
        let operations = try compress(.operations, options) { content in
            summary.operations = try OperationsFile.render(
                evidence, as: identity, redactor: &redactor, control: control, to: &content)
        }
        redactions[.operations] = redactor.takeCount()
        let adminRoles = try compress(.entraAdminRoles, options) { content in
            summary.hasEntraAdminRoles = try ReportFile.render(
                .entraAdminRoles, of: evidence, redactor: &redactor, control: control, to: &content)
        }
        redactions[.entraAdminRoles] = redactor.takeCount()
        let posture = try compress(.permissionPosture, options) { content in
            summary.hasPermissionPosture = try ReportFile.render(
                .permissionPosture, of: evidence, redactor: &redactor, control: control, to: &content)
        }
        redactions[.permissionPosture] = redactor.takeCount()
        let summaryFile = try compress(.summary, options) { content in
            try SummaryFile.render(summary, of: evidence, as: identity, redactor: &redactor, to: &content)
        }
        redactions[.summary] = redactor.takeCount()

        control.enter(.sealing)
        let metadata = MetadataFile(
            identity: identity, fingerprint: fingerprint, compressionLevel: compressionLevel,
            files: [
                .init(.findings, findings, rows: summary.findings), .init(.hardening, hardening.summary),
                .init(.operations, operations.summary, rows: summary.operations),
                .init(.entraAdminRoles, adminRoles.summary), .init(.permissionPosture, posture.summary),
                .init(.summary, summaryFile.summary),
            ], redactions: redactions)
        let metadataFile = try compress(.metadata, options) { content in
            redactions = try metadata.render(evidence, redactor: &redactor, to: &content)
        }
        try zip.append(hardening)
        try zip.append(metadataFile)
        try zip.append(operations)
        try zip.append(adminRoles)
        try zip.append(posture)
        try zip.append(summaryFile)
        _ = try zip.finish()
        try control.check()
        summary.redactions = redactions.values.reduce(0, +)
        return try pack(in: file, identity, fingerprint, summary)
    }

    /// Reads the finished archive once for its digests.
    private func pack(
        in file: Int32, _ identity: PackIdentity, _ fingerprint: Digest256, _ summary: PackSummary
    ) throws -> RenderedPack {
        let digest = try FileDigest(descriptor: file)
        let blocks = stride(from: 0, to: digest.blocks.bytes.count, by: Digest256.byteCount).compactMap {
            Digest256(digest.blocks.bytes[$0..<$0 + Digest256.byteCount])
        }
        return RenderedPack(
            size: Int64(clamping: digest.size), sha256: digest.sha256, blockDigests: blocks, fingerprint: fingerprint,
            summary: summary, generatedAt: identity.generatedAt, expiresAt: identity.expiresAt)
    }

    /// Compresses a file ahead of its turn.
    private func compress(
        _ file: PackFile, _ options: ZipOptions, _ render: (inout MemberCompressor) throws -> Void
    ) throws -> CompressedMember {
        var content = try MemberCompressor(name: file.name, options: options, spoolDirectory: spoolDirectory)
        try render(&content)
        return try content.finish()
    }
}

/// A finished archive that was not looked into yet.
package struct PackDraft {
    let pack: RenderedPack
    /// Nil when personal data is included.
    var scan: FinalScan?
}

/// What a test makes go wrong on purpose.
enum RenderFault: Equatable, Sendable {
    case none
    /// Personal data is excluded, but nothing is replaced: the final scan has to find it.
    case redactionSkipped
}

extension RenderError {
    /// The one place where what went wrong below becomes a reason.
    fileprivate init(_ error: any Error, _ control: RenderControl) {
        switch error {
        case let error as RenderError: self = error
        case let error as ZipError: self.init(Self.reason(of: error), detail: error.description)
        // The archive was written a moment ago: storage that gives other bytes back has failed.
        case let error as ZipReadError: self.init(.ioError, detail: error.description)
        case let error as EvidenceFailure:
            self.init(control.cancellationReason ?? error.reason, detail: error.detail)
        // Evidence that could not be opened, with the store's own reason.
        case let error as ProductError:
            self.init(control.cancellationReason ?? FailureReason(error.reason), detail: String(describing: error))
        default:
            // What the evidence throws when somebody interrupted its transaction follows from the cancellation.
            self.init(control.cancellationReason ?? .internalError, detail: String(describing: error))
        }
    }

    private static func reason(of error: ZipError) -> FailureReason {
        if error.isStorageFull { return .storageFull }
        switch error {
        // A limit on the size of files (RLIMIT_FSIZE, or the file system's own) is no room either.
        case .io(_, EFBIG): return .storageFull
        case .io: return .ioError
        default: return .internalError
        }
    }
}

extension MetadataFile.FileRecord {
    fileprivate init(_ file: PackFile, _ summary: MemberSummary, rows: Int64? = nil) {
        self.init(file: file, size: summary.size, sha256: summary.sha256, rows: rows)
    }
}
