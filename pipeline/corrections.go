package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/duck"
	"github.com/statloom/statloom/transforms"
)

var correctionTable = tableSpec{
	name:    "corrections",
	comment: "Đính chính — Corrections of what the sources say; rows of a dataset that bear one name it in their column correction",
	columns: []columnSpec{
		{"correction", textType, "Mã đính chính — Id of the correction"},
		{"dataset", textType, "Bộ dữ liệu — Dataset"},
		{"key", textType, "Quan sát — The observation: its dimensions and time period"},
		{"expected", number, "Giá trị của nguồn — The value of the source that it stands in place of; null: that the source has none"},
		{"value", number, "Giá trị đã sửa — The corrected value; null where only the status is corrected or the value is missing"},
		{"status", textType, "Trạng thái đã sửa — The corrected status; null where it stays"},
		{"reason_vi", textType, "Lý do, tiếng Việt — Why, in Vietnamese"},
		{"reason_en", textType, "Lý do, tiếng Anh — Why, in English"},
		{"since", instant, "Có hiệu lực từ — When it was made; it counts from then on"},
		{"made_by", textType, "Người đính chính — Who made it"},
		{"state", textType, "applied đang áp dụng; stopped nguồn đã đổi số; unknown không có quan sát; later chưa đến ngày — applied; stopped: the source says another value now; unknown: there is no such observation; later: it was made after what the release holds"},
		{"says", number, "Giá trị đang công bố — The value that stands"},
		{"snapshot_id", textType, "sha256 of the book that has the observation, as in snapshots"},
		{"sheet", textType, "Name of its sheet"},
		{"cell", textType, "Address of its cell"},
	},
}

// since is when a correction was made.
func since(c transforms.Correction) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, c.Date)
	if err != nil {
		return t, fmt.Errorf("correction %s: the date %q is not one such as 2024-09-29", c.ID, c.Date)
	}
	return t, nil
}

// corrections gives those of a dataset that were made by a time, as the database takes them.
func (d *Dataset) corrections(now time.Time) ([]duck.Correction, error) {
	var list []duck.Correction
	for _, c := range d.Corrections {
		made, err := since(c)
		if err != nil {
			return nil, err
		}
		if made.After(now) {
			continue
		}
		value := c.Value
		if value == nil && c.Status != "M" && c.Status != "C" {
			value = c.Expected // only the status is corrected
		}
		list = append(list, duck.Correction{
			ID: c.ID, Key: c.Key, Expected: c.Expected, Value: value, Status: c.Status, Since: made,
			Reason: strings.TrimSpace(both(c.Reason)),
		})
	}
	return list, nil
}

// correctionRows describes how a dataset's corrections stand, and warns of those that no longer apply.
func (r *running) correctionRows(ctx context.Context, db *duck.DB, d *Dataset, built duck.Dataset) ([][]any, error) {
	reports, err := db.CorrectionReports(ctx, built)
	if err != nil {
		return nil, err
	}
	stands := map[string]duck.CorrectionReport{}
	for _, s := range reports {
		stands[s.ID] = s
	}
	var rows [][]any
	for _, c := range d.Corrections {
		made, err := since(c)
		if err != nil {
			return nil, err
		}
		s, counts := stands[c.ID]
		state := string(s.State)
		switch {
		case !counts:
			state = "later"
		case s.State == duck.CorrectionStopped:
			r.event(ctx, slog.LevelWarn, "load", d.ID, "correction %s no longer applies to %s: the source says %s now, not %s (%s, sheet %q, cell %s)",
				c.ID, keyText(d.Key, c.Key), figure(s.Says), figure(c.Expected), s.Book, s.Sheet, s.Cell)
		case s.State == duck.CorrectionUnknown:
			r.event(ctx, slog.LevelWarn, "load", d.ID, "correction %s has nothing to correct: there is no observation %s", c.ID, keyText(d.Key, c.Key))
		}
		rows = append(rows, []any{
			c.ID, d.ID, keyText(d.Key, c.Key), c.Expected, c.Value, c.Status, c.Reason.VI, c.Reason.EN, made, c.By, state,
			s.Says, s.Snapshot, s.Sheet, s.Cell,
		})
	}
	return rows, nil
}

// keyText writes a key as industry=10, time_period=2024.
func keyText(columns []string, key map[string]string) string {
	var parts []string
	for _, c := range columns {
		if v := key[c]; v != "" {
			parts = append(parts, c+"="+v)
		}
	}
	return strings.Join(parts, ", ")
}

func figure(x *float64) string {
	if x == nil {
		return "that it is missing"
	}
	return fmt.Sprint(*x)
}
