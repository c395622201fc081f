package duck

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// fixedComment describes the columns that datasets share.
func fixedComment(column string) string {
	switch column {
	case "time_period":
		return "Time period as SDMX writes it: 2024, 2024-Q1, 2024-S1, 2024-03, 2024-03-29, or 2024-01-01/P5M for five months"
	case "period_start":
		return "First day of the period"
	case "period_end":
		return "Last day of the period"
	case "freq":
		return "Frequency (SDMX CL_FREQ): A year, S half-year, Q quarter, M month, W week, D day"
	case "obs_value":
		return "The value; null when it is missing"
	case "obs_status":
		return "Status (SDMX CL_OBS_STATUS): A normal, E estimated, P provisional, F forecast, B break, M missing, C confidential"
	case "obs_comment":
		return "Why the value is missing, or what its note says"
	case "unit":
		return "Unit as published"
	case "unit_mult":
		return "Power of ten that is in the unit: 9 for billions"
	case "price_base":
		return "Price base: current, or the year of constant prices; null where prices play no part"
	case "snapshot_id":
		return "sha256 of the book it was read from, as in snapshots"
	case "sheet":
		return "Name of the sheet it was read from"
	case "cell":
		return "Address of its cell or range in A1 form"
	case "vintage_from":
		return "When this became known"
	case "vintage_to":
		return "When something else became known in its place; null while it stands. Rows with vintage_to = vintage_from were replaced as they appeared"
	}
	if column == "correction" {
		return "Id of the correction that stands here in place of the source's value, as in corrections; null where the source speaks"
	}
	return ""
}

// commentDataset describes the dataset's objects and all their columns, at once.
func (db *DB) commentDataset(ctx context.Context, d Dataset) error {
	columns, err := db.Columns(ctx, historyName(d.ID))
	if err != nil {
		return err
	}
	var b strings.Builder
	comment := func(target, text string) { fmt.Fprintf(&b, "COMMENT ON %s IS %s;\n", target, Literal(text)) }
	title := d.Comment
	if title == "" {
		title = d.ID
	}
	comment("TABLE "+Ident(historyName(d.ID)), title+" (all vintages)")
	comment("VIEW "+Ident(d.ID), title+" (latest vintage)")
	comment("MACRO TABLE "+Ident(asOfName(d.ID)), title+" (as it was known at a time)")
	for _, c := range columns {
		text := d.Columns[c.Name]
		if text == "" {
			text = fixedComment(c.Name)
		}
		if text == "" && slices.Contains(d.Key, c.Name) {
			text = "Part of the key of " + d.ID
		}
		if text == "" {
			text = "Attribute of " + d.ID
		}
		comment("COLUMN "+Ident(historyName(d.ID))+"."+Ident(c.Name), text)
		comment("COLUMN "+Ident(d.ID)+"."+Ident(c.Name), text)
	}
	return db.atomically(ctx, b.String())
}
