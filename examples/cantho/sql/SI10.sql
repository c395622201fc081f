SELECT time_period, standard, count(DISTINCT tax_code) AS obs_value
FROM (SELECT time_period, tax_code, unnest(standards) AS standard FROM firm_year)
GROUP BY ALL
