/// The rule by which a finding's fingerprint is made, as `metadata.json` names it; `FindingFingerprint` carries it out.
public enum FindingIdentityRule {
    public static let version: UInt8 = 2

    public static let text = """
        HMAC-SHA256 under a secret key of the tenant, over tool, check id and resource id; without a resource id its \
        name, without both the finding's own id; of a native finding over source and uid
        """
}
