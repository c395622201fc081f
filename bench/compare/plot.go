package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// Sizes of the plot in pixels.
const (
	plotWidth  = 860
	plotLabel  = 250 // room for the readers' names
	plotRow    = 22
	plotHead   = 34
	plotMargin = 16
)

// plot draws for every set of books how long each reader takes, on a logarithmic scale from the quickest on.
func (r Results) plot() string {
	var body strings.Builder
	y := plotMargin
	for _, s := range r.Sets {
		runs := slices.DeleteFunc(slices.Clone(s.Runs), func(r Run) bool { return r.Median() == 0 || r.Cells == 0 || r.Reader == "pandas-to-parquet" })
		slices.SortStableFunc(runs, func(a, b Run) int {
			if a.Median() < b.Median() {
				return -1
			}
			return 1
		})
		if len(runs) == 0 {
			continue
		}
		low, high := runs[0].Median()/2, runs[len(runs)-1].Median()
		base := s.find("statloom").Median()
		fmt.Fprintf(&body, `<text class="h" x="%d" y="%d">%s</text>`+"\n", plotMargin, y+18, html.EscapeString(s.Title))
		y += plotHead
		for _, run := range runs {
			width := float64(plotWidth-plotLabel-150) * math.Log(run.Median()/low) / math.Log(high/low)
			class, note := "o", fmt.Sprintf("%.2f s (%.0f×)", run.Median(), run.Median()/base)
			if run.Reader == "statloom" {
				class, note = "s", fmt.Sprintf("%.2f s", run.Median())
			}
			fmt.Fprintf(&body, `<text x="%d" y="%d" text-anchor="end">%s</text><rect class="%s" x="%d" y="%d" width="%.1f" height="14" rx="2"/><text x="%.1f" y="%d">%s</text>`+"\n",
				plotLabel-8, y+12, html.EscapeString(label(run.Reader)), class, plotLabel, y, width, plotLabel+width+6, y+12, note)
			y += plotRow
		}
		y += plotMargin
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="Seconds that readers take for the same books, on a logarithmic scale">
<style>text{font:13px system-ui,sans-serif;fill:#222}.h{font-weight:600;font-size:14px}.s{fill:#0b6e4f}.o{fill:#9aa5b1}</style>
<rect width="100%%" height="100%%" fill="#fff"/>
%s<text x="%d" y="%d">Seconds to read the same books, logarithmic scale; in brackets how many times statloom's.</text>
</svg>
`, plotWidth, y+30, plotWidth, y+30, body.String(), plotMargin, y+14)
}
