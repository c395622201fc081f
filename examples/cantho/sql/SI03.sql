SELECT
    s.time_period,
    s.field,
    100 * s.obs_value / nullif(t.obs_value, 0) AS obs_value,
    CASE WHEN coalesce(t.obs_value, 0) = 0 THEN 'M' ELSE t.obs_status END AS obs_status,
    t.obs_comment
FROM si_output s
JOIN si_output t ON t.field = '_T' AND t.time_period = s.time_period AND t.price_base = s.price_base
WHERE s.price_base = 'current'
