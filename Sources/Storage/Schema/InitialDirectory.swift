extension Schema {
    /// Workspaces, tenants, hardening and role bindings. `number` is the short key that other tables refer to; `id` is
    /// what callers see. Numbers are never used again, so a late reference cannot meet a stranger.
    static let initialDirectory = [
        """
        CREATE TABLE workspace (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            name TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE tenant (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            workspace INTEGER NOT NULL REFERENCES workspace (number),
            external_id BLOB NOT NULL UNIQUE CHECK (length(external_id) = 16),
            name TEXT NOT NULL,
            -- The name in lower case by Unicode's rules, for searching.
            folded_name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            -- What a pack's fingerprint needs to know of the findings; every import keeps it up to date.
            findings_revision BLOB NOT NULL CHECK (length(findings_revision) = 32),
            newest_last_seen_at INTEGER,
            -- How many findings a pack would hold, for the progress of a generation.
            findings_in_packs INTEGER NOT NULL DEFAULT 0,
            -- The ordinal that the next finding gets.
            next_finding INTEGER NOT NULL DEFAULT 1
        ) STRICT
        """,
        "CREATE INDEX tenant_workspace ON tenant (workspace, name)",
        """
        CREATE TABLE hardening (
            tenant INTEGER PRIMARY KEY REFERENCES tenant (number) ON DELETE CASCADE,
            scope_mode TEXT,
            last_checked_at INTEGER,
            last_setup_at INTEGER,
            put_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE hardening_canary (
            tenant INTEGER NOT NULL REFERENCES hardening (tenant) ON DELETE CASCADE,
            name TEXT NOT NULL,
            result TEXT NOT NULL,
            PRIMARY KEY (tenant, name)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE hardening_warning (
            tenant INTEGER NOT NULL REFERENCES hardening (tenant) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (tenant, position)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE role_binding (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            principal TEXT NOT NULL,
            role INTEGER NOT NULL,
            scope INTEGER NOT NULL,
            workspace INTEGER REFERENCES workspace (number) ON DELETE CASCADE,
            tenant INTEGER REFERENCES tenant (number) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            created_by_uid INTEGER,
            created_on_behalf_of TEXT,
            CHECK ((scope = 2) = (workspace IS NOT NULL) AND (scope = 3) = (tenant IS NOT NULL))
        ) STRICT
        """,
        """
        CREATE UNIQUE INDEX role_binding_identity
            ON role_binding (principal, role, scope, ifnull(workspace, 0), ifnull(tenant, 0))
        """,
        "CREATE INDEX role_binding_workspace ON role_binding (workspace)",
        "CREATE INDEX role_binding_tenant ON role_binding (tenant)",
    ]
}
