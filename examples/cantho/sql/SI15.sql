SELECT
    c.time_period, c.field,
    100 * (c.obs_value / k.obs_value) / (c0.obs_value / k0.obs_value) - 100 AS obs_value
FROM si04 c
JOIN si05 k USING (time_period, field)
JOIN si04 c0 ON c0.field = c.field AND c0.time_period::INTEGER = c.time_period::INTEGER - 1
JOIN si05 k0 ON k0.field = c.field AND k0.time_period = c0.time_period
