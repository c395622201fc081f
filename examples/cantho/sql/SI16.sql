-- Exports are in thousand USD, revenue in tỷ đồng: 1,000 USD at r đồng a dollar are r / 1,000,000 tỷ đồng.
SELECT
    r.time_period,
    CASE WHEN grouping(r.field) = 1 THEN '_T' ELSE r.field END AS field,
    100 * sum(coalesce(r.exports, 0) * x.value / 1000000) / sum(r.revenue) AS obs_value,
    'USD/VND: ' || any_value(x.value::INTEGER) AS obs_comment
FROM register_year r
JOIN parameters x ON x.name = 'ty_gia_usd' AND x.year = r.time_period
GROUP BY GROUPING SETS ((r.time_period, r.field), (r.time_period))
