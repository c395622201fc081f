-- A small release as a run leaves it, with labels that want to be markup. Two books, one dataset of observations with
-- revisions, one register, two indicators of which one is made of the other, a target.
CREATE TABLE snapshots AS SELECT * FROM (VALUES
    ('$old', 'books', 'file:2024.csv', 1::BIGINT, '2024-<b>old</b>.csv', TIMESTAMPTZ '2024-07-01 02:00:00+00', NULL::TIMESTAMPTZ, 100::BIGINT, 'CC-BY', 'Cục Thống kê'),
    ('$new', 'books', 'file:2025.csv', 1, '2025-new.csv', TIMESTAMPTZ '2025-07-01 02:00:00+00', TIMESTAMPTZ '2025-06-30 00:00:00+00', 120, 'CC-BY', 'Cục Thống kê'))
    v(snapshot_id, source, uri, version, name, retrieved_at, published, bytes, licence, producer);
CREATE TABLE runs AS SELECT 'run-2' AS run, 'r2' AS release, TIMESTAMPTZ '2025-07-02 02:00:00+00' AS created, 'v1' AS statloom, 'c0ffee' AS config_hash, 'beef' AS inputs_hash, NULL::TIMESTAMPTZ AS as_of;
CREATE TABLE code_lists AS SELECT * FROM (VALUES
    ('industry', '_T', NULL::DATE, NULL::DATE, NULL, 'Toàn ngành', 'All industry', NULL), ('industry', 'C', NULL, NULL, '_T', 'Chế biến', 'Manufacturing', NULL),
    ('industry', 'X', NULL, NULL, '_T', '<img src=x onerror=alert(1)>', '</script><script>alert(2)</script>', NULL),
    ('area', '92', DATE '2004-01-01', DATE '2025-06-30', NULL, 'Cần Thơ cũ', 'Old Cần Thơ', NULL), ('area', '92', DATE '2025-07-01', NULL, NULL, 'Cần Thơ mới', 'New Cần Thơ', NULL))
    v(code_list, code, valid_from, valid_to, parent, name_vi, name_en, attributes);
CREATE TABLE datasets AS SELECT * FROM (VALUES
    ('output', 'Giá trị sản xuất', 'Gross output', '=1+1 <i>ghi chú</i>', 'A note', true, 'books', '', 'industry area time_period price_base', 8::BIGINT, 9::BIGINT, 1::BIGINT),
    ('firms', 'Doanh nghiệp', 'Firms', NULL, NULL, true, 'books', 'CC-BY', 'tax_code', 2, 3, 0))
    v(dataset, name_vi, name_en, note_vi, note_en, illustrative, sources, licence, key, rows, history_rows, quarantined);
CREATE TABLE output_history AS SELECT industry, area, time_period, (time_period || '-01-01')::DATE AS period_start, (time_period || '-12-31')::DATE AS period_end, 'A' AS freq, obs_value, obs_status, obs_comment,
    'tỷ đồng' AS unit, 9::INTEGER AS unit_mult, price_base, snapshot_id, '2025-new' AS sheet, cell, vintage_from::TIMESTAMPTZ AS vintage_from, vintage_to::TIMESTAMPTZ AS vintage_to, NULL::VARCHAR AS correction
    FROM (VALUES
    ('_T', '92', '2022', 1000.0::DOUBLE, 'A', NULL, 'current', '$old', 'B2', '2024-06-30 00:00:00+00', '2025-06-30 00:00:00+00'), ('_T', '92', '2022', 1010.5, 'A', NULL, 'current', '$new', 'B2', '2025-06-30 00:00:00+00', NULL),
    ('_T', '92', '2023', 1100.0, 'A', NULL, 'current', '$new', 'C2', '2025-06-30 00:00:00+00', NULL), ('_T', '92', '2024', 1234.5, 'P', NULL, 'current', '$new', 'D2', '2025-06-30 00:00:00+00', NULL),
    ('C', '92', '2022', 400.0, 'A', NULL, 'current', '$new', 'B3', '2025-06-30 00:00:00+00', NULL), ('C', '92', '2023', NULL, 'M', 'not available (...)', 'current', '$new', 'C3', '2025-06-30 00:00:00+00', NULL),
    ('C', '92', '2024', 500.0, 'A', NULL, 'current', '$new', 'D3', '2025-06-30 00:00:00+00', NULL), ('X', '92', '2024', 7.0, 'A', NULL, 'current', '$new', 'D4', '2025-06-30 00:00:00+00', NULL),
    ('X', '92', '2024', 8.0, 'A', NULL, '2010', '$new', 'D4', '2025-06-30 00:00:00+00', NULL))
    v(industry, area, time_period, obs_value, obs_status, obs_comment, price_base, snapshot_id, cell, vintage_from, vintage_to);
COMMENT ON COLUMN output_history.industry IS 'Ngành — Activity; code list industry';
COMMENT ON COLUMN output_history.area IS 'Địa bàn — Area; code list area';
CREATE VIEW output AS FROM output_history WHERE vintage_to IS NULL;
CREATE TABLE firms_history AS SELECT tax_code, name, industry, revenue, '$new' AS snapshot_id, '2025-new' AS sheet, cell, vintage_from::TIMESTAMPTZ AS vintage_from, vintage_to::TIMESTAMPTZ AS vintage_to, NULL::VARCHAR AS correction
    FROM (VALUES ('001', '=HYPERLINK("x")', 'C', 10.5::DOUBLE, 'A3:D3', '2024-06-30 00:00:00+00', '2025-06-30 00:00:00+00'), ('001', '=HYPERLINK("x")', 'C', 12.5, 'A3:D3', '2025-06-30 00:00:00+00', NULL),
    ('002', 'Công ty <script>alert(3)</script>', '_T', NULL, 'A4:D4', '2025-06-30 00:00:00+00', NULL)) v(tax_code, name, industry, revenue, cell, vintage_from, vintage_to);
COMMENT ON COLUMN firms_history.industry IS 'Ngành — Activity; code list industry';
COMMENT ON COLUMN firms_history.revenue IS 'Doanh thu — Revenue (tỷ đồng)';
COMMENT ON COLUMN firms_history.name IS 'Tên — Name';
COMMENT ON COLUMN firms_history.tax_code IS 'Mã số thuế — Tax code';
CREATE VIEW firms AS FROM firms_history WHERE vintage_to IS NULL;
CREATE TABLE indicator_catalogue AS SELECT * FROM (VALUES
    ('SHARE', 'Tỷ trọng', 'Share', 'C / tổng', 'C / total', '%', 'A', 'industry', 'current', 'mapped', 'Niên giám', 'Yearbook', 'Ghi chú', 'A note', 2, 'targets, output', 'TOTAL, output', true, 'SELECT 1 -- <script>'),
    ('TOTAL', 'Tổng', 'Total', NULL, NULL, 'tỷ đồng', 'A', '', NULL, NULL, NULL, NULL, NULL, NULL, 1, '', 'output', true, 'SELECT 2'))
    v(indicator, name_vi, name_en, formula_vi, formula_en, unit, freq, dimensions, price_base, method, source_vi, source_en, note_vi, note_en, decimals, tags, inputs, illustrative, sql);
CREATE TABLE indicators AS SELECT indicator, industry, time_period, (time_period || '-01-01')::DATE AS period_start, (time_period || '-12-31')::DATE AS period_end, 'A' AS freq, obs_value, obs_low, obs_high, obs_status, obs_comment,
    '%' AS unit, NULL::VARCHAR AS price_base, NULL::VARCHAR AS method, true AS illustrative FROM (VALUES
    ('SHARE', '_T', '2022', 39.58::DOUBLE, 38.0::DOUBLE, 41.0::DOUBLE, 'A', NULL), ('SHARE', '_T', '2023', NULL, NULL, NULL, 'M', 'no figure for C'), ('SHARE', '_T', '2024', 40.5, 39.0, 42.0, 'P', NULL),
    ('SHARE', 'C', '2024', 40.5, NULL, NULL, 'P', NULL), ('SHARE', 'X', '2024', 0.57, NULL, NULL, 'P', NULL),
    ('TOTAL', NULL, '2022', 1010.5, NULL, NULL, 'A', NULL), ('TOTAL', NULL, '2023', 1100.0, NULL, NULL, 'A', NULL), ('TOTAL', NULL, '2024', 1234.5, NULL, NULL, 'P', NULL))
    v(indicator, industry, time_period, obs_value, obs_low, obs_high, obs_status, obs_comment);
COMMENT ON COLUMN indicators.industry IS 'Ngành — Activity; code list industry; _T là tổng số, trống: không có chiều này';
CREATE TABLE indicator_formulas AS SELECT * FROM (VALUES ('SHARE', '_T', '2024', '100 * #1 / #2'), ('TOTAL', NULL, '2024', '#1')) v(indicator, industry, time_period, formula);
CREATE TABLE indicator_inputs AS SELECT * FROM (VALUES
    ('SHARE', '_T', '2024', 1, 'numerator', 1.0::DOUBLE, 'observation', 'output', 'industry=C, area=92, time_period=2024, price_base=current', 'obs_value', 500.0::DOUBLE, NULL::VARCHAR, 'tỷ đồng', 'A', '$new', '2025-new', 'D3', TIMESTAMPTZ '2025-06-30 00:00:00+00'),
    ('SHARE', '_T', '2024', 2, 'denominator', 1.0, 'indicator', 'TOTAL', 'time_period=2024', 'obs_value', 1234.5, NULL, 'tỷ đồng', 'P', NULL, NULL, NULL, NULL),
    ('TOTAL', NULL, '2024', 1, 'part', 1.0, 'observation', 'output', 'industry=_T, area=92, time_period=2024, price_base=current', 'obs_value', 1234.5, NULL, 'tỷ đồng', 'P', '$new', '2025-new', 'D2', TIMESTAMPTZ '2025-06-30 00:00:00+00'))
    v(indicator, industry, time_period, n, role, weight, input_kind, input, input_key, input_column, obs_value, obs_text, unit, obs_status, snapshot_id, sheet, cell, vintage_from);
CREATE TABLE targets AS SELECT 'share_2025' AS target, 'Khoảng 45%' AS name_vi, 'About 45 %' AS name_en, 'SHARE' AS indicator, 'industry=_T' AS at_text, '{"industry":"_T"}'::JSON AS at_json, '2025' AS period, '>=' AS comparison,
    45.0::DOUBLE AS target_value, NULL::DOUBLE AS tolerance, '2022' AS baseline_period, 39.58::DOUBLE AS baseline_value, '2024' AS actual_period, 40.5::DOUBLE AS actual_value, 39.0::DOUBLE AS actual_low, 42.0::DOUBLE AS actual_high,
    'P' AS actual_status, -4.5::DOUBLE AS gap, 90.0::DOUBLE AS attainment, 43.2::DOUBLE AS required_by_path, 11.1::DOUBLE AS required_growth, NULL::DOUBLE AS assumed_growth, 1.2::DOUBLE AS trend_growth, 41.0::DOUBLE AS projected_trend,
    NULL::VARCHAR AS area_until, NULL::VARCHAR AS not_judged, 'at_risk' AS status, 'Có nguy cơ vì sau đường.' AS rule_vi, 'At risk: behind the path.' AS rule_en, 'Thành phố' AS area_vi, 'The city' AS area_en, 'Chương trình' AS source_vi,
    'Programme' AS source_en, '%' AS unit, true AS illustrative;
CREATE TABLE target_projections AS SELECT * FROM (VALUES ('share_2025', 'SHARE', 'trend', '2025', 41.0::DOUBLE, 'F', '%'), ('share_2025', 'SHARE', 'required', '2025', 45.0, 'F', '%')) v(target, indicator, scenario, time_period, projected_value, obs_status, unit);
CREATE TABLE checks AS SELECT * FROM (VALUES
    ('output.key', 'unique', 'output', 'error', 'passed', 0::BIGINT, 0::BIGINT, NULL, NULL, '[]'::JSON, NULL::TIMESTAMPTZ, NULL::TIMESTAMPTZ, 0::BIGINT, 'Khoá', 'Key'),
    ('output_sum', 'sum', 'output', 'warn', 'failed', 1, 2, 'does not add up', 'không cộng đúng', '[{"book": "2025-new.csv", "sheet": "2025-new", "cell": "D2", "text": "off <b>by</b> 3", "text_vi": "lệch 3"}]'::JSON, TIMESTAMPTZ '2025-07-01 00:00:00+00', TIMESTAMPTZ '2025-07-01 00:00:00+00', 1, 'Cộng', 'Adds up'))
    v(check_id, kind, table_name, severity, status, failures, not_checked, message, message_vi, examples, first_failed, failing_since, failed_times, note_vi, note_en);
INSERT INTO quarantine BY NAME SELECT 'output' AS dataset, '$new' AS snapshot_id, '2025-new.csv' AS book, '2025-new' AS sheet, 'D4' AS cell, '<u>7?</u>' AS text, 'the book contradicts itself' AS reason;
CREATE TABLE corrections AS SELECT 'fix1' AS correction, 'output' AS dataset, 'industry=X' AS key, 7.0::DOUBLE AS expected, 8.0::DOUBLE AS value, 'A' AS status, 'Lỗi in' AS reason_vi, 'Misprint' AS reason_en, TIMESTAMPTZ '2025-07-01 00:00:00+00' AS since,
    'An' AS made_by, 'applied' AS state, 7.0::DOUBLE AS says, '$new' AS snapshot_id, '2025-new' AS sheet, 'D4' AS cell;
CREATE TABLE book_changes AS SELECT 'output' AS dataset, '2024-<b>old</b>.csv' AS book_before, '2025-new.csv' AS book, 'unit' AS kind, 'column' AS of, true AS grave, true AS accepted, 's' AS was_sheet, 'A1' AS was_cell, 'nghìn' AS was_text, 's' AS sheet, 'A1' AS cell, 'tỷ' AS text, 'the unit is another' AS note;
CREATE TABLE revision_summary AS SELECT * FROM (VALUES ('output', '_T', 8::BIGINT, 1::BIGINT, 1::BIGINT, 10.5::DOUBLE, 10.5::DOUBLE, 10.5::DOUBLE, 1.05::DOUBLE), ('output', 'industry=_T', 3, 1, 1, 10.5, 10.5, 10.5, 1.05))
    v(dataset, series, observations, revised, revisions, mean_revision, mean_abs_revision, max_abs_revision, mean_abs_percent);
