-- Shares are taken at current prices: constant prices are for growth, not for structure.
SELECT
    s.time_period,
    s.field,
    t.denominator,
    100 * s.obs_value / nullif(t.obs_value, 0) AS obs_value,
    100 * s.obs_low / nullif(t.obs_value, 0) AS obs_low,
    100 * s.obs_high / nullif(t.obs_value, 0) AS obs_high,
    CASE WHEN s.obs_value IS NULL OR coalesce(t.obs_value, 0) = 0 THEN 'M'
        ELSE substr('ABPEFCM', greatest(instr('ABPEFCM', s.obs_status), instr('ABPEFCM', t.obs_status))::INTEGER, 1) END AS obs_status,
    coalesce(s.obs_comment, CASE WHEN coalesce(t.obs_value, 0) = 0 THEN 'no figure for all industry' END) AS obs_comment
FROM si_output s
JOIN industry_total t USING (time_period, price_base)
WHERE s.price_base = 'current'
