import ReviewPackModel

/// What was read of a record and is no text: kept until the record is complete and can be judged as a whole.
struct RecordDraft {
    var severityID: Int64?
    var statusID: Int64?
    var complianceStatusID: Int64?
    var classUID: Int64?
    var typeUID: Int64?
    var time: UnixMillis?
    var timeText: UnixMillis?
    var created: UnixMillis?
    var firstSeen: UnixMillis?
    var lastSeen: UnixMillis?
    /// The first element of `resources` was read; the others are passed over.
    var hasResource = false
    /// A native record with a key that only OCSF has.
    var looksLikeOCSF = false

    mutating func set(_ field: RecordSlot.NumberField, _ value: Int64) {
        switch field {
        case .severityID: severityID = value
        case .statusID: statusID = value
        case .complianceStatusID: complianceStatusID = value
        case .classUID: classUID = value
        case .typeUID: typeUID = value
        }
    }

    mutating func set(_ field: RecordSlot.TimeField, _ value: UnixMillis) {
        switch field {
        case .time: time = value
        case .timeText: timeText = value
        case .created: created = value
        case .firstSeen: firstSeen = value
        case .lastSeen: lastSeen = value
        }
    }
}
