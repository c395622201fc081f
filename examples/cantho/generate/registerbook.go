package main

import "time"

// fieldLabels are the fields as the register writes them.
var fieldLabels = map[string]string{"LKPT": "Linh kiện, phụ tùng", "CNC": "Công nghệ cao", "DMDG": "Dệt may - da giày"}

// registerBook writes the list of firms and, on a second sheet, that of their certificates.
func registerBook(r *register) (*book, error) {
	b := newBook("Times New Roman", "Danh sách doanh nghiệp CNHT (minh hoạ)", "2025-01-15")
	firmSheet(b, r)
	certificateSheet(b, r)
	return b, b.err
}

func firmSheet(b *book, r *register) {
	b.addSheet("DSDN", 5, 36, 13, 42, 9, 38, 20, 16, 10, 10, 11, 11, 11, 12, 12)
	listHead(b, 15, "DANH SÁCH DOANH NGHIỆP CÔNG NGHIỆP HỖ TRỢ TRÊN ĐỊA BÀN THÀNH PHỐ CẦN THƠ",
		"Tính đến ngày 31/12/2024 - As of 31 December 2024")
	headers(b, 5, "TT", "Tên doanh nghiệp", "Mã số thuế", "Địa chỉ (phường/xã; quận/huyện)", "Mã ngành VSIC", "Sản phẩm CNHT",
		"Lĩnh vực", "Loại hình", "Vốn đăng ký (tỷ đồng)", "Lao động (người)", "Doanh thu (tỷ đồng)", "Tỷ lệ CNHT trong doanh thu (%)",
		"Xuất khẩu (1.000 USD)", "Ngày vào danh sách", "Ngày ra khỏi danh sách")
	for i, f := range r.firms {
		row := 6 + i
		cells := []any{i + 1, f.name, f.taxCode, f.address, f.class, f.product, fieldLabels[f.field], f.ownership,
			f.capital, f.labour, f.revenue, f.share, export(f.export), date(f.listed, i%23 == 5), date(f.struck, false)}
		list(b, row, cells, map[int]look{0: {align: "center"}, 8: {format: "#,##0"}, 9: {format: "#,##0"}, 10: {format: "#,##0.0"},
			11: {format: "0"}, 12: {format: "#,##0"}, 13: {align: "center", format: "dd/mm/yyyy"}, 14: {align: "center", format: "dd/mm/yyyy"}})
	}
	listFoot(b, 6+len(r.firms), 15, "Ghi chú: tên, mã số thuế (đầu số 99 không có thật), sản phẩm và số liệu đều do chương trình tạo ra. "+
		"Notes: names, tax codes (no real one begins with 99), products and figures are all made up by a program.")
}

func certificateSheet(b *book, r *register) {
	b.addSheet("Chung nhan", 5, 13, 36, 32, 15, 34, 12, 12)
	listHead(b, 8, "DANH SÁCH CHỨNG NHẬN CỦA DOANH NGHIỆP CÔNG NGHIỆP HỖ TRỢ", "Tính đến ngày 31/12/2024 - As of 31 December 2024")
	headers(b, 5, "TT", "Mã số thuế", "Tên doanh nghiệp", "Tiêu chuẩn", "Số chứng nhận", "Tổ chức cấp", "Ngày cấp", "Ngày hết hạn")
	for i, c := range r.certificates {
		f := r.firms[c.firm]
		list(b, 6+i, []any{i + 1, f.taxCode, f.name, c.label, c.number, c.issuer, date(c.issued, i%31 == 9), date(c.expires, false)},
			map[int]look{0: {align: "center"}, 6: {align: "center", format: "dd/mm/yyyy"}, 7: {align: "center", format: "dd/mm/yyyy"}})
	}
	listFoot(b, 6+len(r.certificates), 8, "Ghi chú: chứng nhận, số và tổ chức cấp đều do chương trình tạo ra. "+
		"Notes: certificates, numbers and issuers are all made up by a program.")
}

func listHead(b *book, last int, title, date string) {
	b.paper("landscape")
	b.span(1, last, 1, title, look{size: 13, bold: true, align: "center"})
	b.span(1, last, 2, date, look{size: 11, italic: true, align: "center"})
	b.span(1, last, 3, illustrative, look{size: 11, bold: true, red: true, align: "center"})
	b.height(1, 22)
	b.freeze(3, 6, 5)
}

func headers(b *book, row int, texts ...string) {
	for i, t := range texts {
		b.put(1+i, row, t, look{size: 11, bold: true, wrap: true, align: "center", top: true, bottom: true, left: true, right: true})
	}
	b.height(row, 62)
}

// list writes a row of a list; looks holds what differs from a plain text cell, by index.
func list(b *book, row int, cells []any, looks map[int]look) {
	for i, v := range cells {
		l := looks[i]
		l.size, l.top, l.bottom, l.left, l.right = 11, true, true, true, true
		b.put(1+i, row, v, l)
	}
}

func listFoot(b *book, row, last int, note string) {
	b.span(1, last, row+1, illustrative, look{size: 10, italic: true, red: true, align: "left"})
	b.span(1, last, row+2, note, look{size: 10, italic: true, align: "left"})
}

// date gives the cell of a date: a real date, or as text as clerks sometimes type it; nothing for no date.
func date(t time.Time, asText bool) any {
	switch {
	case t.IsZero():
		return nil
	case asText:
		return t.Format("02/01/2006")
	}
	return t
}

// export gives a mark where a firm exports nothing.
func export(v int) any {
	if v == 0 {
		return markNil
	}
	return v
}
