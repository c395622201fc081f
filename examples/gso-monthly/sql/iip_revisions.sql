-- The first published figure of an observation, the one known after the next book that restates its period, and the
-- difference in percentage points. A restatement is known by any activity whose figure it changed: an activity whose
-- figure it left alone has a revision of zero. Periods that no later book restates are left out.
WITH first AS (
    SELECT industry, comparison, time_period,
        min(vintage_from) AS first_vintage, arg_min(obs_value, vintage_from) AS first_value
    FROM iip_history
    GROUP BY ALL
),
restated AS (
    SELECT f.industry, f.comparison, f.time_period, min(h.vintage_from) AS next_vintage
    FROM first f
    JOIN iip_history h
        ON h.comparison = f.comparison AND h.time_period = f.time_period AND h.vintage_from > f.first_vintage
    GROUP BY ALL
)
SELECT f.industry, f.comparison, f.time_period, f.first_vintage, f.first_value, r.next_vintage,
    h.obs_value AS next_value, h.obs_value - f.first_value AS revision
FROM first f
JOIN restated r USING (industry, comparison, time_period)
JOIN iip_history h
    ON h.industry = f.industry AND h.comparison = f.comparison AND h.time_period = f.time_period
    AND h.vintage_from <= r.next_vintage AND (h.vintage_to IS NULL OR h.vintage_to > r.next_vintage)
WHERE f.first_value IS NOT NULL AND h.obs_value IS NOT NULL
