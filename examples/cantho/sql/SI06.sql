SELECT
    time_period,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    count(DISTINCT tax_code) AS obs_value
FROM firm_year
GROUP BY GROUPING SETS ((time_period, field), (time_period))
