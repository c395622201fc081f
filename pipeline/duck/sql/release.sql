-- What every release holds besides its datasets.

CREATE TABLE quarantine (
    dataset     VARCHAR NOT NULL,
    snapshot_id VARCHAR,
    book        VARCHAR,
    sheet       VARCHAR,
    cell        VARCHAR,
    text        VARCHAR,
    reason      VARCHAR NOT NULL
);
COMMENT ON TABLE quarantine IS 'What was read but could not be used, with the reason; nothing of it is in a dataset';
COMMENT ON COLUMN quarantine.dataset IS 'Dataset it was read for';
COMMENT ON COLUMN quarantine.snapshot_id IS 'sha256 of the book, as in snapshots';
COMMENT ON COLUMN quarantine.book IS 'File name of the book';
COMMENT ON COLUMN quarantine.sheet IS 'Name of the sheet';
COMMENT ON COLUMN quarantine.cell IS 'Address of the cell or range in A1 form';
COMMENT ON COLUMN quarantine.text IS 'What stands there';
COMMENT ON COLUMN quarantine.reason IS 'Why it could not be used';

-- A figure made of several is as weak as the weakest of them. A code outside the list is an error rather than a guess.
CREATE MACRO obs_status_worst(statuses) AS CASE
    WHEN len(list_filter(statuses, lambda s: s NOT IN ('M', 'C', 'F', 'E', 'P', 'B', 'A'))) > 0
        THEN error('obs_status_worst: a status is none of M, C, F, E, P, B, A')
    WHEN list_contains(statuses, 'M') THEN 'M'
    WHEN list_contains(statuses, 'C') THEN 'C'
    WHEN list_contains(statuses, 'F') THEN 'F'
    WHEN list_contains(statuses, 'E') THEN 'E'
    WHEN list_contains(statuses, 'P') THEN 'P'
    WHEN list_contains(statuses, 'B') THEN 'B'
    WHEN list_contains(statuses, 'A') THEN 'A'
END;
COMMENT ON MACRO obs_status_worst IS 'The weakest of a list of observation statuses, in the order M, C, F, E, P, B, A: obs_status_worst(list(obs_status))';

CREATE MACRO growth_percent(now, before) AS CASE WHEN before > 0 THEN 100 * (now / before - 1) END;
COMMENT ON MACRO growth_percent IS 'Growth in percent from one value to a later one; null where the earlier one is not positive';

CREATE MACRO index_link(value, old_at_link, new_at_link) AS CASE WHEN old_at_link > 0 THEN value * new_at_link / old_at_link END;
COMMENT ON MACRO index_link IS 'A value of an old index series on the base of the new one, by the period that both have';
