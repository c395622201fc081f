SELECT time_period, field, 100 * obs_value / 200 AS obs_value, obs_status FROM si06 WHERE field = '_T'
