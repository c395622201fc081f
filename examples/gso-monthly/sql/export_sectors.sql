-- Exports of a month in all (_T), of the domestic sector (VN) and of that with foreign investment (FDI), with the published
-- index against the same month last year.
WITH named AS (
    SELECT *, CASE
            WHEN goods ILIKE 'tổng trị giá%' OR goods ILIKE 'tổng số%' OR goods = 'TOTAL' THEN '_T'
            WHEN goods ILIKE 'khu vực kinh tế trong nước%' OR goods ILIKE 'domestic economic sector%' THEN 'VN'
            WHEN goods ILIKE 'khu vực có vốn đầu tư%' OR goods ILIKE 'foreign%invest%' THEN 'FDI'
        END AS sector
    FROM exports
    WHERE measure = 'value' AND span = 'month' AND freq = 'M'
)
SELECT v.time_period, v.sector, any_value(v.obs_value) AS obs_value, any_value(r.obs_value) AS rate
FROM named v
LEFT JOIN named r ON r.sector = v.sector AND r.time_period = v.time_period AND r.comparison = 'same_period_last_year'
WHERE v.sector IS NOT NULL AND v.comparison = 'level' AND v.obs_value IS NOT NULL
GROUP BY v.time_period, v.sector
