-- Supporting-industry output by field and in all (_T). One class without a figure leaves the sum without one: a sum of
-- what happens to be known would be a smaller number that looks like a true one. The status is the weakest of the
-- inputs, in the order of the text below. Sums go in a fixed order, so that the last digit is always the same.
SELECT
    time_period,
    price_base,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share_default ORDER BY industry, field) END AS obs_value,
    CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share_low ORDER BY industry, field) END AS obs_low,
    CASE WHEN bool_and(obs_value IS NOT NULL) THEN sum(obs_value * share_high ORDER BY industry, field) END AS obs_high,
    CASE WHEN bool_and(obs_value IS NOT NULL) THEN substr('ABPEFCM', max(instr('ABPEFCM', obs_status))::INTEGER, 1) ELSE 'M' END AS obs_status,
    'no figure for ' || string_agg(DISTINCT industry || ': ' || why, '; ' ORDER BY industry || ': ' || why)
        FILTER (WHERE obs_value IS NULL) AS obs_comment
FROM si_class
GROUP BY GROUPING SETS ((time_period, price_base, field), (time_period, price_base))
