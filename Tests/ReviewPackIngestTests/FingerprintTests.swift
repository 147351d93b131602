import ReviewPackModel
import Testing

@testable import ReviewPackIngest

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

func fingerprint(_ sample: Sample, tenant: TenantExternalID = contoso) throws -> Hash256 {
    var encoder = FindingFingerprint(tenant: tenant)
    var digest = Hash256.zero
    try withRecord(sample) { digest = encoder.digest(of: $0) }
    return digest
}

@Suite("Fingerprints and digests")
struct FingerprintTests {
    static let user = resource([
        ("uid", .text("5B0D3D4C-41A9-4E9B-9B6B-0C1F8E2A7D11")), ("type", .text("user")), ("name", .text("Adele")),
    ])

    // The expected values were computed from the byte table with another program.
    @Test("the encoding is the documented one")
    func golden() throws {
        #expect(
            try fingerprint(ocsfSample).description
                == "627a827c52955e3e1c340d7899ad3cc3f4347a5e19d9d6da2c86a4d2bd151565")
        #expect(
            try fingerprint(Self.user).description
                == "9dffe70817a56a6688316e40b4d3f64f2881795fe6ac9bbe13e8da11feecf8fd")
        #expect(
            try fingerprint(nativeSample).description
                == "120a9f0872fb84bcdce7216af4a5ab18aea5a30cc4309f65783e916bc3d4c8b0")
    }

    @Test("names, texts, severity, result and times leave it alone")
    func stable() throws {
        var changed = Self.user.with("severity", .text("Low")).with("status_code", .text("PASS"))
            .with("time", .raw("1775008800")).with("metadata.product.version", .text("6.0"))
            .with("finding_info", .object([("title", .text("Other"))]))
        #expect(try fingerprint(changed) == fingerprint(Self.user))
        changed = resource([
            ("uid", .text("5b0d3d4c-41a9-4e9b-9b6b-0c1f8e2a7d11")), ("type", .text("user")), ("name", .text("Renamed")),
        ])
        #expect(try fingerprint(changed) == fingerprint(Self.user))
        let native = nativeSample.with("check_id", .text("other")).with("resource_uid", .text("other"))
        #expect(try fingerprint(native) == fingerprint(nativeSample))
    }

    @Test("tool, tenant, check, resource type and resource id each change it; capitals count in ids that are no GUIDs")
    func distinct() throws {
        let other = try #require(TenantExternalID("aaaaaaaa-6c1c-4d0a-9d53-2f1d1a6f8b10"))
        let all = [
            try fingerprint(ocsfSample), try fingerprint(ocsfSample, tenant: other),
            try fingerprint(ocsfSample.with("metadata.event_code", .text("entra_check_two"))),
            try fingerprint(ocsfSample.with("metadata.product.name", .text("Other"))),
            try fingerprint(resource([("uid", .text("policies")), ("type", .text("x"))])),
            try fingerprint(resource([("uid", .text("Policies")), ("type", .text("x"))])),
            try fingerprint(resource([("uid", .text("xpolicies")), ("type", .text(""))])),
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
    ) throws -> (content: Hash256, row: Hash256) {
        var encoder = FindingDigest()
        var result = (content: Hash256.zero, row: Hash256.zero)
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
        #expect(digests.row.description == "fc2169e5d4b7d3f1fcb7bb90e561c6917909131f4b6fd1da0f0e56436d6aa63f")
    }

    @Test("every cell that a pack shows is in the row's digest, and nothing else")
    func coverage() throws {
        let plain = try rowDigest(nativeSample)
        let texts = [
            "check_id", "title", "resource_type", "resource_uid", "resource_name", "description", "detail",
            "remediation", "source", "source_version", "check_version",
        ]
        var seen: Set<Hash256> = [plain.row]
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

@Suite("Revision sum")
struct RevisionSumTests {
    @Test("carries and borrows go through all words")
    func carries() {
        let one = Hash256(words: (0, 0, 0, 1))
        let all = Hash256(words: (.max, .max, .max, .max))
        var sum = RevisionSum(all)
        sum.add(one)
        #expect(sum == RevisionSum())
        sum.subtract(one)
        #expect(sum.value == all)
        sum = RevisionSum(Hash256(words: (0, 0, .max, .max)))
        sum.add(one)
        #expect(sum.value == Hash256(words: (0, 1, 0, 0)))
        sum.add(all)
        sum.add(one)
        #expect(sum.value == Hash256(words: (0, 1, 0, 0)))
    }

    @Test("the same digests give the same sum in any order, and taking them away gives zero")
    func order() {
        var random = SystemRandomNumberGenerator()
        let digests = (0..<200).map { _ in
            Hash256(words: (random.next(), random.next(), random.next(), random.next()))
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
        let value = Hash256(words: (1, 2, 3, 0x0405))
        #expect(
            value.bytes == [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 2] + [0, 0, 0, 0, 0, 0, 0, 3]
                + [0, 0, 0, 0, 0, 0, 4, 5])
        #expect(Hash256(value.bytes) == value)
        #expect(Hash256([1, 2, 3]) == nil)
        #expect(Hash256(words: (0, .max, 0, 0)) < Hash256(words: (1, 0, 0, 0)))
    }
}
