-- Above 1, the city does more of an activity than the country. Both structures are at current prices of the same year.
SELECT
    n.year AS time_period,
    n.industry,
    (p.obs_value / pt.obs_value) / nullif(n.output / nt.output, 0) AS obs_value,
    substr('ABPEFCM', greatest(instr('ABPEFCM', p.obs_status), instr('ABPEFCM', pt.obs_status))::INTEGER, 1) AS obs_status
FROM national_output n
JOIN national_output nt ON nt.industry = '_T' AND nt.year = n.year
JOIN gross_output p ON p.industry = n.industry AND p.time_period = n.year AND p.price_base = 'current' AND p.area = '92'
JOIN gross_output pt ON pt.industry = '_T' AND pt.time_period = n.year AND pt.price_base = 'current' AND pt.area = '92'
WHERE n.industry <> '_T'
