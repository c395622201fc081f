SELECT
    time_period,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    100 * coalesce(sum(si_revenue) FILTER (WHERE ownership = 'FDI'), 0) / sum(si_revenue) AS obs_value
FROM register_year
GROUP BY GROUPING SETS ((time_period, field), (time_period))
