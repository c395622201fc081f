-- The published table's four columns, told apart again. Three say what a month or a running total is compared with; the
-- fourth, here "restated", is a period that ended before the book's own month: its figure replaces that of an earlier
-- book. A figure that a later book repeats unchanged has no second row.
SELECT
    industry,
    comparison,
    time_period,
    period_end,
    CASE
        WHEN period_end < max(period_end) OVER (PARTITION BY snapshot_id) THEN 'restated'
        WHEN comparison = 'same_period_last_year' THEN 'same_month_last_year'
        ELSE comparison
    END AS published_column,
    obs_value,
    obs_status,
    vintage_from,
    snapshot_id,
    sheet,
    cell
FROM iip_history
