-- Builds the vintages of one dataset from its staging table. A claim is what one version of a book says about one key.
-- No order of loading shows in the result: every ordering below ends in columns that tell its rows apart.
-- .Key, .Values and .Columns are lists of quoted column names; .Columns holds all of the staging table. Numbers stand
-- for keys, snapshots and addresses, in their order: sorting and joining texts would take most of the time.
{{define "work" -}}
-- What is worked out on the way. Nothing of it is kept, and what is no longer needed is dropped at once: the result alone
-- may take all the memory there is.

CREATE TEMP TABLE __keys AS
SELECT *, row_number() OVER (ORDER BY {{list .Key}}) AS __key
FROM (SELECT DISTINCT {{list .Key}} FROM {{.Raw}});

-- Every version of a book at its address that has the dataset, with its place among them. The staging table's vintage
-- belongs to the first copy of a snapshot; a version that brings the same bytes again, or elsewhere, counts from its
-- own date. A version is whole when none of its cells went to quarantine as it was read.
CREATE TEMP TABLE __editions AS
WITH copies AS (
    SELECT version AS __version,
        dense_rank() OVER (ORDER BY snapshot_id) AS __snapshot, snapshot_id,
        dense_rank() OVER (ORDER BY uri, source) AS __address,
        CASE WHEN row_number() OVER (PARTITION BY snapshot_id ORDER BY uri, source, version) > 1
            THEN CASE WHEN version = 1 THEN coalesce(published, retrieved_at) ELSE retrieved_at END END AS __own_vintage,
        snapshot_id NOT IN (SELECT snapshot_id FROM quarantine WHERE dataset = {{.Dataset}} AND snapshot_id IS NOT NULL) AS __whole
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

-- What the versions say, one row a key. A torn key is there, but nothing is said about it. It is a view, as are the
-- claims below: they are as long as the staging table, and are only read through once or twice.
CREATE TEMP VIEW __said AS
SELECT __id, __key, __address, __version, __edition, __several, coalesce(__own_vintage, __vintage_from) AS __vintage,
    coalesce(__last_variant > 1, false) AS __torn, {{list .Values}}
FROM __cells LEFT JOIN (SELECT __id, __nth, __last_variant FROM __repeated) USING (__id) JOIN __editions USING (__snapshot)
WHERE coalesce(__nth, 1) = 1;

-- A later version of the book does not have the key any more. What a version has in quarantine may be that very key, so
-- only a version without such cells can withdraw.
CREATE TEMP TABLE __withdrawals AS
{{- if .Moving}}
SELECT __key, __address, __version, __vintage FROM __said WHERE false;
{{- else}}
WITH editions AS (
    SELECT __address, __edition, any_value(__version) AS __version, max(__vintage) AS __vintage FROM __said WHERE __several GROUP BY ALL
), followed AS (
    SELECT e.__address, e.__edition, min(w.__edition) AS __next
    FROM editions e JOIN __editions w ON w.__address = e.__address AND w.__edition > e.__edition AND w.__whole
    GROUP BY ALL
)
SELECT said.__key, said.__address, next.__version, next.__vintage
FROM __said said
JOIN followed USING (__address, __edition)
JOIN editions next ON next.__address = said.__address AND next.__edition = followed.__next
ANTI JOIN __said again ON again.__address = said.__address AND again.__key = said.__key
    AND again.__edition > said.__edition AND again.__edition <= followed.__next
WHERE said.__several;
{{- end}}

-- A version never counts before the one it replaces.
CREATE TEMP VIEW __claims AS
WITH replacing AS (
    SELECT __id, __key, __address, __version, __vintage, true AS __says, {{list .Values}} FROM __said WHERE NOT __torn AND __several
    UNION ALL BY NAME
    SELECT *, false AS __says FROM __withdrawals
), claims AS (
    SELECT * REPLACE (max(__vintage) OVER (PARTITION BY __address, __key ORDER BY __version) AS __vintage) FROM replacing
    UNION ALL BY NAME
    SELECT __id, __key, __address, __version, __vintage, true AS __says, {{list .Values}} FROM __said WHERE NOT __torn AND NOT __several
)
SELECT * FROM claims{{with .AsOf}} WHERE __vintage <= {{.}}{{end}};

-- A withdrawal counts only where the address that withdraws is the one that spoke last. Most keys are never withdrawn, so
-- that only the others are looked at more closely.
CREATE TEMP TABLE __heard AS
WITH heard AS (
    SELECT *, last_value(CASE WHEN __says THEN __address END IGNORE NULLS) OVER (
        PARTITION BY __key ORDER BY __vintage, __address, __version
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS __speaker
    FROM __claims SEMI JOIN __withdrawals USING (__key)
)
SELECT * EXCLUDE (__speaker) FROM heard WHERE __says OR __speaker = __address;

-- What was known when. A value that is said again stays with the cell that said it first.
CREATE TEMP TABLE __spans AS
WITH counting AS (
    SELECT * FROM __claims ANTI JOIN __withdrawals USING (__key)
    UNION ALL
    SELECT * FROM __heard
), changes AS (
    SELECT __id, __key, __address, __version, __says, __vintage FROM counting
    WINDOW k AS (PARTITION BY __key ORDER BY __vintage, __address, __version)
    QUALIFY lag(__says) OVER k IS DISTINCT FROM __says
    {{- range .Values}}
        OR lag({{.}}) OVER k IS DISTINCT FROM {{.}}
    {{- end}}
)
SELECT __id, __key, __says, __vintage, lead(__vintage) OVER k AS __until, 2 * row_number() OVER k AS __nth, NULL::VARCHAR AS __correction
FROM changes
WINDOW k AS (PARTITION BY __key ORDER BY __vintage, __address, __version);

DROP TABLE __heard;
DROP VIEW __claims;
DROP TABLE __withdrawals;
DROP VIEW __said;
DROP TABLE __cells;

{{- if .Corrections}}

-- A correction stands in place of the value it expects, from its own date on and as long as the source says that value.
CREATE TEMP TABLE __corrections AS
SELECT c.*, __key
FROM {{.Corrections}} c
JOIN __keys ON {{range $i, $k := .Key}}{{if $i}} AND {{end}}c.{{$k}} IS NOT DISTINCT FROM __keys.{{$k}}::VARCHAR{{end}};

CREATE TEMP TABLE __corrected AS
SELECT spans.*, greatest(__vintage, __since) AS __start, __name
FROM __spans spans
JOIN {{.Raw}} raw ON raw.rowid = __id
JOIN __corrections USING (__key)
WHERE __says AND raw.obs_value IS NOT DISTINCT FROM __expected
    AND (__until IS NULL OR __until > greatest(__vintage, __since));

UPDATE __spans SET __until = c.__start FROM __corrected c WHERE c.__id = __spans.__id AND c.__nth = __spans.__nth AND c.__key = __spans.__key;
DELETE FROM __spans USING __corrected c
WHERE c.__id = __spans.__id AND c.__nth = __spans.__nth AND c.__key = __spans.__key AND c.__start = __spans.__vintage;
INSERT INTO __spans SELECT __id, __key, __says, __start, __until, __nth + 1, __name FROM __corrected;
{{- end}}

DROP TABLE __keys;
{{- end}}

{{define "result" -}}
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

CREATE TABLE {{.History}} AS
SELECT raw.* REPLACE (__vintage AS vintage_from
{{- if .Corrections}},
    CASE WHEN __correction IS NULL THEN raw.obs_value ELSE c.__value END AS obs_value,
    CASE WHEN __correction IS NULL THEN raw.obs_status
        ELSE coalesce(c.__status, CASE WHEN raw.obs_value IS NULL THEN 'A' ELSE raw.obs_status END) END AS obs_status,
    CASE WHEN __correction IS NULL OR c.__value IS NOT NULL THEN raw.obs_comment ELSE c.__reason END AS obs_comment
{{- end}}), __until AS vintage_to, __correction AS correction
FROM __spans JOIN {{.Raw}} raw ON raw.rowid = __id
{{- if .Corrections}}
LEFT JOIN (SELECT * FROM __corrections) c ON c.__name = __correction
{{- end}}
WHERE __says
ORDER BY __spans.__key, __nth;

{{template "names" .}}
{{- end}}

{{define "adopted" -}}
-- The vintages of another release that were made of the same.
CREATE TABLE {{.History}} AS SELECT * FROM {{.From}}.{{.History}};

INSERT INTO quarantine SELECT * FROM {{.From}}.quarantine WHERE dataset = {{.Dataset}};

{{template "names" .}}
{{- end}}

{{define "names" -}}
CREATE VIEW {{.Latest}} AS SELECT * FROM {{.History}} WHERE vintage_to IS NULL;

CREATE MACRO {{.Macro}}(ts) AS TABLE SELECT * FROM {{.History}}
WHERE vintage_from <= CAST(ts AS TIMESTAMPTZ) AND (vintage_to IS NULL OR vintage_to > CAST(ts AS TIMESTAMPTZ));
{{- end}}
