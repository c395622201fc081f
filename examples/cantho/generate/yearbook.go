package main

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	titleVI = "Giá trị sản xuất công nghiệp trên địa bàn phân theo ngành công nghiệp"
	titleEN = "Gross output of industry by industrial activity"
	legend  = `Ghi chú - Note: "-" Không có hiện tượng phát sinh - Nil; "..." Có phát sinh nhưng không có số liệu - Facts occurred but no information.`
	classes = "Ngành cấp 1, 2 và 4 theo VSIC 2018 (Quyết định 27/2018/QĐ-TTg). Ngành D và ngành 35 trùng nhau, chỉ ghi một dòng - Levels 1, 2 and 4 of VSIC 2018; D and 35 are the same and stand in one row."
	before  = "Địa giới thành phố Cần Thơ trước ngày 01/7/2025 - Cần Thơ city as before 1 July 2025."
)

// stacked is the yearbook of 2024: current prices, then below them the same stub at 2010 prices.
func stacked(in *input, e *edition) (*book, error) {
	b := newBook("Arial", "Niên giám 2024 (số liệu minh hoạ)", "2025-06-27")
	b.addSheet("GTSX_nganh", 58, 11, 11, 11, 11, 11, 11)
	last := 1 + len(e.years)
	head(b, 176, last)
	b.put(1, 5, nil, look{top: true, bottom: true})
	yearHeads(b, e.years, 2, 5)
	b.freeze(2, 6, 5)
	row := 6
	for _, block := range []struct{ base, label string }{
		{current, "Giá hiện hành (Tỷ đồng) - At current prices (Bill. dongs)"},
		{constant, "Giá so sánh 2010 (Tỷ đồng) - At constant 2010 prices (Bill. dongs)"},
	} {
		b.put(1, row, nil, look{})
		b.span(2, last, row, block.label, look{italic: true, align: "center"})
		b.height(row, 18)
		row++
		for _, a := range in.activities {
			stub(b, row, a, 58, false)
			for i, year := range e.years {
				value(b, 2+i, row, e.figures[key{a.code, year, block.base}], a.level)
			}
			row++
		}
	}
	foot(b, row, last)
	return b, b.err
}

// sideBySide is the yearbook of 2022: the two price bases stand beside each other under a header of two levels.
func sideBySide(in *input, e *edition) (*book, error) {
	b := newBook("Arial", "Niên giám 2022 (số liệu minh hoạ)", "2023-06-30")
	n := len(e.years)
	widths := []float64{54}
	for range 2 * n {
		widths = append(widths, 10)
	}
	b.addSheet("Bieu 168", widths...)
	last := 1 + 2*n
	head(b, 168, last)
	b.span(last-3, last, 4, "Đơn vị tính: Tỷ đồng - Unit: Bill. dongs", look{size: 9, italic: true, align: "right"})
	edge := look{bold: true, wrap: true, align: "center", top: true, bottom: true}
	b.put(1, 5, "Ngành công nghiệp\nIndustrial activity", edge)
	b.put(1, 6, nil, edge)
	b.check(b.file.MergeCell(b.sheet, "A5", "A6"))
	for i, label := range []string{"Giá hiện hành - At current prices", "Giá so sánh 2010 - At constant 2010 prices"} {
		b.span(2+i*n, 1+(i+1)*n, 5, label, edge)
		yearHeads(b, e.years, 2+i*n, 6)
	}
	b.height(5, 20)
	b.freeze(2, 7, 5)
	row := 7
	for _, a := range in.activities {
		stub(b, row, a, 54, true)
		for i, base := range []string{current, constant} {
			for j, year := range e.years {
				value(b, 2+i*n+j, row, e.figures[key{a.code, year, base}], a.level)
			}
		}
		row++
	}
	foot(b, row, last)
	return b, b.err
}

// head writes the titles above a table.
func head(b *book, number, last int) {
	b.paper("portrait")
	b.span(1, last, 1, strconv.Itoa(number)+". "+titleVI, look{size: 12, bold: true, align: "left"})
	b.span(1, last, 2, titleEN, look{size: 12, italic: true, align: "left", indent: 2})
	b.span(1, last, 3, illustrative, look{size: 9, bold: true, red: true, align: "left", indent: 2})
	b.height(1, 18)
	b.height(2, 16)
}

// yearHeads writes a header line of years; the last is provisional.
func yearHeads(b *book, years []int, col, row int) {
	l := look{bold: true, wrap: true, align: "center", top: true, bottom: true}
	for i, year := range years {
		if i == len(years)-1 {
			b.put(col+i, row, "Sơ bộ\nPrel.\n"+strconv.Itoa(year), l)
		} else {
			b.put(col+i, row, year, l)
		}
	}
	b.height(row, 42)
}

// stub writes a row's label: its level is in the alignment's indent, as in the printed books.
func stub(b *book, row int, a activity, width int, respell bool) {
	l := look{wrap: true, align: "left"}
	vi, en := a.vi, a.en
	if respell {
		vi = strings.NewReplacer("hoá chất", "hóa chất", "hoá dược", "hóa dược", "thuỷ", "thủy", "huỷ", "hủy", "điều hoà", "điều hòa").Replace(vi)
	}
	switch a.level {
	case "total":
		vi, en = "TỔNG SỐ", "TOTAL"
		l.bold = true
	case "section":
		vi, l.bold = a.code+". "+vi, true
	case "division":
		vi, l.bold, l.indent = a.code+". "+vi, true, 1
	default:
		vi, l.indent = a.code+". "+vi, 2
	}
	joint := " - "
	room := width - 2*l.indent - 6
	if utf8.RuneCountInString(vi+joint+en) > room {
		joint = "\n"
	}
	label := vi + joint + en
	if hash("blank"+a.code+strconv.Itoa(width))%11 == 0 {
		label += " "
	}
	lines := 0
	for _, part := range strings.Split(label, "\n") {
		lines += 1 + utf8.RuneCountInString(part)/(width+8-2*l.indent)
	}
	b.put(1, row, label, l)
	b.height(row, 2+13*float64(lines))
}

// value writes one figure, or the mark that stands for it.
func value(b *book, col, row int, f figure, level string) {
	l := look{align: "right", format: "#,##0.0", bold: level != "class"}
	switch {
	case f.mark != "":
		b.put(col, row, f.mark, l)
	case f.asText:
		b.put(col, row, vietnamese(f.tenths), l)
	default:
		b.put(col, row, float64(f.tenths)/10, l)
	}
}

// vietnamese spells tenths with a dot between thousands and a decimal comma: 1.234,5.
func vietnamese(tenths int64) string {
	whole := strconv.FormatInt(tenths/10, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	return whole + "," + strconv.FormatInt(tenths%10, 10)
}

// foot writes the notes below a table.
func foot(b *book, row, last int) {
	for c := 1; c <= last; c++ {
		b.put(c, row, nil, look{top: true})
	}
	for i, text := range []string{illustrative, legend, classes, before} {
		b.span(1, last, row+1+i, text, look{size: 9, italic: true, wrap: true, align: "left", red: i == 0})
		b.height(row+1+i, 26)
	}
}
