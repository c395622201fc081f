-- Supporting-industry output of each division and field, the weights of the proxy index.
SELECT
    time_period,
    left(industry, 2) AS division,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share_default ORDER BY industry, field) END AS weight
FROM si_class
WHERE price_base = 'current'
GROUP BY GROUPING SETS ((time_period, left(industry, 2), field), (time_period, left(industry, 2)))
