-- Revenue is in tỷ đồng, the result in triệu đồng.
SELECT
    time_period,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    1000 * sum(revenue) / sum(labour) AS obs_value
FROM register_year
GROUP BY GROUPING SETS ((time_period, field), (time_period))
