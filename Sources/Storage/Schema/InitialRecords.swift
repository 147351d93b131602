extension Schema {
    /// Notifications, alert rules, retry keys and the audit log.
    static let initialRecords = [
        """
        CREATE TABLE notification (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            recipient TEXT NOT NULL,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            tenant INTEGER REFERENCES tenant (number) ON DELETE CASCADE,
            pack BLOB,
            action TEXT,
            created_at INTEGER NOT NULL,
            read_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX notification_recipient ON notification (recipient, number)",
        "CREATE INDEX notification_unread ON notification (recipient) WHERE read_at IS NULL",
        "CREATE INDEX notification_tenant ON notification (tenant)",
        """
        CREATE TABLE alert_rule (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            scope INTEGER NOT NULL CHECK (scope IN (2, 3)),
            workspace INTEGER REFERENCES workspace (number) ON DELETE CASCADE,
            tenant INTEGER REFERENCES tenant (number) ON DELETE CASCADE,
            event TEXT NOT NULL,
            receiver TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            created_by_uid INTEGER,
            created_on_behalf_of TEXT,
            CHECK ((scope = 2) = (workspace IS NOT NULL) AND (scope = 3) = (tenant IS NOT NULL))
        ) STRICT
        """,
        "CREATE INDEX alert_rule_workspace ON alert_rule (workspace)",
        "CREATE INDEX alert_rule_tenant ON alert_rule (tenant)",
        // Alerts that are evaluated again and again are raised once per key.
        """
        CREATE TABLE alert_mark (
            key TEXT PRIMARY KEY,
            raised_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE idempotency (
            caller TEXT NOT NULL,
            method TEXT NOT NULL,
            request_id BLOB NOT NULL,
            request_digest BLOB NOT NULL,
            reference TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (caller, method, request_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX idempotency_expiry ON idempotency (expires_at)",
        """
        CREATE TABLE audit_event (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            actor_uid INTEGER,
            on_behalf_of TEXT,
            method TEXT NOT NULL,
            action TEXT NOT NULL,
            outcome INTEGER NOT NULL,
            reason TEXT,
            workspace BLOB,
            tenant BLOB,
            pack BLOB,
            count INTEGER NOT NULL,
            details TEXT NOT NULL,
            prev_hash BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT
        """,
        "CREATE INDEX audit_event_tenant ON audit_event (tenant) WHERE tenant IS NOT NULL",
        // The newest event's number and hash: without it, events missing at the end would not be noticed.
        """
        CREATE TABLE audit_head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT
        """,
        "INSERT INTO audit_head VALUES (1, 0, zeroblob(32))",
        // A guard against our own mistakes; the chain is the guard against others.
        """
        CREATE TRIGGER audit_event_keeps BEFORE UPDATE ON audit_event
        BEGIN SELECT raise(ABORT, 'audit events are never changed'); END
        """,
        """
        CREATE TRIGGER audit_event_stays BEFORE DELETE ON audit_event
        BEGIN SELECT raise(ABORT, 'audit events are never deleted'); END
        """,
    ]
}
