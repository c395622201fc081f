-- Each firm counts once at its tier and once in all, however many networks it supplies.
SELECT
    f.time_period,
    CASE WHEN grouping(s.tier) = 1 THEN '_T' ELSE s.tier END AS tier,
    CASE WHEN grouping(f.field) = 1 THEN '_T' ELSE f.field END AS field,
    count(DISTINCT f.tax_code) AS obs_value
FROM register_year f
JOIN supply_links s ON s.tax_code = f.tax_code
    AND s.since <= make_date(f.time_period::INTEGER, 12, 31)
    AND (s.until IS NULL OR s.until > make_date(f.time_period::INTEGER, 12, 31))
GROUP BY GROUPING SETS ((f.time_period, s.tier, f.field), (f.time_period, s.tier), (f.time_period, f.field), (f.time_period))
