-- A row for every firm that is on the register on 31 December of a year, with its standards that are valid that day.
-- The register keeps firms that left, so that one edition tells of all years up to its own date.
WITH known AS (
    SELECT min(listed_from) AS since, make_timestamp(max(epoch_us(vintage_from)))::DATE AS until FROM firms
),
years AS (
    SELECT y::INTEGER AS y, make_date(y::INTEGER, 12, 31) AS at
    FROM known, range(year(since), year(until) + 1) AS r(y)
    WHERE make_date(y::INTEGER, 12, 31) <= until
),
valid AS (
    SELECT years.y, c.tax_code, list(DISTINCT c.standard ORDER BY c.standard) AS standards
    FROM certificates c
    JOIN years ON c.issued <= years.at AND (c.expires IS NULL OR c.expires >= years.at)
    GROUP BY ALL
)
SELECT
    years.y::VARCHAR AS time_period,
    f.tax_code,
    f.field,
    coalesce(v.standards, []) AS standards,
    len(list_intersect(coalesce(v.standards, []), a.accepted)) > 0 AS certified
FROM years
JOIN firms f ON f.listed_from <= years.at AND (f.listed_to IS NULL OR f.listed_to > years.at)
LEFT JOIN valid v ON v.y = years.y AND v.tax_code = f.tax_code
CROSS JOIN (
    SELECT coalesce(list(code), []) AS accepted
    FROM code_lists
    WHERE code_list = 'standard' AND (attributes ->> 'accepted') = 'true'
) a
