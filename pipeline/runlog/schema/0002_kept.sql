CREATE TABLE kept (
    room  TEXT NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (room, name)
) STRICT;
