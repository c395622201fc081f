SELECT time_period, field, 100 * sum(share) AS obs_value, CASE WHEN bool_or(secret) THEN 'C' ELSE 'A' END AS obs_status
FROM concentration WHERE place <= 5 GROUP BY time_period, field
