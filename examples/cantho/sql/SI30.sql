-- A proxy: indices of whole divisions, weighted with the supporting-industry output of the year before. A division without
-- an index or a weight leaves the month without a value: the index of the others would be that of something else.
SELECT
    i.month AS time_period,
    w.field,
    CASE WHEN bool_and(i.index_value IS NOT NULL AND w.weight IS NOT NULL) THEN sum(w.weight * i.index_value ORDER BY w.division) / nullif(sum(w.weight ORDER BY w.division), 0) END AS obs_value,
    CASE WHEN bool_and(i.index_value IS NOT NULL AND w.weight IS NOT NULL) THEN 'E' ELSE 'M' END AS obs_status,
    CASE WHEN NOT bool_and(i.index_value IS NOT NULL AND w.weight IS NOT NULL) THEN 'a division without an index or a weight' END AS obs_comment
FROM division_iip i
JOIN division_weight w ON w.division = i.industry AND w.time_period::INTEGER = left(i.month, 4)::INTEGER - 1
WHERE w.weight IS DISTINCT FROM 0
GROUP BY i.month, w.field
