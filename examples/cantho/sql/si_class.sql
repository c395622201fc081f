-- A row for every mapped class, year and price base: the class's output and the shares of it that are supporting
-- industry. A class that does not occur ("-") has the output zero; one whose figure is unknown ("..."), unreadable or
-- absent has none, and says why.
WITH years AS (
    SELECT DISTINCT time_period, price_base
    FROM gross_output
    WHERE freq = 'A' AND area = '92' AND period_end <= DATE '2025-06-30' -- 92 is a larger city from July 2025 on
)
SELECT
    y.time_period,
    y.price_base,
    m.field,
    m.industry,
    CASE WHEN g.obs_comment LIKE 'no phenomenon%' THEN 0 ELSE g.obs_value END AS obs_value,
    CASE WHEN g.obs_comment LIKE 'no phenomenon%' THEN 'A' ELSE coalesce(g.obs_status, 'M') END AS obs_status,
    CASE WHEN g.industry IS NULL THEN 'not in the table' ELSE coalesce(g.obs_comment, 'no value') END AS why,
    m.share_low,
    m.share_default,
    m.share_high
FROM years y
CROSS JOIN cnht_mapping m
LEFT JOIN gross_output g
    ON g.industry = m.industry AND g.area = '92' AND g.time_period = y.time_period AND g.price_base = y.price_base
