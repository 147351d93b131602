import Domain

// About what a listed item takes in a message: a fixed part for ids, times and tags, and its texts as they are.
// `PageResult` cuts a page by these, so a value that is too small by a little is harmless: a page has 1 MiB, and the
// smallest message that can be set 2 MiB.

extension SourceFreshness {
    var listedBytes: Int { 128 + source.utf8.count + (toolVersion?.utf8.count ?? 0) + (lastRunID?.utf8.count ?? 0) }
}

extension Actor {
    var listedBytes: Int { 16 + (onBehalfOf?.utf8.count ?? 0) }
}

extension Principal {
    var listedBytes: Int { text.utf8.count }
}

extension AccessScope {
    /// The scope's name, which is the same for all that are listed: a display name at most.
    static let listedBytes = 256
}

extension RoleBindingRecord {
    var listedBytes: Int { 64 + AccessScope.listedBytes + binding.principal.listedBytes + createdBy.listedBytes }
}

extension AlertRuleRecord {
    var listedBytes: Int { 128 + AccessScope.listedBytes + receiver.listedBytes + createdBy.listedBytes }
}

extension NotificationRecord {
    var listedBytes: Int { 192 + title.utf8.count + body.utf8.count + (action?.utf8.count ?? 0) }
}

extension AuditEvent {
    var listedBytes: Int {
        384 + actor.listedBytes + method.utf8.count + action.utf8.count + (reason?.utf8.count ?? 0) + details.utf8.count
    }
}
