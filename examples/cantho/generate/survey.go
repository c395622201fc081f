package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// supply is an invented firm that supplies a network of a multinational: 1 directly, 2 and 3 by way of others.
type supply struct {
	firm  int
	tier  int
	buyer string
	since time.Time
	until time.Time
}

// newSupplies draws who supplies whom; a firm may be in several networks.
func newSupplies(r *register) []supply {
	var out []supply
	for i, f := range r.firms {
		for k := range 2 {
			id := "supply" + f.taxCode + strconv.Itoa(k)
			if pick(id, 100) >= 22/(k+1) {
				continue
			}
			s := supply{firm: i, tier: 1 + pick(id+"tier", 3), buyer: "Tập đoàn Minh hoạ " + string(rune('A'+pick(id+"buyer", 6))), since: day(2019+pick(id+"since", 6), pick(id+"day", 360))}
			if pick(id+"until", 9) == 0 {
				s.until = s.since.AddDate(1, 2, 0)
			}
			out = append(out, s)
		}
	}
	return out
}

// inputsRow is what a field or sector buys at home and abroad, in tỷ đồng.
type inputsRow struct {
	sector, definition string
	domestic, imported any
}

// inputsOfSectors follows two definitions, which are never mixed: by place of origin, and without what foreign firms sell.
var inputsOfSectors = []inputsRow{
	{"Linh kiện, phụ tùng", "D1", 1240.5, 1985.0}, {"Công nghệ cao", "D1", 96.4, "612,3"}, {"Dệt may - da giày", "D1", 705.0, 548.2},
	{"Linh kiện, phụ tùng", "D2", 830.1, 2395.4}, {"Công nghệ cao", "D2", markUnknown, 660.0}, {"Dệt may - da giày", "D2", 512.6, 740.6},
}

// demandRow is what is supplied at home of what is needed, in tỷ đồng.
type demandRow struct {
	product        string
	supply, demand any
}

var demands = []demandRow{
	{"Linh kiện kim loại", 412.0, 1030.0}, {"Linh kiện nhựa - cao su", 268.5, 716.0}, {"Linh kiện điện, điện tử", "145,2 ", 1210.0},
	{"Nguyên phụ liệu dệt may", 640.0, 1280.0}, {"Nguyên phụ liệu da giày", markUnknown, 390.0},
}

// accountRow is value added and output, and employees at both ends of the year.
type accountRow struct {
	field         string
	added, output any
	first, last   any
}

var accounts = []accountRow{
	{"Linh kiện, phụ tùng", 1406.2, 5210.4, 9120, "9.684"}, {"Công nghệ cao", 188.9, 905.0, 1485, 1611}, {"Dệt may - da giày", "552,4", 2214.8, 4410, 4302},
}

// planRow is a line of the department's report: a year's plan and what has been done of it up to a month.
type planRow struct {
	item, unit       string
	year, months     int
	plan, cumulative any
}

var plans = []planRow{
	{"Giá trị sản xuất công nghiệp (giá so sánh 2010)", "tỷ đồng", 2025, 4, 128500, 39964.0},
	{"Giá trị sản xuất công nghiệp (giá so sánh 2010)", "tỷ đồng", 2025, 5, 128500, 50758.0},
	{"Kim ngạch xuất khẩu hàng hoá", "triệu USD", 2025, 4, 2450, "781,6"}, {"Kim ngạch xuất khẩu hàng hoá", "triệu USD", 2025, 5, 2450, 984.9},
	{"Doanh nghiệp CNHT mới vào danh sách", "doanh nghiệp", 2025, 4, 25, 6}, {"Doanh nghiệp CNHT mới vào danh sách", "doanh nghiệp", 2025, 5, 25, markUnknown},
}

// surveyBook writes the survey of supporting industry, a table a sheet.
func surveyBook(r *register) (*book, error) {
	b := newBook("Times New Roman", "Điều tra công nghiệp hỗ trợ 2024 (minh hoạ)", "2025-05-20")
	var rows [][]any
	for i, s := range newSupplies(r) {
		f := r.firms[s.firm]
		rows = append(rows, []any{i + 1, f.taxCode, f.name, "Cấp " + strconv.Itoa(s.tier), s.buyer, date(s.since, i%11 == 4), date(s.until, false)})
	}
	simple(b, "Cung ung", "DOANH NGHIỆP CNHT CUNG ỨNG CHO TẬP ĐOÀN ĐA QUỐC GIA", "Tính đến ngày 31/12/2024 - As of 31 December 2024",
		[]string{"TT", "Mã số thuế", "Tên doanh nghiệp", "Cấp cung ứng", "Tập đoàn", "Từ ngày", "Đến ngày"}, rows, 5, 6)
	rows = nil
	for _, x := range inputsOfSectors {
		rows = append(rows, []any{2024, x.sector, x.definition, x.domestic, x.imported})
	}
	simple(b, "Dau vao", "NGUYÊN VẬT LIỆU ĐẦU VÀO CỦA DOANH NGHIỆP CNHT THEO NGUỒN", "D1: theo nơi sản xuất; D2: không kể doanh nghiệp FDI - D1: by place of origin; D2: without foreign firms",
		[]string{"Năm", "Lĩnh vực", "Định nghĩa", "Mua trong nước (tỷ đồng)", "Nhập khẩu (tỷ đồng)"}, rows)
	rows = nil
	for _, x := range demands {
		rows = append(rows, []any{2024, x.product, x.supply, x.demand})
	}
	simple(b, "Cung cau", "ĐÁP ỨNG NHU CẦU TRONG NƯỚC CỦA SẢN PHẨM CNHT", "Năm 2024",
		[]string{"Năm", "Nhóm sản phẩm", "Cung trong nước (tỷ đồng)", "Nhu cầu (tỷ đồng)"}, rows)
	rows = nil
	for _, x := range accounts {
		rows = append(rows, []any{2024, x.field, x.added, x.output, x.first, x.last})
	}
	simple(b, "Ket qua", "GIÁ TRỊ TĂNG THÊM VÀ LAO ĐỘNG CỦA DOANH NGHIỆP CNHT", "Năm 2024",
		[]string{"Năm", "Lĩnh vực", "Giá trị tăng thêm (tỷ đồng)", "Giá trị sản xuất (tỷ đồng)", "Lao động đầu năm (người)", "Lao động cuối năm (người)"}, rows)
	return b, b.err
}

// reportBook writes what the department sends with its monthly report.
func reportBook(in *input, second *edition) (*book, error) {
	b := newBook("Times New Roman", "Báo cáo ngành công thương (minh hoạ)", "2025-06-05")
	var rows [][]any
	for _, n := range national(in, second) {
		rows = append(rows, []any{n.code, n.label, 2024, n.output})
	}
	simple(b, "Ca nuoc", "GIÁ TRỊ SẢN XUẤT CÔNG NGHIỆP CẢ NƯỚC THEO NGÀNH", "Giá hiện hành, năm 2024 - Current prices, 2024",
		[]string{"Mã ngành", "Ngành", "Năm", "Giá trị sản xuất (tỷ đồng)"}, rows)
	rows = nil
	for _, x := range divisionIndex(in) {
		rows = append(rows, []any{x.division, x.label, x.month, x.value})
	}
	simple(b, "IIP nganh", "CHỈ SỐ SẢN XUẤT CÔNG NGHIỆP THEO NGÀNH CẤP 2 SO VỚI CÙNG KỲ NĂM TRƯỚC", "Tháng 1 - 4 năm 2025",
		[]string{"Mã ngành", "Ngành", "Tháng", "Chỉ số (%)"}, rows)
	rows = nil
	for _, x := range plans {
		rows = append(rows, []any{x.item, x.unit, x.year, x.months, x.plan, x.cumulative})
	}
	simple(b, "Ke hoach", "THỰC HIỆN KẾ HOẠCH NGÀNH CÔNG THƯƠNG", "5 tháng năm 2025",
		[]string{"Chỉ tiêu", "Đơn vị tính", "Năm", "Luỹ kế đến tháng", "Kế hoạch năm", "Thực hiện luỹ kế"}, rows)
	return b, b.err
}

// simple writes a sheet with one list; dates are the indices of columns that hold days.
func simple(b *book, sheet, title, under string, heads []string, rows [][]any, dates ...int) {
	widths := make([]float64, len(heads))
	for i, h := range heads {
		widths[i] = math.Max(12, math.Min(40, float64(len([]rune(h)))))
	}
	b.addSheet(sheet, widths...)
	listHead(b, len(heads), title, under)
	headers(b, 5, heads...)
	looks := map[int]look{}
	for _, d := range dates {
		looks[d] = look{align: "center", format: "dd/mm/yyyy"}
	}
	for i, row := range rows {
		list(b, 6+i, row, looks)
	}
	listFoot(b, 6+len(rows), len(heads), "Ghi chú: mọi số liệu trong bảng đều do chương trình tạo ra. Notes: all figures of this table are made up by a program.")
}

// nation is an invented figure of the whole country.
type nation struct {
	code, label string
	output      any
}

// national gives every division the invented province's figure many times over, and the total as their sum.
func national(in *input, e *edition) []nation {
	out := []nation{{code: "_T", label: "Toàn ngành công nghiệp"}}
	sum := 0.0
	for _, a := range in.activities {
		f := e.figures[key{a.code, 2024, current}]
		if a.level != "division" && a.code != "D" || f.mark != "" {
			continue
		}
		x := math.Round(float64(f.tenths) * (4 + float64(pick("national"+a.code, 50))/10))
		sum += x
		n := nation{code: a.code, label: a.vi, output: x}
		if pick("national text"+a.code, 13) == 0 {
			n.output = strings.ReplaceAll(strconv.FormatFloat(x, 'f', 1, 64), ".", ",") // typed as a text
		}
		out = append(out, n)
	}
	out[0].output = sum
	return out
}

// divisionMonth is an invented index of a division, the same month of the year before = 100.
type divisionMonth struct {
	division, label, month string
	value                  any
}

// divisionIndex covers the divisions that the mapping names; one month of one is not known.
func divisionIndex(in *input) []divisionMonth {
	mapped := map[string]bool{}
	for _, s := range in.shares {
		mapped[s.class[:2]] = true
	}
	var out []divisionMonth
	for _, a := range in.activities {
		if a.level != "division" || !mapped[a.code] {
			continue
		}
		for _, month := range []string{"2025-01", "2025-02", "2025-03", "2025-04"} {
			x := divisionMonth{a.code, a.vi, month, math.Round(10*(108+100*spread("index"+a.code+month, 0.09))) / 10}
			if a.code == "26" && month == "2025-02" {
				x.value = markUnknown
			}
			out = append(out, x)
		}
	}
	return out
}
