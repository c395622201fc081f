-- By the register: what the listed firms say of themselves. Never mixed with SI04, which is mapped from all output.
SELECT
    time_period,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    sum(si_revenue) AS obs_value
FROM register_year
GROUP BY GROUPING SETS ((time_period, field), (time_period))
