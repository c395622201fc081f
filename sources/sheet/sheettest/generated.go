package sheettest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// Generated is a larger book than Described, the same at every call: pages of labels and figures with gaps, merges, hidden
// parts and the odd values and texts that have broken readers. It uses what every format that can be written can say.
func Generated() *Book {
	g := generator{Rand: rand.New(rand.NewPCG(2025, 7)), book: &Book{Styles: []sheet.Style{{NumFmt: "General", Font: "Arial"}}}}
	for i := range 6 {
		g.sheet(fmt.Sprintf("Biểu %02d", i+1), 120+g.IntN(200), 4+g.IntN(14))
	}
	g.book.List[3].Info.Hidden = true
	return g.book
}

type generator struct {
	*rand.Rand
	book *Book
}

func (g *generator) sheet(name string, rows, cols int) {
	s := &Sheet{Info: sheet.Info{Name: name}}
	g.book.List = append(g.book.List, s)
	number, merged := 0, 0
	for range rows {
		number++
		if g.IntN(12) == 0 {
			number += g.IntN(30) // a gap
		}
		row := sheet.Row{Number: number, Hidden: g.IntN(40) == 0}
		for col := 1; col <= cols; col++ {
			if g.IntN(6) == 0 {
				continue
			}
			row.Cells = append(row.Cells, g.cell(col))
		}
		if len(row.Cells) == 0 {
			row.Cells = append(row.Cells, g.cell(1))
		}
		// Merges begin at stored cells, and the other cells of the range are without a value.
		if last := len(row.Cells) - 1; number > merged && g.IntN(10) == 0 && last > 0 && row.Cells[last].Col == row.Cells[last-1].Col+1 {
			style := row.Cells[last].Style
			row.Cells[last] = sheet.Cell{Col: row.Cells[last].Col, Style: style}
			s.Tail.Merges = append(s.Tail.Merges, sheet.Range{Row1: number, Col1: row.Cells[last-1].Col, Row2: number, Col2: row.Cells[last].Col})
			merged = number
		}
		s.Rows = append(s.Rows, row)
	}
	if cols > 6 {
		s.Tail.HiddenCols = []sheet.Span{{First: 3, Last: 4}}
	}
}

func (g *generator) cell(col int) sheet.Cell {
	c := sheet.Cell{Col: col}
	style := sheet.Style{NumFmt: "General", Font: [...]string{"Arial", "Times New Roman"}[g.IntN(2)]}
	style.Bold, style.Italic = g.IntN(8) == 0, g.IntN(16) == 0
	switch k := g.IntN(100); {
	case col == 1 && k < 90:
		c.Type, c.Text = sheet.Text, g.label()
		style.HAlign, style.Indent = "left", g.IntN(5)
	case k < 70:
		c.Type = sheet.Number
		c.Num = g.number()
		c.Text = strconv.FormatFloat(c.Num, 'f', -1, 64)
		style.NumFmt = [...]string{"General", "0.0", "0.00"}[g.IntN(3)]
	case k < 90:
		c.Type, c.Text = sheet.Text, g.label()
	case k < 94:
		c.Type, c.Text = sheet.Bool, strconv.Itoa(g.IntN(2))
		c.Num = float64(c.Text[0] - '0')
	}
	if style.Indent == 0 {
		style.HAlign = ""
	}
	style.BorderTop, style.BorderBot = g.IntN(20) == 0, g.IntN(20) == 0
	c.Style = g.book.styleID(style)
	return c
}

// number gives figures as tables have them: rounded ones, full doubles, large and small ones, and what formats encode apart.
func (g *generator) number() float64 {
	switch g.IntN(8) {
	case 0:
		return float64(g.IntN(100_000)) / 10
	case 1:
		return float64(g.IntN(1_000_000)) / -100
	case 2:
		return g.Float64() * 1000
	case 3:
		return float64(g.Int64N(1e15))
	case 4:
		return [...]float64{0, 1, -1, 0.1, 100, 536870911, 536870912, -536870912, -536870913, 4294967296, 0.01, 1e14, 0.001}[g.IntN(13)]
	case 5:
		return float64(g.IntN(1 << 30))
	case 6:
		return g.NormFloat64()
	}
	return float64(1990 + g.IntN(40))
}

// label gives texts as tables have them, and some that have broken readers.
func (g *generator) label() string {
	if g.IntN(4) > 0 {
		words := strings.Fields("Tổng số công nghiệp khai khoáng chế biến dệt may da giày Nghìn tấn Ước tính tháng quý năm Lao động Coal textile and of")
		var text []string
		for range 1 + g.IntN(9) {
			text = append(text, words[g.IntN(len(words))])
		}
		return strings.Join(text, " ")
	}
	odd := [...]string{
		"-", "..", "...", "x", " ", "  lùi vào", "kết thúc  ", "hai  khoảng trống", "dòng một\ndòng hai", "cột\tmột", "007", "1e5", "TRUE", "#N/A", "=1+1", "'đơn'",
		`"kép"`, "<b>&amp;</b>", "50%", "1.234,5", "½ ± µ §", "😀 đủ", "Ω∑漢字", "à la carte, São Tomé", strings.Repeat("dài ", 200), strings.Repeat("z", 255), "{}", "!sheet", "|",
	}
	return odd[g.IntN(len(odd))]
}
