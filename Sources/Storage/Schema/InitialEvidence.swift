extension Schema {
    /// Findings, reports, sources, names.
    ///
    /// A finding's row is narrow, because every run of a scanner moves its times: texts that are the same for all
    /// findings of a check stand in `check_text`, the long and lasting ones in `finding_detail`.
    ///
    /// `finding.id` is the tenant's number times 2^40 plus the finding's ordinal in the tenant (`FindingKey`): rows of
    /// a tenant lie together, in the order in which they were first stored, so a pack reads them without sorting.
    /// Findings have no foreign keys (half a million checks an import); deleting a tenant deletes its ranges.
    static let initialEvidence = [
        """
        CREATE TABLE finding_check (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant INTEGER NOT NULL,
            source TEXT NOT NULL,
            check_id TEXT NOT NULL,
            -- The time of the newest run that evaluated the check; NULL when only native records name it.
            evaluated_at INTEGER,
            UNIQUE (tenant, source, check_id)
        ) STRICT
        """,
        """
        CREATE TABLE check_text (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant INTEGER NOT NULL,
            finding_check INTEGER NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            source_version TEXT NOT NULL,
            check_version TEXT NOT NULL,
            title TEXT NOT NULL,
            description TEXT NOT NULL,
            remediation TEXT NOT NULL,
            UNIQUE (tenant, digest)
        ) STRICT
        """,
        """
        CREATE TABLE finding (
            id INTEGER PRIMARY KEY,
            tenant INTEGER NOT NULL,
            fingerprint BLOB NOT NULL,
            content BLOB NOT NULL,
            check_text INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            result INTEGER NOT NULL,
            status INTEGER NOT NULL,
            acknowledgement INTEGER NOT NULL,
            occurrences INTEGER NOT NULL,
            first_seen_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            resolved_at INTEGER,
            decided_at INTEGER NOT NULL,
            -- The time of the run that `result` is of.
            result_at INTEGER NOT NULL,
            status_reason TEXT
        ) STRICT
        """,
        "CREATE UNIQUE INDEX finding_identity ON finding (tenant, fingerprint)",
        """
        CREATE TABLE finding_detail (
            id INTEGER PRIMARY KEY,
            resource_type TEXT NOT NULL,
            resource_id TEXT NOT NULL,
            resource_name TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE report (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant INTEGER NOT NULL REFERENCES tenant (number) ON DELETE CASCADE,
            type INTEGER NOT NULL,
            fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
            measured_at INTEGER NOT NULL,
            payload_bytes INTEGER NOT NULL,
            imported_at INTEGER NOT NULL,
            UNIQUE (tenant, type, fingerprint)
        ) STRICT
        """,
        "CREATE INDEX report_latest ON report (tenant, type, measured_at)",
        """
        CREATE TABLE report_part (
            report INTEGER NOT NULL REFERENCES report (id) ON DELETE CASCADE,
            part INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE (report, part)
        ) STRICT
        """,
        """
        CREATE TABLE source_state (
            tenant INTEGER NOT NULL REFERENCES tenant (number) ON DELETE CASCADE,
            source TEXT NOT NULL,
            tool_version TEXT,
            last_run_id TEXT,
            last_run_at INTEGER,
            last_imported_at INTEGER,
            checks_evaluated INTEGER NOT NULL DEFAULT 0,
            passed INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            manual INTEGER NOT NULL DEFAULT 0,
            errors INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (tenant, source)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE identity_text (
            tenant INTEGER NOT NULL REFERENCES tenant (number) ON DELETE CASCADE,
            text TEXT NOT NULL,
            PRIMARY KEY (tenant, text)
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
