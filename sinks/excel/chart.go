package excel

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// palette are colours that are told apart also by those who see few of them (after Okabe and Ito), darker for paper.
func palette() []string {
	return []string{"0B5563", "D55E00", "009E73", "CC79A7", "0072B2", "B58900", "56B4E9", "7A5195"}
}

// chartSeries is how many series a chart shows.
const chartSeries = 8

// chartHeight makes a chart cover all but the last of the rows kept for it: excelize counts 18 pixels a row.
const chartHeight = 18 * (chartRows - 1)

// addChart draws an indicator: lines over time, or bars where there are but one or two periods.
func (w *writer) addChart(s *indicatorSheet, extra []extraColumn, widths []float64) error {
	sheet := quoted(s.sheet)
	span := func(column1, row1, column2, row2 int) string {
		return fmt.Sprintf("%s!%s:%s", sheet, absolute(column1, row1), absolute(column2, row2))
	}
	wide := 0.0
	for _, width := range widths {
		wide += width*7 + 5 // pixels
	}
	chart := &excelize.Chart{
		Type:         excelize.Line,
		Title:        excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: s.Name.In(w.lang) + " (" + s.Unit + ")", Font: &excelize.Font{Family: "Arial", Size: 12, Bold: true, Color: ink}}}},
		Legend:       excelize.ChartLegend{Position: "bottom"},
		Dimension:    excelize.ChartDimension{Width: uint(min(wide, 1500)), Height: chartHeight},
		ShowBlanksAs: "gap",
		Format:       excelize.GraphicOptions{Name: s.ID, AltText: w.describe(s)},
		XAxis:        excelize.ChartAxis{Font: axisFont(), TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis:        excelize.ChartAxis{MajorGridLines: true, Font: axisFont(), NumFmt: excelize.ChartNumFmt{CustomNumFmt: "#,##0.##"}},
	}
	if scale := s.largest(); scale >= 20 {
		chart.YAxis.NumFmt.CustomNumFmt = "#,##0"
	} else if scale >= 1 {
		chart.YAxis.NumFmt.CustomNumFmt = "#,##0.0"
	}
	if len(s.series) > 6 {
		chart.Legend.Position = "right"
	}
	colours, dashes := palette(), []excelize.LineDashType{excelize.LineDashDash, excelize.LineDashDot}
	add := func(name, categories, values, colour string, dash excelize.LineDashType) {
		line := excelize.LineOptions{Width: 2.25, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}, Dash: dash}
		x := excelize.ChartSeries{Name: name, Categories: categories, Values: values, Line: line, Fill: line.Fill,
			Marker: excelize.ChartMarker{Symbol: "circle", Size: 5, Fill: line.Fill}}
		if dash != excelize.LineDashUnset {
			x.Marker = excelize.ChartMarker{Symbol: "none"}
		}
		chart.Series = append(chart.Series, x)
	}
	rows, columns := len(s.periods), len(s.series)
	switch {
	case rows == 1 && !s.across: // one period: the series are what is compared
		chart.Type, chart.Legend.Position = excelize.Col, "none"
		add(sheet+"!"+absolute(1, tableRow+1), span(2, tableRow, columns+1, tableRow), span(2, tableRow+1, columns+1, tableRow+1), colours[0], excelize.LineDashUnset)
	case s.across:
		for i := range min(columns, chartSeries) {
			add(sheet+"!"+absolute(1, tableRow+1+i), span(2, tableRow, rows+1, tableRow), span(2, tableRow+1+i, rows+1, tableRow+1+i), colours[i], excelize.LineDashUnset)
		}
	default:
		categories := span(1, tableRow+1, 1, tableRow+rows)
		for i := range min(columns, chartSeries) {
			add(sheet+"!"+absolute(i+2, tableRow), categories, span(i+2, tableRow+1, i+2, tableRow+rows), colours[i], excelize.LineDashUnset)
		}
		for i, e := range extra {
			if e.drawn {
				column := columns + 2 + i
				add(sheet+"!"+absolute(column, tableRow), categories, span(column, tableRow+1, column, tableRow+rows), muted, dashes[i%len(dashes)])
			}
		}
	}
	if rows <= 2 {
		chart.Type = excelize.Col
	}
	return w.file.AddChart(s.sheet, cellName(1, chartRow), chart)
}

func axisFont() excelize.Font { return excelize.Font{Family: "Arial", Size: 9, Color: muted} }

// describe says in words what a chart shows, for those who do not see it.
func (w *writer) describe(s *indicatorSheet) string {
	return fmt.Sprintf(w.say("Biểu đồ %s, %s đến %s, %d chuỗi; số liệu trong bảng bên dưới", "Chart of %s, %s to %s, %d series; its figures are in the table below"),
		s.Name.In(w.lang), s.periods[0], s.periods[len(s.periods)-1], len(s.series))
}

// largest is the largest value, without its sign.
func (s *indicatorSheet) largest() float64 {
	most := 0.0
	for _, x := range s.series {
		for _, o := range x.values {
			if v, ok := o.value.(float64); ok {
				most = max(most, v, -v)
			}
		}
	}
	return most
}

func absolute(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row, true)
	if err != nil {
		return "$A$1"
	}
	return name
}

// targetChart draws how far each target is attained.
func (w *writer) targetChart(sheet string, first, last, row int) error {
	q := quoted(sheet)
	fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{palette()[0]}}
	zero := 0.0
	return w.file.AddChart(sheet, cellName(1, row), &excelize.Chart{
		Type: excelize.Bar,
		Series: []excelize.ChartSeries{{
			Name:       q + "!$K$5",
			Categories: fmt.Sprintf("%s!$A$%d:$A$%d", q, first, last),
			Values:     fmt.Sprintf("%s!$K$%d:$K$%d", q, first, last), Fill: fill,
		}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: w.say("Mức đạt mục tiêu, %", "Targets attained, %"), Font: &excelize.Font{Family: "Arial", Size: 12, Bold: true, Color: ink}}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		PlotArea:  excelize.ChartPlotArea{ShowVal: true},
		Dimension: excelize.ChartDimension{Width: 900, Height: uint(140 + 60*min(last-first+1, 12))},
		Format:    excelize.GraphicOptions{Name: "targets", AltText: w.say("Biểu đồ mức đạt từng mục tiêu, phần trăm; số liệu trong bảng bên trên", "Chart of how far each target is attained, in per cent; its figures are in the table above")},
		XAxis:     excelize.ChartAxis{ReverseOrder: true, Font: axisFont()},
		YAxis:     excelize.ChartAxis{MajorGridLines: true, Minimum: &zero, Font: axisFont(), NumFmt: excelize.ChartNumFmt{CustomNumFmt: "0"}},
	})
}
