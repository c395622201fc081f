SELECT time_period, field, 200 - obs_value AS obs_value, obs_status FROM si06 WHERE field = '_T'
