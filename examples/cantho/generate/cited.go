package main

import (
	"strconv"
	"strings"
)

// citedTable is a table of published index figures; a cell without a figure was not found published and stays empty.
type citedTable struct {
	sheet, title string
	columns      []string // lines of the header, parted by line breaks
	rows         []citedRow
	sources      []string
}

type citedRow struct {
	label  string
	values []any
}

const (
	total   = "Toàn ngành công nghiệp"
	making  = "Công nghiệp chế biến, chế tạo"
	power   = "Sản xuất và phân phối điện, khí đốt, nước nóng, hơi nước và điều hoà không khí"
	water   = "Cung cấp nước; hoạt động quản lý và xử lý rác thải, nước thải"
	monthly = "Chỉ số sản xuất công nghiệp thành phố Cần Thơ "
)

// cited holds every figure of Cần Thơ's index that could be found, as it was published.
var cited = []citedTable{
	{
		sheet: "IIP 8-2021", title: monthly + "tháng 8 năm 2021",
		columns: []string{"Tháng 8\nnăm 2021\nso với\ncùng kỳ\nnăm trước"},
		rows:    []citedRow{{total, []any{74.1}}},
		sources: []string{"thanhnien.vn, bài 1445252"},
	},
	{
		sheet: "IIP 9-2024", title: monthly + "tháng 9 và 9 tháng năm 2024",
		columns: []string{"Tháng 9\nnăm 2024\nso với\ncùng kỳ\nnăm trước", "9 tháng\nnăm 2023\nso với\ncùng kỳ\nnăm trước", "9 tháng\nnăm 2024\nso với\ncùng kỳ\nnăm trước"},
		rows: []citedRow{
			{total, []any{118.74, 102.99, 108.02}},
			{making, []any{nil, nil, 108.41}},
			{power, []any{nil, nil, 106.52}},
			{water, []any{nil, nil, 101.33}},
		},
		sources: []string{"congthuong.vn, bài 350730"},
	},
	{
		sheet: "IIP 4-2025", title: monthly + "tháng 4 và 4 tháng năm 2025",
		columns: []string{"Tháng 4\nnăm 2025\nso với\ncùng kỳ\nnăm trước", "4 tháng\nnăm 2025\nso với\ncùng kỳ\nnăm trước"},
		rows: []citedRow{
			{total, []any{110.47, 108.75}},
			{making, []any{nil, 110.17}},
			{power, []any{nil, 102.23}},
			{water, []any{nil, 98.92}},
		},
		sources: []string{"baocantho.com.vn, bài a186141"},
	},
	{
		sheet: "IIP nam", title: "Chỉ số sản xuất công nghiệp các năm của thành phố Cần Thơ (năm trước = 100)",
		columns: []string{"2012", "2013", "2014", "2015", "2016", "2018", "2022"},
		rows: []citedRow{
			{total, []any{104.6, 107.7, 108.2, 107.3, 108.8, 108.15, nil}},
			{making, []any{nil, nil, nil, nil, nil, nil, 135.4}},
		},
		sources: []string{
			"2012-2016: Tổng cục Thống kê, PX-Web E07.02 (github.com/choisy/gso, data-raw/gso_21092018.zip)",
			"2018: nhandan.vn, post353090",
			"2022: cafef.vn, 20230118133550067 (dẫn Tổng cục Thống kê)",
		},
	},
}

const citedNote = "Chỉ ghi những số đã được công bố và tìm thấy nguồn; ô trống là chưa tìm thấy. Địa giới thành phố Cần Thơ trước ngày 01/7/2025. " +
	"Only figures found published are given; an empty cell was not found. Cần Thơ city as before 1 July 2025."

// citedBook writes the published figures, a table a sheet.
func citedBook() (*book, error) {
	b := newBook("Arial", "Chỉ số sản xuất công nghiệp Cần Thơ (trích dẫn)", "2025-06-30")
	for _, t := range cited {
		widths := []float64{48}
		for range t.columns {
			widths = append(widths, 12)
		}
		b.addSheet(t.sheet, append(widths, 4, 12)...)
		writeCited(b, t)
	}
	return b, b.err
}

func writeCited(b *book, t citedTable) {
	last := 1 + len(t.columns)
	wide := max(last, 5)
	b.paper("portrait")
	b.span(1, wide, 1, t.title, look{size: 12, bold: true, align: "left"})
	b.put(last, 3, "%", look{italic: true, align: "right"})
	row := 4
	lines := headLines(t.columns)
	for i := range lines {
		edge := look{bold: true, align: "center", top: i == 0, bottom: i == len(lines)-1}
		b.put(1, row, nil, edge)
		for j, text := range lines[i] {
			b.put(2+j, row, headCell(text), edge)
		}
		row++
	}
	row++ // a blank line under the header, as the monthly books have it
	for i, r := range t.rows {
		indent := min(i, 1)
		b.put(1, row, r.label, look{bold: i == 0, wrap: true, align: "left", indent: indent})
		if len([]rune(r.label)) > 48 {
			b.height(row, 27)
		}
		for j, v := range r.values {
			b.put(2+j, row, v, look{bold: i == 0, align: "right", format: "0.00"})
		}
		row++
	}
	for c := 1; c <= last; c++ {
		b.put(c, row, nil, look{top: true})
	}
	b.span(1, wide, row+1, citedNote, look{size: 9, italic: true, wrap: true, align: "left"})
	b.height(row+1, 50)
	for i, s := range t.sources {
		b.span(1, wide, row+2+i, "Nguồn - Source: "+s, look{size: 9, italic: true, wrap: true, align: "left"})
		b.height(row+2+i, 26)
	}
}

// headLines turns header texts into lines of cells: the monthly books stack a header over one-line rows.
func headLines(columns []string) [][]string {
	var lines [][]string
	for c, text := range columns {
		for i, part := range strings.Split(text, "\n") {
			if i == len(lines) {
				lines = append(lines, make([]string, len(columns)))
			}
			lines[i][c] = part
		}
	}
	return lines
}

// headCell gives a bare year as the number it is in yearbooks.
func headCell(text string) any {
	switch year, err := strconv.Atoi(text); {
	case err == nil:
		return year
	case text == "":
		return nil
	}
	return text
}
