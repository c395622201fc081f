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
) STRICT;

CREATE INDEX runs_by_start ON runs (started);

CREATE TABLE events (
    seq     INTEGER PRIMARY KEY,
    run_id  TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    at      TEXT NOT NULL,
    step    TEXT NOT NULL,
    subject TEXT NOT NULL,
    level   TEXT NOT NULL,
    message TEXT NOT NULL,
    fields  TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_run ON events (run_id, seq);
