-- The firms on the register on 31 December of the edition's last year: it tells revenue, employees and exports of that
-- year alone.
SELECT
    edition.y::VARCHAR AS time_period,
    f.tax_code, f.field, f.ownership, f.revenue, f.labour, f.exports,
    f.revenue * f.cnht_share / 100 AS si_revenue
FROM (SELECT year(make_timestamp(max(epoch_us(vintage_from)))) - 1 AS y FROM firms) edition
JOIN firms f ON f.listed_from <= make_date(edition.y::INTEGER, 12, 31)
    AND (f.listed_to IS NULL OR f.listed_to > make_date(edition.y::INTEGER, 12, 31))
