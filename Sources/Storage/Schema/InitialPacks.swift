extension Schema {
    /// Operation runs and review packs. The two partial unique indexes make races impossible: one live pack for a
    /// fingerprint, one active generation for a tenant. Status numbers are those of `PackStatus` at release; a schema
    /// change is never edited, so they stand here as numbers.
    static let initialPacks = [
        """
        CREATE TABLE operation_run (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL CHECK (length(id) = 16),
            tenant INTEGER REFERENCES tenant (number) ON DELETE CASCADE,
            type TEXT NOT NULL,
            status INTEGER NOT NULL,
            outcome INTEGER,
            reason_code TEXT,
            initiator TEXT NOT NULL,
            on_behalf_of TEXT,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            context TEXT NOT NULL,
            -- The pack whose generation the run tracks: the run lives as long as the pack.
            pack BLOB,
            -- Whether the run came by an import; only such runs may be changed by one.
            imported INTEGER NOT NULL DEFAULT 0,
            UNIQUE (id, tenant)
        ) STRICT
        """,
        "CREATE INDEX operation_run_tenant ON operation_run (tenant, started_at)",
        "CREATE INDEX operation_run_type ON operation_run (tenant, type, started_at)",
        """
        CREATE TABLE review_pack (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            workspace INTEGER NOT NULL REFERENCES workspace (number),
            tenant INTEGER NOT NULL REFERENCES tenant (number),
            operation_run BLOB NOT NULL,
            initiator_uid INTEGER,
            initiator_on_behalf_of TEXT,
            status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 5),
            failure_reason TEXT,
            superseded_by BLOB,
            fingerprint BLOB,
            previous_fingerprint BLOB,
            summary TEXT,
            options TEXT NOT NULL,
            retention_days INTEGER NOT NULL,
            file_disk TEXT NOT NULL,
            file_path TEXT,
            file_size INTEGER,
            sha256 BLOB,
            generated_at INTEGER,
            expires_at INTEGER,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            CHECK (status <> 3 OR (fingerprint IS NOT NULL AND sha256 IS NOT NULL AND file_path IS NOT NULL
                AND file_size IS NOT NULL AND generated_at IS NOT NULL AND expires_at IS NOT NULL))
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX review_pack_tenant_status ON review_pack (tenant, status)",
        "CREATE INDEX review_pack_tenant_generated_at ON review_pack (tenant, generated_at)",
        "CREATE INDEX review_pack_status_expires_at ON review_pack (status, expires_at)",
        """
        CREATE UNIQUE INDEX review_pack_live_fingerprint ON review_pack (tenant, fingerprint)
            WHERE fingerprint IS NOT NULL AND status NOT IN (4, 5)
        """,
        "CREATE UNIQUE INDEX review_pack_active ON review_pack (tenant) WHERE status IN (1, 2)",
        """
        CREATE TABLE pack_blocks (
            pack BLOB PRIMARY KEY REFERENCES review_pack (id) ON DELETE CASCADE,
            -- SHA-256 of each block of 1 MiB, one after the other.
            digests BLOB NOT NULL CHECK (length(digests) % 32 = 0)
        ) STRICT
        """,
    ]
}
