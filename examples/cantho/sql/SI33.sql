-- A class that does not occur ("-") is complete; one whose figure is not given ("...") is not.
SELECT
    time_period, price_base AS prices,
    100.0 * count(CASE WHEN obs_value IS NOT NULL OR obs_comment LIKE 'no phenomenon%' THEN 1 END) / count(*) AS obs_value
FROM gross_output
WHERE freq = 'A' AND regexp_full_match(industry, '[0-9]{4}')
GROUP BY ALL
