-- The denominators of shares: all industry, sections B to E (_T), which Cần Thơ's programme takes, and manufacturing
-- alone (C), against which Hà Nội's measures itself. Results tell which one they have by their dimension denominator.
SELECT time_period, price_base, industry AS denominator, obs_value, obs_status
FROM gross_output
WHERE industry IN ('_T', 'C') AND freq = 'A' AND area = '92' AND period_end <= DATE '2025-06-30'
