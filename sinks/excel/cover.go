package excel

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/sinks"
)

// writeCover writes the first sheet: what this is, of when, and the contents.
func (w *writer) writeCover(sheet string) error {
	widths := []float64{22, 62, 58, 16}
	p := w.open(sheet, setup{widths: widths, tab: accent, single: len(w.contents) <= 60})
	p.put(8)
	p.wide(look{bold: true, size: 20, color: accent}, len(widths), widths, w.release.Name.In(w.lang))
	p.wide(look{size: 12, italic: true, color: muted}, len(widths), widths, w.other(w.release.Name))
	if w.release.Illustrative {
		p.wide(look{bold: true, size: 12, color: amberT, fill: amber, centre: true}, len(widths), widths, w.illustrative()+"\n"+
			w.say("Bản này có số liệu tự đặt để minh hoạ, không phải số liệu thống kê.", "This release holds made-up figures to illustrate; they are no statistics."))
	}
	p.put(6)
	fact := func(name, value string) {
		p.put(0, words(look{color: muted}, name), words(look{}, value))
	}
	fact(w.say("Bản phát hành", "Release"), w.release.ID)
	fact(w.say("Lập lúc", "Made"), w.release.Time.UTC().Format("2006-01-02 15:04")+" UTC")
	if w.report {
		p.put(0, words(look{color: muted}, w.say("Báo cáo", "Report")), words(look{color: accent, underline: true}, w.options.Report+"/index.html"))
		p.link(2, p.row, w.options.Report+"/index.html", true)
	}
	fact(w.say("Công thức", "Formulas"), w.say(
		"Ô chỉ tiêu là công thức sống dẫn đến các ô số liệu của sổ này; giá trị lưu sẵn là giá trị đã công bố.",
		"Cells of indicators are live formulas over the data in this workbook; the values stored with them are the published ones."))
	p.put(6)
	head := look{bold: true, color: "FFFFFF", fill: accent, border: true}
	p.put(20, words(head, w.say("Trang", "Sheet")), words(head, w.say("Nội dung", "Contents")), words(head, w.say("Contents", "Nội dung")), words(head, ""))
	for _, e := range w.contents[1:] {
		title, other := e.title.In(w.lang), w.other(e.title)
		high := max(height(title, widths[1], 11), height(other, widths[2], 11))
		p.put(high, words(look{border: true, color: accent, underline: true}, e.sheet), words(look{border: true, wrap: true}, title),
			words(look{border: true, wrap: true, italic: true, color: muted}, other), words(look{border: true, right: true, color: muted}, e.detail))
		p.link(1, p.row, quoted(e.sheet)+"!A1", false)
	}
	for _, n := range w.notes {
		p.wide(look{color: amberT}, len(widths), widths, n.In(w.lang))
	}
	return p.close()
}

// writeNotes writes where the figures come from and how they were made.
func (w *writer) writeNotes(sheet string) error {
	widths := []float64{20, 46, 46, 28, 22, 50}
	p := w.open(sheet, setup{widths: widths, tab: "9FB3C8"})
	p.put(24, words(look{bold: true, size: 14, color: accent}, w.say("Ghi chú và nguồn", "Notes and sources")))
	p.text(look{italic: true, color: muted}, w.say("Notes and sources", "Ghi chú và nguồn"))
	p.text(look{color: accent, underline: true}, w.say("← Về bìa", "← Cover"))
	p.link(1, p.row, quoted(w.contents[0].sheet)+"!A1", false)
	for _, n := range w.notes {
		p.wide(look{color: amberT}, len(widths), widths, n.In(w.lang))
	}
	w.section(p, w.say("Trạng thái số liệu", "Status of figures"))
	p.wide(look{}, len(widths), widths, w.say("A bình thường · P sơ bộ · E ước tính · F dự báo · B gián đoạn chuỗi · M thiếu · C bảo mật. Số thiếu để trống, không bao giờ là 0.",
		"A normal · P provisional · E estimated · F forecast · B break in series · M missing · C confidential. A missing figure is empty, never 0."))
	if len(w.about.Datasets) > 0 {
		w.datasetNotes(p)
	}
	if len(w.about.Indicators) > 0 {
		w.indicatorCatalogue(p)
	}
	if len(w.about.Snapshots) > 0 {
		w.sourceNotes(p)
	}
	return p.close()
}

func (w *writer) section(p *page, title string) {
	p.put(8)
	p.put(20, words(look{bold: true, size: 12, color: accent}, title))
}

func (w *writer) heads(p *page, names ...string) {
	var cells []*cell
	for _, n := range names {
		cells = append(cells, words(look{bold: true, color: "FFFFFF", fill: accent, border: true, wrap: true}, n))
	}
	p.put(0, cells...)
}

func (w *writer) lines(p *page, widths []float64, texts ...string) {
	var cells []*cell
	high := 0.0
	for i, t := range texts {
		t = w.whole(t)
		cells = append(cells, words(look{border: true, wrap: true, top: true, size: 9}, t))
		high = max(high, height(t, widths[i]*1.1, 9))
	}
	p.put(high, cells...)
}

func (w *writer) datasetNotes(p *page) {
	w.section(p, w.say("Bộ dữ liệu", "Datasets"))
	w.heads(p, w.say("Mã", "Id"), w.say("Tên", "Name"), w.say("Ghi chú", "Note"), w.say("Cơ quan", "Producer"), w.say("Giấy phép", "Licence"), w.say("Sách", "Books"))
	for _, d := range w.about.Datasets {
		var producers, licences, books []string
		for _, s := range w.about.Of(d) {
			producers, licences, books = addNew(producers, s.Producer), addNew(licences, s.Licence), addNew(books, s.Name)
		}
		name := d.Name.In(w.lang)
		if o := w.other(d.Name); o != "" {
			name += "\n" + o
		}
		note := d.Note.In(w.lang)
		if d.Illustrative {
			note = strings.TrimSpace(w.illustrative() + "\n" + note)
		}
		w.lines(p, []float64{20, 46, 46, 28, 22, 50}, d.ID, name, note, strings.Join(producers, "\n"), strings.Join(licences, "\n"), strings.Join(books, "\n"))
	}
}

func addNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	if s == "" {
		return list
	}
	return append(list, s)
}

func (w *writer) indicatorCatalogue(p *page) {
	w.section(p, w.say("Chỉ tiêu", "Indicators"))
	w.heads(p, w.say("Mã", "Id"), w.say("Tên", "Name"), w.say("Cách tính", "Formula"), w.say("Nguồn", "Source"), w.say("Đơn vị, phương pháp", "Unit, method"), w.say("Ghi chú", "Note"))
	for _, i := range w.about.Indicators {
		name := i.Name.In(w.lang)
		if o := w.other(i.Name); o != "" {
			name += "\n" + o
		}
		w.lines(p, []float64{20, 46, 46, 28, 22, 50}, i.ID, name, i.Formula.In(w.lang), i.Source.In(w.lang), strings.Trim(i.Unit+"; "+i.Method, "; "), i.Note.In(w.lang))
	}
}

func (w *writer) sourceNotes(p *page) {
	w.section(p, w.say("Sách nguồn", "Source books"))
	w.heads(p, w.say("Nguồn", "Source"), w.say("Sách", "Book"), w.say("Địa chỉ", "Address"), w.say("Cơ quan", "Producer"), w.say("Giấy phép", "Licence"), w.say("Tải lúc; sha256", "Fetched; sha256"))
	for _, s := range w.about.Snapshots {
		at := ""
		if t, ok := s.Retrieved.(time.Time); ok {
			at = t.Format("2006-01-02 15:04") + " UTC; "
		}
		w.lines(p, []float64{20, 46, 46, 28, 22, 50}, s.Source, s.Name, s.URI, s.Producer, s.Licence, at+s.ID)
	}
}

// writeColumns writes what the columns of the data sheets mean.
func (w *writer) writeColumns(sheet string, data []*dataTable) error {
	widths := []float64{24, 22, 40, 26, 16, 14, 90}
	const head = 4
	p := w.open(sheet, setup{widths: widths, freeze: head, tab: "9FB3C8"})
	p.put(24, words(look{bold: true, size: 14, color: accent}, w.say("Ý nghĩa các cột", "What the columns mean")))
	p.text(look{italic: true, color: muted}, w.say("What the columns mean", "Ý nghĩa các cột"))
	p.put(0, words(look{color: accent, underline: true}, w.say("← Về bìa", "← Cover")))
	p.link(1, p.row, quoted(w.contents[0].sheet)+"!A1", false)
	w.heads(p, w.say("Bảng", "Table"), w.say("Cột", "Column"), w.say("Nhãn", "Label"), w.say("Kiểu", "Type"), w.say("Đơn vị", "Unit"), w.say("Bảng mã", "Code list"), w.say("Mô tả", "Description"))
	for _, d := range data {
		for _, c := range d.columns {
			if !c.meaning {
				w.lines(p, widths, d.table.Name(), c.Name, label(c.Label), c.Type, c.Unit, c.CodeList, c.Comment)
			}
		}
	}
	stripes := true
	p.do(func() error {
		return p.stream.AddTable(&excelize.Table{Range: fmt.Sprintf("A%d:G%d", head, max(p.row, head+1)), Name: "columns_of_tables", StyleName: "TableStyleLight1", ShowRowStripes: &stripes})
	})
	return p.close()
}

// label is a label in both languages.
func label(t sinks.Text) string {
	if t.VI == t.EN || t.EN == "" {
		return t.VI
	}
	return t.VI + " — " + t.EN
}
