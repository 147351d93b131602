package import Bytes
package import Domain
package import Evidence
import GRDB

extension Store {
    /// Replaces a tenant's hardening settings. The same settings again change nothing but are recorded as an operation
    /// run, with the warnings.
    package func putHardening(
        _ settings: HardeningSettings, warnings: IngestWarnings = IngestWarnings(), of tenantID: TenantID,
        inputSHA256: Digest256, stamp: ActionStamp
    ) async throws -> ImportResult {
        let startedAt = now()
        let digest = stamp.digest(withInput: inputSHA256)
        return try await write { transaction in
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return earlier }
            let tenant = try TenantKey.require(tenantID, transaction.database)
            try transaction.requirePast(settings.lastCheckedAt, field: "last_checked_at")
            try transaction.requirePast(settings.lastSetupAt, field: "last_setup_at")
            let before = try HardeningSettings.read(of: tenant.number, transaction.database)
            var counts = ImportCounts()
            counts.read = 1
            var settings = settings
            settings.canaryResults.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            if before == settings {
                counts.unchanged = 1
            } else {
                try settings.store(for: tenant.number, transaction)
                if before == nil { counts.inserted = 1 } else { counts.updated = 1 }
            }
            // A canary is named after its mailbox now and then; other names of canaries are words that stand in every
            // text.
            var identities = try IdentityTexts(transaction.database, tenant: tenant.number)
            for canary in settings.canaryResults where canary.name.contains("@") {
                var name = canary.name
                try name.withUTF8 { bytes in
                    try IdentityGathering.gather(UnsafeRawBufferPointer(bytes), .address) { _, text in
                        try identities.insert(text)
                    }
                }
            }
            try transaction.noteSource(
                "hardening", tenant: tenant.number, runAt: settings.lastCheckedAt ?? transaction.now)
            return try transaction.recordImport(
                .hardening,
                ImportRecord(
                    counts: counts, warnings: ImportRecord.sentences(warnings), inputSHA256: inputSHA256),
                tenant: tenant, startedAt: startedAt,
                stamp: stamp, digest: digest)
        }
    }
}
