package layout

import (
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
	"github.com/statloom/statloom/transforms/value"
)

// readField reads a cell as the type that is declared; marks for a missing value give nil without a reason.
func readField(c *sheet.Cell, typ string, st numberStyle) (v any, why string) {
	switch c.Type {
	case sheet.Error:
		return nil, "the cell holds the error " + c.Text
	case sheet.Empty:
		return nil, "the formula has no stored result"
	}
	switch typ {
	case "number":
		return fieldNumber(c, st)
	case "integer":
		v, why := fieldNumber(c, st)
		if f, ok := v.(float64); ok {
			if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
				return nil, "this is not a whole number"
			}
			return int64(f), ""
		}
		return v, why
	case "date":
		return fieldDate(c)
	}
	t := headerText(c)
	if c.Type == sheet.Text {
		t = fold.Space(c.Text)
		if strings.Trim(t, "-–—.…") == "" {
			return nil, ""
		}
	}
	return t, ""
}

func fieldNumber(c *sheet.Cell, st numberStyle) (any, string) {
	switch c.Type {
	case sheet.Number:
		return c.Num, ""
	case sheet.Text:
		r := value.Parse(c.Text, st.style)
		switch {
		case r.OK:
			return r.Value, ""
		case r.Missing:
			return nil, ""
		case st.err != nil:
			return nil, st.err.Error()
		}
		return nil, r.Comment
	}
	return nil, "a " + c.Type.String() + " stands where a number is expected"
}

func fieldDate(c *sheet.Cell) (any, string) {
	switch c.Type {
	case sheet.Date:
		if d, ok := sheet.Time(c.Num); ok {
			return arrow.Date32FromTime(d), ""
		}
		return nil, "the date lies outside the years 1900 to 9999"
	case sheet.Text:
		if _, _, ok := value.Mark(c.Text); ok {
			return nil, ""
		}
		if d, ok := period.ParseDate(c.Text); ok {
			return arrow.Date32FromTime(d), ""
		}
		return nil, "this is not a date that can be read"
	}
	return nil, "a " + c.Type.String() + " stands where a date is expected"
}
