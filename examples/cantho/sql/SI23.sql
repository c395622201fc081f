SELECT time_period, field, 100 * value_added / nullif(output, 0) AS obs_value FROM field_account
