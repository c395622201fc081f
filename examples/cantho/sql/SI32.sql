SELECT
    CASE months WHEN '12' THEN year WHEN '6' THEN year || '-S1' WHEN '3' THEN year || '-Q1' WHEN '1' THEN year || '-01'
        ELSE year || '-01-01/P' || months || 'M' END AS time_period,
    item,
    100 * cumulative / nullif(plan, 0) AS obs_value,
    CASE WHEN cumulative IS NULL OR plan IS NULL THEN 'M' ELSE 'A' END AS obs_status,
    CASE WHEN cumulative IS NULL OR plan IS NULL THEN 'no figure in the report' END AS obs_comment
FROM plan_progress
