package import Bytes
package import Domain

/// What a pack says of itself: everything in its files that does not come from the evidence.
///
/// Two renderings with equal identities of equal evidence, by the same generator and zlib build, give the same bytes.
package struct PackIdentity: Sendable {
    package var packID: PackID
    /// The pack's own run; it is left out of its operations.csv.
    package var operationRunID: OperationRunID
    package var options: PackOptions
    /// The fingerprint of the pack that this one replaces, when it was regenerated from one.
    package var previousFingerprint: Digest256?
    /// The authenticated caller as printed everywhere, for example `uid:1000` or `system`.
    package var initiator: String
    /// The person for whom a delegate asked; nil when the caller asked for itself.
    package var onBehalfOf: String?
    package var generatedAt: UnixMillis
    package var expiresAt: UnixMillis
    /// Operation runs started in this many days before `generatedAt` are listed; 0 and less list none.
    package var operationsWindowDays: Int
    /// The version of the program, as `reviewpackd version` prints it.
    package var generatorVersion: String

    package init(
        packID: PackID, operationRunID: OperationRunID, options: PackOptions, previousFingerprint: Digest256? = nil,
        initiator: String, onBehalfOf: String? = nil, generatedAt: UnixMillis, expiresAt: UnixMillis,
        operationsWindowDays: Int, generatorVersion: String
    ) {
        self.packID = packID
        self.operationRunID = operationRunID
        self.options = options
        self.previousFingerprint = previousFingerprint
        self.initiator = initiator
        self.onBehalfOf = onBehalfOf
        self.generatedAt = generatedAt
        self.expiresAt = expiresAt
        self.operationsWindowDays = operationsWindowDays
        self.generatorVersion = generatorVersion
    }
}
