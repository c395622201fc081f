SELECT time_period, field, 10000 * sum(share ^ 2) AS obs_value, CASE WHEN bool_or(secret) THEN 'C' ELSE 'A' END AS obs_status
FROM concentration GROUP BY time_period, field
