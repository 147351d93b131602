import Domain

/// What was read of a record and is no text: kept until the record is complete and can be judged as a whole.
struct RecordDraft {
    /// A time and where it stands.
    struct Dated {
        var time: StatedTime
        var position: RecordPosition
    }

    var severityID: Int64?
    var statusID: Int64?
    var complianceStatusID: Int64?
    var classUID: Int64?
    var typeUID: Int64?
    var time: Dated?
    var timeText: Dated?
    var created: Dated?
    var firstSeen: Dated?
    var lastSeen: Dated?
    var activityID: Int64?
    /// A resource was read; the others join it.
    var hasResource = false
    /// A native record with a key that only OCSF has.
    var looksLikeOCSF = false

    /// Whether the event ends its finding: the activity Close (3), which is also the last digit of `type_uid`.
    func closes(_ activity: UnsafeRawBufferPointer) -> Bool {
        if let activityID, activityID != 0, activityID != 99 { return activityID == 3 }
        if ASCII.equalsIgnoringCase(activity, "close") || ASCII.equalsIgnoringCase(activity, "closed") { return true }
        return typeUID.map { $0 % 100 == 3 } ?? false
    }

    mutating func set(_ field: RecordSlot.NumberField, _ value: Int64) {
        switch field {
        case .severityID: severityID = value
        case .statusID: statusID = value
        case .complianceStatusID: complianceStatusID = value
        case .classUID: classUID = value
        case .typeUID: typeUID = value
        case .activityID: activityID = value
        }
    }

    mutating func set(_ field: RecordSlot.TimeField, _ value: Dated) {
        switch field {
        case .time: time = value
        case .timeText: timeText = value
        case .created: created = value
        case .firstSeen: firstSeen = value
        case .lastSeen: lastSeen = value
        }
    }
}
