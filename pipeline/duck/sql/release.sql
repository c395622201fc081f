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
COMMENT ON MACRO growth_percent IS 'Growth in percent from one value to a later one; null where the earlier one is not positive. It does not know what stands between them: growth_of stops at breaks';

CREATE MACRO index_link(value, old_at_link, new_at_link) AS CASE WHEN old_at_link > 0 THEN value * new_at_link / old_at_link END;
COMMENT ON MACRO index_link IS 'A value of an old index series on the base of the new one, by the period that both have';

CREATE MACRO link_factor(old_at_link, new_at_link) AS CASE WHEN old_at_link > 0 THEN new_at_link / old_at_link END;
COMMENT ON MACRO link_factor IS 'By what an old index series is multiplied to stand on the base of the new one, by the period that both have';

CREATE MACRO index_rebase(value, value_at_base) AS CASE WHEN value_at_base > 0 THEN 100 * value / value_at_base END;
COMMENT ON MACRO index_rebase IS 'A value of an index in percent of its value in the new base period';

-- What tells the series of a row apart: all of it but the period, the figures and where they come from.
CREATE MACRO series_of(r) AS json_merge_patch(to_json(r), '{"time_period": null, "period_start": null, "period_end": null,
    "obs_value": null, "obs_low": null, "obs_high": null, "obs_status": null, "obs_comment": null,
    "snapshot_id": null, "sheet": null, "cell": null, "vintage_from": null, "vintage_to": null, "correction": null}')::VARCHAR;
COMMENT ON MACRO series_of IS 'What tells the series of a row of a dataset apart, as text: series_of(t) FROM dataset t';

-- Two figures of a series have no growth between them where the series breaks on the way: a figure after the first, up to
-- the second, has the status B, or a code of theirs had not one meaning in both periods. Of which list a column's codes are
-- is said by its comment. Names are left out one at a time, for the reason given below.
CREATE MACRO growth_of(dataset, months) AS TABLE
WITH figures AS (
    SELECT *, series_of(t) AS __series FROM query_table(dataset) t
), pairs AS (
    SELECT a.*, b.obs_value AS value_before, b.period_start AS __start, b.period_end AS __end
    FROM figures a JOIN figures b ON b.__series = a.__series AND b.period_start = a.period_start - to_months(months::INTEGER)
), lists AS (
    SELECT DISTINCT column_name, regexp_extract(comment, 'code list ([^; ]+)$', 1) AS code_list
    FROM duckdb_columns() WHERE table_name = dataset AND regexp_matches(comment, 'code list [^; ]+$')
), spans AS (
    SELECT DISTINCT __series, __start, __end, period_start, period_end FROM pairs
), coded AS (
    SELECT s.*, l.column_name, l.code_list, json_extract_string(s.__series, l.column_name) AS code FROM spans s, lists l
), reasons AS (
    SELECT f.__series, s.period_start, s.__start, 'the series breaks in ' || min_by(f.time_period, f.period_start) AS growth_break
    FROM spans s JOIN figures f ON f.__series = s.__series AND f.obs_status = 'B' AND f.period_start > s.__start AND f.period_start <= s.period_start
    GROUP BY ALL
    UNION ALL
    SELECT __series, period_start, __start, 'the meaning of ' || string_agg(column_name || ' ' || code, ', ' ORDER BY column_name) || ' changes'
    FROM coded c
    WHERE EXISTS (FROM code_lists l WHERE l.code_list = c.code_list AND l.code = c.code)
        AND NOT EXISTS (FROM code_lists l WHERE l.code_list = c.code_list AND l.code = c.code
            AND coalesce(l.valid_from, DATE '0001-01-01') <= c.__end AND coalesce(l.valid_to, DATE '9999-12-31') >= c.period_end)
    GROUP BY ALL
), breaks AS (
    SELECT __series, period_start, __start, string_agg(growth_break, '; ' ORDER BY growth_break) AS growth_break FROM reasons GROUP BY ALL
), joined AS (
    SELECT p.*, CASE WHEN b.growth_break IS NULL THEN growth_percent(p.obs_value, p.value_before) END AS growth, b.growth_break
    FROM pairs p LEFT JOIN breaks b ON b.__series = p.__series AND b.period_start = p.period_start AND b.__start = p.__start
)
SELECT * EXCLUDE (__end) FROM (SELECT * EXCLUDE (__start) FROM (SELECT * EXCLUDE (__series) FROM joined));
COMMENT ON MACRO TABLE growth_of IS 'Growth in percent of every series of a dataset against so many months before: FROM growth_of(''output'', 12); null across a break, of which growth_break tells';

CREATE MACRO rebased(dataset, base) AS TABLE
WITH figures AS (SELECT *, series_of(t) AS __series FROM query_table(dataset) t)
SELECT a.* EXCLUDE (__series), b.obs_value AS value_at_base, index_rebase(a.obs_value, b.obs_value) AS rebased
FROM figures a JOIN figures b ON b.__series = a.__series AND b.time_period = base;
COMMENT ON MACRO TABLE rebased IS 'Every series of a dataset as an index of which a period is 100: FROM rebased(''output'', ''2020'')';

-- One column is replaced at a time: DuckDB writes down a list of them in an order of its own, which would differ from one
-- build to the next.
CREATE MACRO monthly_of_cumulative(dataset) AS TABLE
WITH cumulative AS (
    SELECT *, json_merge_patch(series_of(t), '{"freq": null}')::VARCHAR AS __series, date_diff('month', period_start, period_end) + 1 AS __months
    FROM query_table(dataset) t WHERE month(period_start) = 1
), alone AS (
    SELECT * REPLACE (CASE WHEN __months = 1 THEN obs_value WHEN lag(__months) OVER w = __months - 1 THEN obs_value - lag(obs_value) OVER w END AS obs_value)
    FROM cumulative
    WINDOW w AS (PARTITION BY __series, year(period_start) ORDER BY __months)
), begun AS (
    SELECT * REPLACE (date_trunc('month', period_end)::DATE AS period_start) FROM (SELECT * EXCLUDE (__months) FROM (SELECT * EXCLUDE (__series) FROM alone))
), named AS (
    SELECT * REPLACE (strftime(period_end, '%Y-%m') AS time_period) FROM begun
)
SELECT * REPLACE ('M' AS freq) FROM named;
COMMENT ON MACRO TABLE monthly_of_cumulative IS 'The months of figures that are published as running totals of the year; null where the total of the month before is missing';

CREATE MACRO as_of(dataset, ts) AS TABLE
SELECT * FROM query_table(dataset || '_history')
WHERE vintage_from <= CAST(ts AS TIMESTAMPTZ) AND (vintage_to IS NULL OR vintage_to > CAST(ts AS TIMESTAMPTZ));
COMMENT ON MACRO TABLE as_of IS 'A dataset as it was known at a time: FROM as_of(''output'', ''2024-09-30'')';
