-- How often and how far published values were changed. A revision is a change from one value of an observation to the
-- next one that the source published; corrections of ours and values that were replaced as they appeared are none. Means
-- are taken in a fixed order: sums of binary fractions depend on it.
{{define "steps"}}        SELECT *, obs_value - __before AS __change FROM (
            SELECT {{list .Key}}, obs_value, vintage_from, vintage_to, obs_value IS NOT NULL AND correction IS NULL AS __told,
                CASE WHEN correction IS NULL
                    THEN lag(CASE WHEN correction IS NULL THEN obs_value END IGNORE NULLS) OVER (PARTITION BY {{list .Key}} ORDER BY vintage_from) END AS __before
            FROM {{.History}} h
            {{- if .Changed}} SEMI JOIN (FROM {{.History}} WHERE vintage_to IS NOT NULL) c ON {{.Same}}{{end}}
            WHERE vintage_to IS NULL OR vintage_to > vintage_from
        ){{end}}

{{define "observations" -}}
{{- range $i, $d := .Datasets}}{{if $i}}
UNION ALL BY NAME
{{end -}}
SELECT {{.Name}} AS dataset, {{.Series}} AS series, {{.Dimensions}} AS dimensions, time_period,
    first_vintage, first_value, next_vintage, next_value, latest_vintage, latest_value, withdrawn, revisions,
    mean_revision, mean_abs_revision, max_abs_revision, mean_abs_percent
FROM (
    SELECT {{list .Key}},
        min(vintage_from) FILTER (__told) AS first_vintage,
        arg_min(obs_value, vintage_from) FILTER (__told) AS first_value,
        min(vintage_from) FILTER (__change <> 0) AS next_vintage,
        arg_min(obs_value, vintage_from) FILTER (__change <> 0) AS next_value,
        max(vintage_from) FILTER (vintage_to IS NULL) AS latest_vintage,
        max(obs_value) FILTER (vintage_to IS NULL) AS latest_value,
        count(*) FILTER (vintage_to IS NULL) = 0 AS withdrawn,
        count(*) FILTER (__change <> 0) AS revisions,
        avg(__change ORDER BY vintage_from) FILTER (__change <> 0) AS mean_revision,
        avg(abs(__change) ORDER BY vintage_from) FILTER (__change <> 0) AS mean_abs_revision,
        max(abs(__change)) AS max_abs_revision,
        avg(abs(__change / __before) * 100 ORDER BY vintage_from) FILTER (__change <> 0 AND __before <> 0) AS mean_abs_percent
    FROM (
{{template "steps" .}}
    )
    GROUP BY {{list .Key}}
)
{{- else -}}
SELECT NULL::VARCHAR AS dataset, NULL::VARCHAR AS series, NULL::JSON AS dimensions, NULL::VARCHAR AS time_period,
    NULL::TIMESTAMPTZ AS first_vintage, NULL::DOUBLE AS first_value, NULL::TIMESTAMPTZ AS next_vintage, NULL::DOUBLE AS next_value,
    NULL::TIMESTAMPTZ AS latest_vintage, NULL::DOUBLE AS latest_value, NULL::BOOLEAN AS withdrawn, NULL::BIGINT AS revisions,
    NULL::DOUBLE AS mean_revision, NULL::DOUBLE AS mean_abs_revision, NULL::DOUBLE AS max_abs_revision, NULL::DOUBLE AS mean_abs_percent
WHERE false
{{- end}}
{{- end}}

{{define "changed" -}}
-- Most observations are changed once, and then there is nothing to add up in order, which takes long for each of many.
{{- range $i, $d := .Datasets}}{{if $i}}
UNION ALL BY NAME{{end}}
SELECT {{.Name}} AS dataset, {{.Series}} AS series, time_period, revisions, mean_revision, mean_abs_revision, max_abs_revision, mean_abs_percent
FROM (
    WITH changes AS (
        SELECT {{list .Key}}, vintage_from, __change, CASE WHEN __before <> 0 THEN abs(__change / __before) * 100 END AS __percent,
            count(*) OVER (PARTITION BY {{list .Key}}) AS revisions
        FROM (
{{template "steps" .}}
        ) WHERE __change <> 0
    )
    SELECT {{list .Key}}, revisions, __change AS mean_revision, abs(__change) AS mean_abs_revision, abs(__change) AS max_abs_revision,
        __percent AS mean_abs_percent
    FROM changes WHERE revisions = 1
    UNION ALL BY NAME
    SELECT {{list .Key}}, count(*) AS revisions, avg(__change ORDER BY vintage_from) AS mean_revision,
        avg(abs(__change) ORDER BY vintage_from) AS mean_abs_revision, max(abs(__change)) AS max_abs_revision,
        avg(__percent ORDER BY vintage_from) AS mean_abs_percent
    FROM changes WHERE revisions > 1
    GROUP BY {{list .Key}}
)
{{- else}}
SELECT NULL::VARCHAR AS dataset, NULL::VARCHAR AS series, NULL::VARCHAR AS time_period, NULL::BIGINT AS revisions, NULL::DOUBLE AS mean_revision,
    NULL::DOUBLE AS mean_abs_revision, NULL::DOUBLE AS max_abs_revision, NULL::DOUBLE AS mean_abs_percent
WHERE false
{{- end}}
{{- end}}

{{define "view"}}CREATE VIEW revisions AS
{{template "observations" .}};
{{end}}

{{define "summary"}}CREATE TABLE revision_summary AS
WITH changed AS (
{{template "changed" .}}
), standing AS (
{{- range $i, $d := .Datasets}}{{if $i}}
    UNION ALL{{end}}
    SELECT {{.Name}} AS dataset, {{.Series}} AS series, observations FROM (
        SELECT {{if .Dims}}{{list .Dims}}, {{end}}count(*) AS observations FROM {{.Latest}}{{if .Dims}} GROUP BY {{list .Dims}}{{end}})
{{- else}}
    SELECT NULL::VARCHAR AS dataset, NULL::VARCHAR AS series, 0 AS observations WHERE false
{{- end}}
), parts AS (
    SELECT coalesce(s.dataset, c.dataset) AS dataset, coalesce(s.series, c.series) AS series, coalesce(observations, 0) AS observations, c.* EXCLUDE (dataset, series)
    FROM standing s FULL JOIN (
        SELECT dataset, series, count(*) AS revised, sum(revisions) AS revisions, sum(mean_revision * revisions ORDER BY time_period) AS change,
            sum(mean_abs_revision * revisions ORDER BY time_period) AS size, max(max_abs_revision) AS largest, sum(mean_abs_percent * revisions ORDER BY time_period) AS percent
        FROM changed GROUP BY ALL
    ) c ON c.dataset = s.dataset AND c.series = s.series
)
SELECT dataset, CASE WHEN grouping(series) = 1 THEN '_T' ELSE series END AS series, sum(observations)::BIGINT AS observations,
    coalesce(sum(revised), 0)::BIGINT AS revised, coalesce(sum(revisions), 0)::BIGINT AS revisions,
    sum(change ORDER BY series) / sum(revisions) AS mean_revision, sum(size ORDER BY series) / sum(revisions) AS mean_abs_revision,
    max(largest) AS max_abs_revision, sum(percent ORDER BY series) / sum(revisions) AS mean_abs_percent
FROM parts
GROUP BY GROUPING SETS ((dataset, series), (dataset))
ORDER BY dataset, series;
{{end}}
