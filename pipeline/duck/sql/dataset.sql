-- Builds the vintages of one dataset from its staging table. A claim is what one version of a book says about one key.
-- No order of loading shows in the result: every ordering below ends in columns that tell its rows apart.
-- .Key, .Values and .Columns are lists of quoted column names; .Columns holds all of the staging table. Numbers stand
-- for keys, snapshots and addresses, in their order: sorting and joining texts would take most of the time.

CREATE TEMP TABLE __keys AS
SELECT *, row_number() OVER (ORDER BY {{list .Key}}) AS __key
FROM (SELECT DISTINCT {{list .Key}} FROM {{.Raw}});

-- Every version of a book at its address that has the dataset, with its place among them. The staging table's vintage
-- belongs to the first copy of a snapshot; a version that brings the same bytes again, or elsewhere, counts from its
-- own date.
CREATE TEMP TABLE __editions AS
WITH copies AS (
    SELECT version AS __version,
        dense_rank() OVER (ORDER BY snapshot_id) AS __snapshot, snapshot_id,
        dense_rank() OVER (ORDER BY uri, source) AS __address,
        CASE WHEN row_number() OVER (PARTITION BY snapshot_id ORDER BY uri, source, version) > 1
            THEN CASE WHEN version = 1 THEN coalesce(published, retrieved_at) ELSE retrieved_at END END AS __own_vintage
    FROM {{.Snapshots}}
    WHERE snapshot_id IN (SELECT snapshot_id FROM {{.Raw}})
)
SELECT *, dense_rank() OVER (PARTITION BY __address ORDER BY __version) AS __edition,
    count(*) OVER (PARTITION BY __address) > 1 AS __several
FROM copies;

CREATE TEMP TABLE __cells AS
SELECT raw.rowid AS __id, __key, __snapshot, {{list (of "raw" .Values)}}, raw.vintage_from AS __vintage_from
FROM {{.Raw}} raw
JOIN __keys ON {{range $i, $k := .Key}}{{if $i}} AND {{end}}raw.{{$k}} IS NOT DISTINCT FROM __keys.{{$k}}{{end}}
JOIN (SELECT DISTINCT snapshot_id, __snapshot FROM __editions) books ON books.snapshot_id = raw.snapshot_id;

-- Keys that stand more than once in a snapshot have variants: sets of cells with equal values. The first variant is
-- that of the first cell.
CREATE TEMP TABLE __repeated AS
WITH placed AS (
    SELECT __id, __key, __snapshot, raw.*,
        TRY_CAST(regexp_extract(raw.cell, '[0-9]+') AS BIGINT) AS __row, lpad(regexp_extract(raw.cell, '[A-Z]+'), 3, ' ') AS __column
    FROM (SELECT __key, __snapshot FROM __cells GROUP BY ALL HAVING count(*) > 1)
    JOIN __cells USING (__key, __snapshot)
    JOIN {{.Raw}} raw ON raw.rowid = __id
), numbered AS (
    SELECT *, row_number() OVER (
        PARTITION BY __snapshot, __key
        ORDER BY sheet, __row, __column, cell, vintage_from, {{list .Values}}, {{list .Columns}}
    ) AS __nth
    FROM placed
), variants AS (
    SELECT *, min(__nth) OVER (PARTITION BY __snapshot, __key, {{list .Values}}) AS __variant
    FROM numbered
)
SELECT *, max(__variant) OVER (PARTITION BY __snapshot, __key) AS __last_variant
FROM variants;

-- A key with two values in one snapshot has none that can be trusted: all its cells are set aside.
INSERT INTO quarantine
WITH torn AS (
    SELECT *, sheet || '!' || cell AS __place FROM __repeated WHERE __last_variant > 1
), placed AS (
    SELECT *,
        arg_min(__place, __nth) OVER k AS __first_place,
        arg_max(__place, CASE WHEN __nth = __variant THEN __nth END) OVER k AS __last_place
    FROM torn
    WINDOW k AS (PARTITION BY __snapshot, __key)
), books AS (
    SELECT snapshot_id, min(name) AS __book FROM {{.Snapshots}} GROUP BY snapshot_id
)
SELECT DISTINCT {{.Dataset}}, snapshot_id, __book, sheet, cell, {{.Text}},
    {{.Reason}} || CASE WHEN __variant = 1 THEN __last_place ELSE __first_place END
FROM placed JOIN books USING (snapshot_id)
ORDER BY ALL;

-- What the versions say, one row a key. A torn key is there, but nothing is said about it.
CREATE TEMP TABLE __said AS
SELECT __cells.*, __address, __version, __edition, __several,
    coalesce(__own_vintage, __vintage_from) AS __vintage, coalesce(__last_variant > 1, false) AS __torn
FROM __cells LEFT JOIN (SELECT __id, __nth, __last_variant FROM __repeated) USING (__id) JOIN __editions USING (__snapshot)
WHERE coalesce(__nth, 1) = 1;

CREATE TEMP TABLE __claims AS
WITH claims AS (
    SELECT __id, __key, __address, __version, __several, __vintage, true AS __says, {{list .Values}} FROM __said WHERE NOT __torn
{{- if not .Moving}}
    UNION ALL BY NAME
    -- The next version of the book does not have the key any more.
    SELECT said.__key, said.__address, next.version AS __version, true AS __several, next.vintage AS __vintage, false AS __says
    FROM __said said
    JOIN (
        SELECT __address, __edition, any_value(__version) AS version, max(__vintage) AS vintage
        FROM __said GROUP BY __address, __edition
    ) next ON next.__address = said.__address AND next.__edition = said.__edition + 1
    ANTI JOIN __said again
        ON again.__address = said.__address AND again.__edition = said.__edition + 1 AND again.__key = said.__key
{{- end}}
)
-- A version never counts before the one it replaces.
SELECT * REPLACE (max(__vintage) OVER (PARTITION BY __address, __key ORDER BY __version) AS __vintage)
FROM claims WHERE __several
UNION ALL
SELECT * FROM claims WHERE NOT __several;

-- What was known when. A withdrawal counts only where the address that withdraws is the one that spoke last; a value
-- that is said again stays with the cell that said it first.
CREATE TABLE {{.History}} AS
WITH heard AS (
    SELECT *, last_value(CASE WHEN __says THEN __address END IGNORE NULLS) OVER (
        PARTITION BY __key ORDER BY __vintage, __address, __version
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS __speaker
    FROM __claims
), changes AS (
    SELECT * FROM heard
    WHERE __says OR __speaker = __address
    WINDOW k AS (PARTITION BY __key ORDER BY __vintage, __address, __version)
    QUALIFY lag(__says) OVER k IS DISTINCT FROM __says
    {{- range .Values}}
        OR lag({{.}}) OVER k IS DISTINCT FROM {{.}}
    {{- end}}
), spans AS (
    SELECT __id, __key, __address, __version, __says, __vintage,
        lead(__vintage) OVER (PARTITION BY __key ORDER BY __vintage, __address, __version) AS __until
    FROM changes
)
SELECT raw.* REPLACE (__vintage AS vintage_from), __until AS vintage_to
FROM spans JOIN {{.Raw}} raw ON raw.rowid = __id
WHERE __says
ORDER BY __key, __vintage, __until NULLS LAST, __address, __version;

CREATE VIEW {{.Latest}} AS SELECT * FROM {{.History}} WHERE vintage_to IS NULL;

CREATE MACRO {{.AsOf}}(ts) AS TABLE SELECT * FROM {{.History}}
WHERE vintage_from <= CAST(ts AS TIMESTAMPTZ) AND (vintage_to IS NULL OR vintage_to > CAST(ts AS TIMESTAMPTZ));
