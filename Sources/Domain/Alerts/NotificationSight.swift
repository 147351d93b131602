/// Which notifications may be told: those about a pack to whoever may see that pack, those about a scan to members of
/// its tenant.
///
/// It is decided twice. Writing leaves out a subject that may not see what happened: its bindings are all that it has.
/// Which groups a user is in, and who is an administrator, a connection alone tells, so for users and groups every
/// reading decides; and it decides again for subjects, whose rights may be gone since.
public struct NotificationSight: Sendable, Equatable {
    /// Where the reader may see packs.
    public var packs: VisibleScopes
    /// Where the reader may see how scans went.
    public var scans: VisibleScopes

    public init(packs: VisibleScopes, scans: VisibleScopes) {
        self.packs = packs
        self.scans = scans
    }

    public static let everything = NotificationSight(packs: .everything, scans: .everything)
}

extension AccessDecision {
    /// Which of its notifications the caller may still see.
    public var notifications: NotificationSight {
        NotificationSight(packs: scopes(holding: .viewReviewPacks), scans: memberScopes)
    }
}
