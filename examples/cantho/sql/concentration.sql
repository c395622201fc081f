-- Shares of firms in the revenue of their field and of all firms (_T), with what decides on secrecy: fewer than three
-- firms, or one that has more than 80 %, would tell about themselves.
WITH cells AS (
    SELECT time_period, field, tax_code, revenue FROM register_year
    UNION ALL
    SELECT time_period, '_T', tax_code, revenue FROM register_year
),
shares AS (
    SELECT *, revenue / sum(revenue) OVER (PARTITION BY time_period, field) AS share,
        row_number() OVER (PARTITION BY time_period, field ORDER BY revenue DESC, tax_code) AS place
    FROM cells WHERE revenue IS NOT NULL
)
SELECT *, count(*) OVER cell < 3 OR max(share) OVER cell > 0.8 AS secret
FROM shares
WINDOW cell AS (PARTITION BY time_period, field)
