-- The survey's fields and all of them together. A field without a figure leaves the total without one.
SELECT
    year AS time_period,
    CASE WHEN grouping(field) = 1 THEN '_T' ELSE field END AS field,
    CASE WHEN bool_and(value_added IS NOT NULL) THEN sum(value_added) END AS value_added,
    CASE WHEN bool_and(output IS NOT NULL) THEN sum(output) END AS output,
    CASE WHEN bool_and(labour_first IS NOT NULL) THEN sum(labour_first) END AS labour_first,
    CASE WHEN bool_and(labour_last IS NOT NULL) THEN sum(labour_last) END AS labour_last
FROM field_accounts
GROUP BY GROUPING SETS ((year, field), (year))
