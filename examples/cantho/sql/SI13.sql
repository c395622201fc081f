SELECT
    now.time_period,
    now.field,
    100 * (now.obs_value / nullif(before.obs_value, 0) - 1) AS obs_value,
    CASE WHEN now.obs_value IS NULL OR coalesce(before.obs_value, 0) = 0 THEN 'M'
        ELSE substr('ABPEFCM', greatest(instr('ABPEFCM', now.obs_status), instr('ABPEFCM', before.obs_status))::INTEGER, 1) END AS obs_status,
    coalesce(now.obs_comment, 'in ' || before.time_period || ' ' || before.obs_comment) AS obs_comment
FROM si_output now
JOIN si_output before
    ON before.field = now.field AND before.price_base = now.price_base
    AND before.time_period::INTEGER = now.time_period::INTEGER - 1
WHERE now.price_base = '2010'
