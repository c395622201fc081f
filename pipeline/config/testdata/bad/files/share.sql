SELECT time_period, obs_value FROM output
