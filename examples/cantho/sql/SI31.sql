-- The next yearbook's figure against the first, in percent of the first.
WITH told AS (
    SELECT time_period, industry, price_base, obs_value,
        row_number() OVER (PARTITION BY time_period, industry, price_base ORDER BY vintage_from) AS edition,
        lag(obs_value) OVER (PARTITION BY time_period, industry, price_base ORDER BY vintage_from) AS first_value
    FROM gross_output_history
    WHERE industry IN ('_T', 'B', 'C', 'D', 'E') AND price_base = 'current' AND freq = 'A'
)
SELECT time_period, industry, 100 * (obs_value - first_value) / first_value AS obs_value
FROM told WHERE edition = 2 AND first_value IS NOT NULL
