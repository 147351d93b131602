import Domain
import GRDB
import Glibc
import Logging

/// Something on disk that looked wrong once.
private enum Suspect {
    /// A ready pack, with what its bytes were found to lack.
    case pack(PackID, digest: PackFileFault?)
    /// An entry of the exports directory.
    case entry(String)
}

extension Store {
    /// How many packs or entries are compared with rows in one read.
    private static let filePage = 128

    func checkFiles(_ options: CheckOptions, _ result: inout CheckResult) async throws {
        try await checkExports(options, &result)
        var suspects = try await suspectPacks(options, &result)
        suspects += try await suspectEntries(&result)
        if suspects.isEmpty { return }
        try await Task.sleep(for: configuration.checkPatience)
        if let faults = configuration.faults {
            try await onMaintenanceThread { _ in try faults(.checkBeforeSecondLook) }
        }
        suspects.removeAll { isGone($0) }
        if options.repairs { _ = try await finishLeftoverDeletions() }
        for suspect in suspects {
            try Task.checkCancellation()
            switch suspect {
            case .pack(let id, let digest): try await judgePack(id, digest, options, &result)
            case .entry(let name): try await judgeEntry(name, options, &result)
            }
        }
    }

    private func checkExports(_ options: CheckOptions, _ result: inout CheckResult) async throws {
        guard let mode = try? files.directoryMode(), mode != 0o700 else { return }
        var problem = CheckProblem(
            .fileMode, StateDirectory.exportsName,
            "the folder of packs has mode 0\(String(mode, radix: 8)), not 0700; run check --repair")
        if options.repairs { problem.isRepaired = mended { try files.resetDirectoryMode() } }
        result.note(problem)
    }

    private func suspectPacks(_ options: CheckOptions, _ result: inout CheckResult) async throws -> [Suspect] {
        var suspects: [Suspect] = []
        var last: PackID?
        while true {
            let after = last
            let page = try await reading(&result) { database in
                try PackFileClaim.page(after: after, limit: Self.filePage, database)
            }
            guard let page, let end = page.last else { return suspects }
            for claim in page {
                try Task.checkCancellation()
                result.packs += 1
                let (faults, count) = try await inspect(claim, readingData: options.readsData)
                result.bytesRead += count
                if !faults.isEmpty {
                    suspects.append(.pack(claim.id, digest: faults.first { $0.kind == .fileDigest }))
                }
            }
            last = end.id
        }
    }

    private func suspectEntries(_ result: inout CheckResult) async throws -> [Suspect] {
        let names: [String]
        do { names = try files.names().sorted() } catch { throw StoreFailure.report(error, logger) }
        result.files = Int64(names.count)
        var suspects: [Suspect] = []
        for start in stride(from: 0, to: names.count, by: Self.filePage) {
            let page = Array(names[start..<min(start + Self.filePage, names.count)])
            let unwanted = try await reading(&result) { database in
                try page.filter { try PackFileStore.judge($0, database) != nil }
            }
            suspects += (unwanted ?? []).map { .entry($0) }
        }
        return suspects
    }

    /// The second look at a ready pack. Its bytes are not read again: they were wrong, and published bytes never
    /// change.
    private func judgePack(
        _ id: PackID, _ digest: PackFileFault?, _ options: CheckOptions, _ result: inout CheckResult
    ) async throws {
        guard case .some(.some(let claim)) = try await reading(&result, { try PackFileClaim.find(id, $0) }) else {
            return
        }
        let faults = try await inspect(claim, readingData: false).faults
        for fault in faults + (digest.map { [$0] } ?? []) {
            var problem = fault.problem(of: claim)
            if options.repairs, case .mode = fault {
                problem.isRepaired = mended { try files.resetMode(of: claim.name) }
            }
            result.note(problem)
        }
    }

    /// The second look at an entry that no row wanted.
    private func judgeEntry(_ name: String, _ options: CheckOptions, _ result: inout CheckResult) async throws {
        let kind = try await reading(&result) { try PackFileStore.judge(name, $0) }
        guard case .some(.some(let kind)) = kind else { return }
        let isNameable = isNameable(name)
        let isDirectory = (try? files.entry(name)).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
        let what =
            kind == .orphanFile ? "no pack names this file" : "the pack of this file is not ready and not generating"
        let advice = isNameable && !isDirectory ? "run check --repair" : "look at it and remove it by hand"
        var problem = CheckProblem(kind, name, "\(what); \(advice)")
        if options.repairs, isNameable, !isDirectory {
            problem.isRepaired = mended { try files.remove([name]) }
        }
        result.note(problem)
    }

    /// Whether an entry was taken away meanwhile by the generation or expiry that it belonged to.
    private func isGone(_ suspect: Suspect) -> Bool {
        guard case .entry(let name) = suspect, isNameable(name) else { return false }
        return (try? files.entry(name)) == nil
    }

    /// A name that is no UTF-8 cannot be asked for by what was read of it.
    private func isNameable(_ name: String) -> Bool { !name.unicodeScalars.contains("\u{FFFD}") }

    private func inspect(
        _ claim: PackFileClaim, readingData: Bool
    ) async throws -> (faults: [PackFileFault], bytesRead: Int64) {
        let files = files
        do {
            return try await onMaintenanceThread { stop in
                try files.inspect(claim, readingData: readingData, checkStop: stop.check)
            }
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }

    private func mended(_ repair: () throws -> Void) -> Bool {
        do {
            try repair()
            return true
        } catch {
            logger.error("a repair failed", metadata: ["error": "\(error)"])
            return false
        }
    }
}
