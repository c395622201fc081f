-- The definitions differ in what counts as made at home: their rates stand side by side and are never averaged.
SELECT year AS time_period, field, definition, 100 * domestic / nullif(domestic + imported, 0) AS obs_value,
    CASE WHEN domestic IS NULL OR imported IS NULL THEN 'M' ELSE 'A' END AS obs_status,
    CASE WHEN domestic IS NULL OR imported IS NULL THEN 'no figure in the survey' END AS obs_comment
FROM input_sources
