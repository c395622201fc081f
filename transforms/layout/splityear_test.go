package layout_test

import (
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet/sheettest"
	"github.com/statloom/statloom/transforms"
)

// TestSplitYears reads labels that may be months or years which lie in two calendar years: the table's labels decide
// together, and what they leave open is refused.
func TestSplitYears(t *testing.T) {
	tests := []struct {
		name, title, labels, note string
		start                     int
		want                      string // the periods, or a part of the reason
	}{
		{"months", "Output", "2011-10 2011-11 2011-12", "", 0, "2011-10 2011-11 2011-12"},
		{"years, said to end in June", "Output", "2010-11 2011-12 2012-13", "Years ended 30 June", 0, "2010-07-01/P1Y 2011-07-01/P1Y 2012-07-01/P1Y"},
		{"years by their dashes", "Output", "2010-11 2011-12", "Years ended 30 June", 0, "2010-07-01/P1Y 2011-07-01/P1Y"},
		{"years by slashes, pinned", "Output", "2010/11 2012/13", "", 4, "2010-04-01/P1Y 2012-04-01/P1Y"},
		{"years of four digits", "Output", "2010-2011 2011-2012", "", 9, "2010-09-01/P1Y 2011-09-01/P1Y"},
		{"calendar years too", "Output", "2009 2010-11 2012-13", "", 7, "2009 2010-07-01/P1Y 2012-07-01/P1Y"},
		{"no word of the month", "Output", "2010-11 2011-12 2012-13", "", 0, "does not say in which month it begins"},
		{"two words of the month", "Output", "2011-12 2012-13", "Years ended June, but years ended March for schools", 0, "does not say in which month it begins"},
		{"one label", "Output", "2011-12", "Years ended 30 June", 0, "may be a month, or a year"},
		{"one label, pinned", "Output", "2011-12", "", 7, "2011-07-01/P1Y"},
		{"one label that is no month", "Output", "2012-13", "Years ended 30 June", 0, "2012-07-01/P1Y"},
		{"title", "Output in 2012-13", "Total", "Years ended 30 June", 0, "2012-07-01/P1Y"},
		{"title that may be a month", "Output in 2011-12", "Total", "", 0, "may be a month, or a year"},
		{"months under such a title", "Output in 2012-13", "August", "", 7, "the time period cannot be told from"},
	}
	for _, tt := range tests {
		for _, across := range []bool{true, false} {
			labels := strings.Fields(tt.labels)
			text := tt.title + "\n\n"
			if across {
				text += "Item | " + strings.Join(labels, " | ") + "\nSpinning | " + values(1, len(labels)) + "\nWeaving | " + values(7, len(labels)) + "\n"
			} else {
				text += "Year | Spinning | Weaving\n"
				for i, l := range labels {
					text += l + " | " + values(i, 2) + "\n"
				}
			}
			if tt.note != "" {
				text += "\n" + tt.note + "\n"
			}
			place := transforms.Place("column")
			if !across {
				place = "row"
			}
			recipe := transforms.Recipe{Title: "^output", Dimensions: []transforms.Dimension{{ID: "item", Pick: transforms.Pick{From: []transforms.Place{"stub_head"}}}}}
			recipe.Period.From, recipe.Period.YearStart = []transforms.Place{place, "title"}, tt.start
			got := read(t, sheettest.MustParse(text+"!! end\n"), recipe)
			var have []string
			for _, row := range got.rows[1:] {
				if n := len(have); n == 0 || have[n-1] != row[1] {
					have = append(have, row[1])
				}
			}
			if across {
				have = have[:len(have)/max(1, min(len(have)/max(1, len(labels)), 2))]
			}
			for _, r := range got.rejects {
				have = append(have, r.Reason)
				break
			}
			if s := strings.Join(have, " "); s != tt.want && (len(got.rows) > 1 || !strings.Contains(s, tt.want)) {
				t.Errorf("%s, across %v: got %q, want %q\n%s", tt.name, across, s, tt.want, text)
			}
		}
	}
}

// values gives n figures of a line.
func values(line, n int) string {
	var list []string
	for i := range n {
		list = append(list, []string{"10.5", "27.3", "31.9", "44.1"}[(line+i)%4])
	}
	return strings.Join(list, " | ")
}
