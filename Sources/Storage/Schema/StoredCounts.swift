import Bytes
import Domain
import GRDB

extension Schema {
    /// How many findings a tenant has of each status and severity, so that no call has to count them.
    ///
    /// An import keeps the numbers by what it writes (`FindingRows`): a trigger would journal every page of every row
    /// once more, which more than doubled the time of an import. Whatever removes findings, a prune or a deletion, is
    /// counted by a trigger. Migrations count anew (`recountFindings`).
    static let storedCounts = [
        """
        CREATE TABLE finding_count (
            tenant INTEGER NOT NULL REFERENCES tenant (number) ON DELETE CASCADE,
            status INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            findings INTEGER NOT NULL,
            PRIMARY KEY (tenant, status, severity)
        ) STRICT, WITHOUT ROWID
        """,
        allCounts,
        """
        CREATE TRIGGER finding_removed AFTER DELETE ON finding BEGIN
            UPDATE finding_count SET findings = findings - 1
                WHERE tenant = old.tenant AND status = old.status AND severity = old.severity;
        END
        """,
        // Receivers are found by a number in place of their text, in one index in place of two: those of an event lie
        // in few pages, and pages are what an event with many receivers writes.
        "ALTER TABLE notification ADD COLUMN receiver INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX notification_unread",
        // What is bound to the system is counted before a binding is added.
        "CREATE INDEX role_binding_system ON role_binding (role) WHERE scope = 1",
    ]

    // A damaged row is no finding of anybody's: it must not keep the service from starting.
    private static let allCounts =
        """
        INSERT INTO finding_count (tenant, status, severity, findings)
            SELECT tenant, status, severity, count(*) FROM finding
            WHERE tenant IN (SELECT number FROM tenant) AND typeof(status) = 'integer' AND typeof(severity) = 'integer'
            GROUP BY tenant, status, severity
        """

    /// Counts the findings of all tenants anew, behind a migration that changed them.
    static func recountFindings(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM finding_count")
        try database.execute(sql: allCounts)
    }

    /// Numbers the receivers of the notifications that are there.
    static func numberReceivers(_ database: Database) throws {
        for text in try String.fetchAll(database, sql: "SELECT DISTINCT recipient FROM notification") {
            try database.execute(
                sql: "UPDATE notification SET receiver = ? WHERE recipient = ?",
                arguments: [Principal.receiverNumber(text), text])
        }
        try database.execute(sql: "DROP INDEX notification_recipient")
        try database.execute(sql: "CREATE INDEX notification_receiver ON notification (receiver, read_at)")
    }
}
