import Bytes
import Domain
import TestTags
import Testing

@testable import Evidence

/// Runs `body` with the one record of a sample.
func withRecord(_ sample: Sample, _ body: (borrowing FindingRecord) throws -> Void) throws {
    var parser = FindingsParser(options: .init())
    var count = 0
    try Array(sample.json.utf8).withUnsafeBytes { bytes in
        try parser.push(bytes) {
            count += 1
            try body($0)
        }
    }
    #expect(count == 1)
}

/// The bytes 0 to 31.
// swift-format-ignore: NeverForceUnwrap
let fixedKey = FingerprintKey(Array(0..<32))!

func fingerprint(
    _ sample: Sample, tenant: TenantExternalID = contoso, key: FingerprintKey = fixedKey
) throws -> Digest256 {
    var encoder = FindingFingerprint(tenant: tenant, key: key)
    var digest = Digest256.zero
    try withRecord(sample) { digest = encoder.digest(of: $0) }
    return digest
}

@Suite("Fingerprints and digests", .tags(.evidence, .determinism))
struct FingerprintTests {
    static let user = resource([
        ("uid", .text("5B0D3D4C-41A9-4E9B-9B6B-0C1F8E2A7D11")), ("type", .text("user")), ("name", .text("Adele")),
    ])

    // The expected values were computed from the byte table with another program.
    @Test("the encoding is the documented one")
    func golden() throws {
        let expected = [
            (ocsfSample, "c3ce90c20661d214c4bee14ca9811fd19d0865045968c7046069b221336d86fc"),
            (Self.user, "6e3141842805fb26f79ab6e263f53aa2f3d68ffff3c91f3ae4048f88c893af72"),
            (resource([("name", .text("Adele"))]), "d2478d1c574ec31f7c578c6cffd8e95c6c020a7aba41a9f3885334e6c36c3923"),
            (resource([]), "50e2c6ff6a19843b0eec7fd450010fdff0f42b236c03e3a722a73cb56e583d78"),
            (
                resource([]).with("finding_info.uid", nil),
                "d9d4a2d9514dda81c0a8b3e9c9851ce8e554c51452d7e1ab1c213513c160d8b2"
            ), (nativeSample, "32832b17afc073d5c983713ef2e76a8ba5501ec315040aeb0d8e580604aa8a15"),
        ]
        for (sample, digest) in expected { #expect(try fingerprint(sample).description == digest) }
    }

    @Test("the first version, which a migration reads, is the documented one as well")
    func former() throws {
        var former = FormerFingerprint(tenant: contoso)
        try withRecord(ocsfSample) { record in
            let identity = ScannerIdentity(record)
            #expect(
                former.scanner(identity, resourceType: record.text(.resourceType)).description
                    == "627a827c52955e3e1c340d7899ad3cc3f4347a5e19d9d6da2c86a4d2bd151565")
        }
        try withRecord(nativeSample) { record in
            #expect(
                former.native(source: record.text(.source), uid: record.text(.uid)).description
                    == "120a9f0872fb84bcdce7216af4a5ab18aea5a30cc4309f65783e916bc3d4c8b0")
        }
    }

    @Test(
        "a stored finding of the first version gets the identity that its next record has",
        arguments: [ocsfSample, user, resource([("name", .text("Adele")), ("type", .text("user"))]), nativeSample])
    func following(_ sample: Sample) throws {
        var former = FormerFingerprint(tenant: contoso)
        var encoder = FindingFingerprint(tenant: contoso, key: fixedKey)
        try withRecord(sample) { record in
            let identity = ScannerIdentity(record)
            let stored =
                record.format == .native
                ? former.native(source: record.text(.source), uid: record.text(.uid))
                : former.scanner(identity, resourceType: record.text(.resourceType))
            let migrated = encoder.digest(following: stored, identity, resourceType: record.text(.resourceType))
            #expect(migrated == encoder.digest(of: record))
            #expect(encoder.digestWithoutOwnID(of: record) == nil)
        }
    }

    @Test("a finding with nothing but an id of its own was stored without it")
    func ownID() throws {
        let alone = try fingerprint(resource([]).with("finding_info.uid", nil))
        var encoder = FindingFingerprint(tenant: contoso, key: fixedKey)
        try withRecord(resource([])) { #expect(encoder.digestWithoutOwnID(of: $0) == alone) }
    }

    @Test("a renamed type, or none at all, leaves the finding what it is, and so does a new name beside an id")
    func labels() throws {
        for id in ["policies", "5B0D3D4C-41A9-4E9B-9B6B-0C1F8E2A7D11", "/subscriptions/1/x"] {
            let samples = [
                resource([("uid", .text(id)), ("type", .text("Conditional Access Policy")), ("name", .text("A"))]),
                resource([("uid", .text(id)), ("type", .text("NotDefined")), ("name", .text("B"))]),
                resource([("uid", .text(id))]),
            ]
            #expect(Set(try samples.map { try fingerprint($0) }).count == 1)
        }
    }

    @Test("without the tenant's key nobody computes it, and the key is never printed")
    func key() throws {
        let keys = (0..<100).map { _ in FingerprintKey.make() }
        #expect(Set(keys.map(\.bytes)).count == 100 && keys.allSatisfy { $0.bytes.count == FingerprintKey.size })
        #expect(Set(try keys.map { try fingerprint(nativeSample, key: $0) }).count == 100)
        #expect(Set(try keys.map { try fingerprint(ocsfSample, key: $0) }).count == 100)
        #expect("\(fixedKey)" == "a fingerprint key" && String(reflecting: fixedKey) == "a fingerprint key")
        #expect(FingerprintKey([1, 2, 3]) == nil)
        #expect(FingerprintKey(fixedKey.bytes)?.bytes == fixedKey.bytes)
    }

    @Test("the key's codes are those of RFC 4231, test cases 1 and 2 with keys of 32 bytes padded by zeros")
    func vectors() throws {
        func code(_ key: [UInt8], _ text: String) throws -> String {
            let key = try #require(FingerprintKey(key + Array(repeating: 0, count: 32 - key.count)))
            return Array(text.utf8).withUnsafeBytes { key.authenticate($0).description }
        }
        #expect(
            try code(Array(repeating: 0x0b, count: 20), "Hi There")
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            try code(Array("Jefe".utf8), "what do ya want for nothing?")
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("names, texts, severity, result and times leave it alone")
    func stable() throws {
        var changed = Self.user.with("severity", .text("Low")).with("status_code", .text("PASS"))
            .with("time", .raw("1775008800")).with("metadata.product.version", .text("6.0"))
            .with("finding_info", .object([("title", .text("Other")), ("uid", .text("other"))]))
        #expect(try fingerprint(changed) == fingerprint(Self.user))
        changed = resource([
            ("uid", .text("5b0d3d4c-41a9-4e9b-9b6b-0c1f8e2a7d11")), ("type", .text("user")), ("name", .text("Renamed")),
        ])
        #expect(try fingerprint(changed) == fingerprint(Self.user))
        let native = nativeSample.with("check_id", .text("other")).with("resource_uid", .text("other"))
        #expect(try fingerprint(native) == fingerprint(nativeSample))
    }

    @Test(
        """
        tool, check, resource id, or its name or own id where that is missing, change it; capitals count in \
        other ids than GUIDs
        """
    )
    func distinct() throws {
        let other = try #require(TenantExternalID("aaaaaaaa-6c1c-4d0a-9d53-2f1d1a6f8b10"))
        let all = [
            try fingerprint(ocsfSample),
            try fingerprint(ocsfSample.with("metadata.event_code", .text("entra_check_two"))),
            try fingerprint(ocsfSample.with("metadata.product.name", .text("Other"))),
            try fingerprint(resource([("uid", .text("Policies"))])),
            try fingerprint(resource([("uid", .text("xpolicies"))])),
            // The same text in another place is another identity, and none of them is nothing.
            try fingerprint(resource([("name", .text("policies"))])),
            try fingerprint(resource([("name", .text("Policies"))])),
            try fingerprint(resource([])), try fingerprint(resource([]).with("finding_info.uid", .text("policies"))),
            try fingerprint(resource([]).with("finding_info.uid", nil)),
            try fingerprint(nativeSample), try fingerprint(nativeSample.with("source", .text("other"))),
            try fingerprint(nativeSample.with("uid", .text("f-2"))), try fingerprint(nativeSample, tenant: other),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test("a new version of a ScubaGear policy is the same check")
    func scubaVersions() throws {
        func sample(_ id: String, _ tool: String) -> Sample {
            ocsfSample.with("metadata.event_code", .text(id)).with("metadata.product.name", .text(tool))
        }
        #expect(
            try fingerprint(sample("MS.AAD.3.1v1", "ScubaGear")) == fingerprint(sample("MS.AAD.3.1v2", "ScubaGear")))
        #expect(try fingerprint(sample("tls_v1", "Prowler")) != fingerprint(sample("tls_v2", "Prowler")))
    }

    static let state = FindingState(
        status: .open, result: .fail, firstSeenAt: UnixMillis(1000), lastSeenAt: UnixMillis(2000),
        decidedAt: UnixMillis(2000))

    func rowDigest(
        _ sample: Sample, state: FindingState = Self.state, reason: String = "why"
    ) throws -> (content: Digest256, row: Digest256) {
        var encoder = FindingDigest()
        var result = (content: Digest256.zero, row: Digest256.zero)
        let identity = try fingerprint(sample)
        try withRecord(sample) { record in
            result.content = encoder.content(of: record)
            result.row = Array(reason.utf8).withUnsafeBytes {
                encoder.row(fingerprint: identity, content: result.content, state: state, statusReason: $0)
            }
        }
        return result
    }

    @Test("the digests' encodings are the documented ones")
    func goldenDigests() throws {
        let digests = try rowDigest(nativeSample)
        #expect(
            digests.content.description == "803d68117876aa0fe586e5ab5a67d82b65a23b02d39ab7e0fee6ff7c17e79f90")
        #expect(digests.row.description == "8b8ddf456068765561572b470462b00af5f56bc91a6b29376cddea94a4bf73fe")
    }

    @Test("every cell that a pack shows is in the row's digest, and nothing else")
    func coverage() throws {
        let plain = try rowDigest(nativeSample)
        let texts = [
            "check_id", "title", "resource_type", "resource_uid", "resource_name", "description", "detail",
            "remediation", "source", "source_version", "check_version",
        ]
        var seen: Set<Digest256> = [plain.row]
        for key in texts { seen.insert(try rowDigest(nativeSample.with(key, .text("changed"))).row) }
        seen.insert(try rowDigest(nativeSample.with("severity", .text("low"))).row)
        seen.insert(try rowDigest(nativeSample, reason: "other").row)
        let changes: [(inout FindingState) -> Void] = [
            { $0.status = .acknowledged }, { $0.result = .muted }, { $0.firstSeenAt = UnixMillis(999) },
            { $0.lastSeenAt = UnixMillis(2001) },
        ]
        for change in changes {
            var state = Self.state
            change(&state)
            seen.insert(try rowDigest(nativeSample, state: state).row)
        }
        #expect(seen.count == texts.count + changes.count + 3)
        var state = Self.state
        state.decidedAt = UnixMillis(5000)
        state.acknowledgement = .mute
        #expect(try rowDigest(nativeSample, state: state).row == plain.row)
    }
}

@Suite("Revision sum", .tags(.evidence, .determinism))
struct RevisionSumTests {
    @Test("carries and borrows go through all words")
    func carries() {
        let one = Digest256(words: (0, 0, 0, 1))
        let all = Digest256(words: (.max, .max, .max, .max))
        var sum = RevisionSum(all)
        sum.add(one)
        #expect(sum == RevisionSum())
        sum.subtract(one)
        #expect(sum.value == all)
        sum = RevisionSum(Digest256(words: (0, 0, .max, .max)))
        sum.add(one)
        #expect(sum.value == Digest256(words: (0, 1, 0, 0)))
        sum.add(all)
        sum.add(one)
        #expect(sum.value == Digest256(words: (0, 1, 0, 0)))
    }

    @Test("the same digests give the same sum in any order, and taking them away gives zero")
    func order() {
        var random = SystemRandomNumberGenerator()
        let digests = (0..<200).map { _ in
            Digest256(words: (random.next(), random.next(), random.next(), random.next()))
        }
        var forward = RevisionSum()
        var backward = RevisionSum()
        for digest in digests { forward.add(digest) }
        for digest in digests.reversed() { backward.add(digest) }
        #expect(forward == backward)
        #expect(RevisionSum(forward.bytes) == forward)
        for digest in digests.shuffled() { forward.subtract(digest) }
        #expect(forward == RevisionSum())
    }

    @Test("it is stored as 32 bytes, most significant first")
    func bytes() {
        let value = Digest256(words: (1, 2, 3, 0x0405))
        #expect(
            value.bytes == [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 2] + [0, 0, 0, 0, 0, 0, 0, 3]
                + [0, 0, 0, 0, 0, 0, 4, 5])
        #expect(Digest256(value.bytes) == value)
        #expect(Digest256([1, 2, 3]) == nil)
        #expect(Digest256(words: (0, .max, 0, 0)) < Digest256(words: (1, 0, 0, 0)))
    }
}
