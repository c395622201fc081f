-- The denominator of shares. Cần Thơ's programme takes all industry, sections B to E; a programme that measures itself
-- against manufacturing alone, as Hà Nội's does, puts 'C' here.
SELECT time_period, price_base, obs_value, obs_status
FROM gross_output
WHERE industry = '_T' AND freq = 'A' AND area = '92' AND period_end <= DATE '2025-06-30'
