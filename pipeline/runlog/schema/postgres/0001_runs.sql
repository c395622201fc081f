CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    started     TEXT NOT NULL,
    finished    TEXT,
    status      TEXT NOT NULL,
    exit_code   INTEGER,
    "release"   TEXT NOT NULL DEFAULT '',
    config_hash TEXT NOT NULL DEFAULT '',
    "trigger"   TEXT NOT NULL DEFAULT '',
    counters    TEXT NOT NULL DEFAULT '{}',
    message     TEXT NOT NULL DEFAULT ''
);

CREATE INDEX runs_by_start ON runs (started);

CREATE TABLE events (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id  TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    at      TEXT NOT NULL,
    step    TEXT NOT NULL,
    subject TEXT NOT NULL,
    level   TEXT NOT NULL,
    message TEXT NOT NULL,
    fields  TEXT NOT NULL
);

CREATE INDEX events_by_run ON events (run_id, seq);

CREATE TABLE kept (
    room  TEXT NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (room, name)
);

-- Who holds the lock that lets one process at a time build and publish. The lock itself is an advisory lock.
CREATE TABLE lock_holder (
    one    BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
    holder TEXT NOT NULL
);
