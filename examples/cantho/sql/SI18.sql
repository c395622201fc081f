SELECT year AS time_period, product, 100 * supply / nullif(demand, 0) AS obs_value,
    CASE WHEN supply IS NULL OR demand IS NULL THEN 'M' ELSE 'A' END AS obs_status,
    CASE WHEN supply IS NULL OR demand IS NULL THEN 'no figure in the survey' END AS obs_comment
FROM demand_supply
