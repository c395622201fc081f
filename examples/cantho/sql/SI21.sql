-- Output and employees are those of the same survey; employment is the average of both ends of the year.
SELECT time_period, field, 1000 * output / nullif((labour_first + labour_last) / 2, 0) AS obs_value
FROM field_account
