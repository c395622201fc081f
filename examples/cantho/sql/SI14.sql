-- Percentage points that each field, all supporting industry (_T) and the rest of industry (REST) add to the growth of all
-- industry (ALL), at constant prices: LKPT + CNC + DMDG = _T, and _T + REST = ALL.
WITH parts AS (
    SELECT now.time_period, now.field, now.obs_value AS now_value, before.obs_value AS before_value, i.obs_value AS industry_before,
        j.obs_value AS industry_now
    FROM si05 now
    JOIN si05 before ON before.field = now.field AND before.time_period::INTEGER = now.time_period::INTEGER - 1
    JOIN industry_total i ON i.denominator = '_T' AND i.price_base = '2010' AND i.time_period = before.time_period
    JOIN industry_total j ON j.denominator = '_T' AND j.price_base = '2010' AND j.time_period = now.time_period
)
SELECT time_period, field, 100 * (now_value - before_value) / industry_before AS obs_value FROM parts
UNION ALL
SELECT time_period, 'REST', 100 * ((industry_now - now_value) - (industry_before - before_value)) / industry_before FROM parts WHERE field = '_T'
UNION ALL
SELECT time_period, 'ALL', 100 * (industry_now - industry_before) / industry_before FROM parts WHERE field = '_T'
