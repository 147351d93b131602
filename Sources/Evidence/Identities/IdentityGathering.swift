import Domain

/// What kind of personal value a text is.
public enum IdentityKind: UInt8, CaseIterable, Sendable {
    case displayName = 1
    /// A user principal name; has the form of an address.
    case principalName = 2
    case address = 3
    /// What stands before the `@` of an address or principal name.
    case localPart = 4
}

/// Finds the names and addresses of people in the structured fields of imported data, for the tenant's redaction
/// dictionary.
///
/// What is handed out has passed `IdentityRule` and is not changed or folded; the same value may come again. An address
/// also yields its local part, and a guest's principal name the address that it was made from.
public enum IdentityGathering {
    public typealias Emit = (IdentityKind, UnsafeRawBufferPointer) throws -> Void

    /// The names of a finding's resources, and of their ids those that are names (`ResourceIdentifier`).
    ///
    /// Whether the resource is a person does not count: scanners do not say (Prowler calls a mailbox and a setting
    /// alike `NotDefined`), and a display name is a display name.
    public static func gather(from record: borrowing FindingRecord, _ emit: Emit) rethrows {
        // Names of merged records, and of further resources, are joined by lines.
        for field in [FindingField.resourceName, .unshownNames] where !record.isEmpty(field) {
            for name in lines(record.text(field)) { try gather(name, .displayName, emit) }
        }
        for id in lines(record.text(.resourceID)) {
            try ResourceIdentifier.forEachName(in: id) { try gather(single: $0, .displayName, emit) }
        }
    }

    /// The initiator of an operation run. Names in its context are gathered where it is parsed.
    public static func gather(fromInitiator initiator: String, _ emit: Emit) rethrows {
        var initiator = initiator
        try initiator.withUTF8 { bytes in
            // Our own initiators are a kind and a name, `user:adele`.
            let raw = UnsafeRawBufferPointer(bytes)
            let colon = raw.firstIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? 0
            try gather(UnsafeRawBufferPointer(rebasing: raw[colon...]), .displayName, emit)
        }
    }

    /// A value that stands in a field of the given kind; it may hold several names (`CompositeValue`).
    public static func gather(_ value: UnsafeRawBufferPointer, _ kind: IdentityKind, _ emit: Emit) rethrows {
        try CompositeValue.forEachPart(of: value) { try gather(single: $0, kind, emit) }
    }

    /// One name or address, without white space around it.
    private static func gather(single value: UnsafeRawBufferPointer, _ kind: IdentityKind, _ emit: Emit) rethrows {
        var text = value
        // Exchange writes the protocol before an address: `SMTP:adele@contoso.com`.
        for scheme in ["smtp:", "sip:", "x500:"] as [StaticString] where ASCII.beginsIgnoringCase(text, scheme) {
            text = suffix(text, scheme.utf8CodeUnitCount)
        }
        if accepts(text) { try emit(self.kind(of: text, in: kind), text) }
        guard let at = text.lastIndex(of: UInt8(ascii: "@")), at > 0 else { return }
        let local = prefix(text, at)
        if accepts(local) { try emit(.localPart, local) }
        try gatherGuest(local, emit)
    }

    private static func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count <= IdentityRule.maximumBytes && IdentityRule.accepts(text)
    }

    private static func kind(of text: UnsafeRawBufferPointer, in kind: IdentityKind) -> IdentityKind {
        kind == .displayName && looksLikeAddress(text) ? .address : kind
    }

    /// `adele_fabrikam.com#EXT#` was made from `adele@fabrikam.com`.
    private static func gatherGuest(_ local: UnsafeRawBufferPointer, _ emit: Emit) rethrows {
        guard local.count > 5, ASCII.equalsIgnoringCase(suffix(local, local.count - 5), "#ext#") else { return }
        let name = prefix(local, local.count - 5)
        guard let underscore = name.lastIndex(of: UInt8(ascii: "_")), underscore > 0 else { return }
        let person = prefix(name, underscore)
        if accepts(person) { try emit(.localPart, person) }
        try withUnsafeTemporaryAllocation(byteCount: name.count, alignment: 1) { scratch in
            scratch.copyMemory(from: name)
            scratch[underscore] = UInt8(ascii: "@")
            let address = UnsafeRawBufferPointer(scratch)
            if accepts(address) { try emit(.address, address) }
        }
    }

    /// Something, an `@`, and something with a point in it; no white space.
    static func looksLikeAddress(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= 6, text.count <= IdentityRule.maximumBytes,
            let at = text.lastIndex(of: UInt8(ascii: "@")), at > 0
        else { return false }
        let domain = suffix(text, at + 1)
        guard domain.contains(UInt8(ascii: ".")), domain.first != UInt8(ascii: ".") else { return false }
        return !text.contains { $0 <= 0x20 }
    }

    private static func prefix(_ text: UnsafeRawBufferPointer, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text.prefix(count))
    }

    private static func suffix(_ text: UnsafeRawBufferPointer, _ start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text.dropFirst(start))
    }

    private static func lines(_ text: UnsafeRawBufferPointer) -> LineSequence { LineSequence(rest: text) }

    private struct LineSequence: Sequence, IteratorProtocol {
        var rest: UnsafeRawBufferPointer?

        mutating func next() -> UnsafeRawBufferPointer? {
            guard let text = rest else { return nil }
            guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else {
                rest = nil
                return text
            }
            rest = IdentityGathering.suffix(text, end + 1)
            return IdentityGathering.prefix(text, end)
        }
    }
}
