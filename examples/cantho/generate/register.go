package main

import (
	"fmt"
	"sort"
	"strconv"
	"time"
)

// firm is an invented firm of the register.
type firm struct {
	taxCode, name, address, class, product, field, ownership string
	capital, revenue                                         float64 // tỷ đồng
	labour                                                   int
	share                                                    float64 // part of revenue that is supporting industry, %
	export                                                   int     // thousand USD
	listed, struck                                           time.Time
}

// certificate is an invented certificate; standard is a code, label what the register prints.
type certificate struct {
	firm            int
	standard, label string
	number, issuer  string
	issued, expires time.Time
}

type register struct {
	firms        []firm
	certificates []certificate
}

// yearsListed says how many firms entered the register in a year, and how many left it.
var yearsListed = []struct{ year, in, out int }{
	{2018, 70, 0}, {2019, 14, 0}, {2020, 16, 0}, {2021, 15, 2}, {2022, 18, 3}, {2023, 17, 3}, {2024, 18, 4},
}

// trades are what the invented firms make, with their class and field.
var trades = []struct{ class, field, product string }{
	{"2592", "LKPT", "Chi tiết máy gia công CNC"}, {"2592", "LKPT", "Gia công, mạ và xử lý bề mặt kim loại"},
	{"2599", "LKPT", "Bu lông, ốc vít, lò xo"}, {"2825", "LKPT", "Phụ tùng máy chế biến thuỷ sản"},
	{"2825", "LKPT", "Phụ tùng máy xay xát, đánh bóng gạo"}, {"2591", "LKPT", "Chi tiết dập nguội"},
	{"2220", "LKPT", "Linh kiện nhựa kỹ thuật"}, {"2219", "LKPT", "Gioăng, phớt, ống cao su kỹ thuật"},
	{"2813", "LKPT", "Van, bơm và phụ tùng bơm"}, {"2821", "LKPT", "Phụ tùng máy nông nghiệp"},
	{"2512", "LKPT", "Bồn, bể inox cho dây chuyền thực phẩm"}, {"2732", "LKPT", "Dây điện, bó dây điện"},
	{"2930", "LKPT", "Phụ tùng ô tô"}, {"2431", "LKPT", "Chi tiết gang đúc"},
	{"2610", "CNC", "Linh kiện điện tử, mạch in"}, {"2651", "CNC", "Cảm biến, thiết bị điều khiển"},
	{"2670", "CNC", "Thấu kính, mô-đun quang học"}, {"3250", "CNC", "Chi tiết thiết bị y tế"},
	{"1311", "DMDG", "Sợi dệt"}, {"1312", "DMDG", "Vải dệt thoi"}, {"1399", "DMDG", "Nhãn, băng, dây thun"},
	{"1391", "DMDG", "Vải không dệt, mếch"}, {"1520", "DMDG", "Đế giày, mũ giày"}, {"3290", "DMDG", "Cúc, khoá kéo"},
}

var places = []string{
	"KCN Trà Nóc 1, P. Trà Nóc, Q. Bình Thuỷ", "KCN Trà Nóc 2, P. Phước Thới, Q. Ô Môn", "KCN Hưng Phú 1, P. Tân Phú, Q. Cái Răng",
	"KCN Hưng Phú 2, P. Phú Thứ, Q. Cái Răng", "KCN Thốt Nốt, P. Thới Thuận, Q. Thốt Nốt", "P. Hưng Thạnh, Q. Cái Răng",
	"P. An Khánh, Q. Ninh Kiều", "P. Long Hoà, Q. Bình Thủy", "TT. Vĩnh Thạnh, H. Vĩnh Thạnh", "Xã Trường Long, H. Phong Điền",
}

// newRegister draws the firms and their certificates.
func newRegister() *register {
	r := &register{}
	for _, y := range yearsListed {
		for range y.in {
			r.firms = append(r.firms, newFirm(len(r.firms)+1, y.year))
		}
		r.strike(y.year, y.out)
	}
	for i := range r.firms {
		r.certify(i)
	}
	sort.SliceStable(r.certificates, func(a, b int) bool { return r.certificates[a].issued.Before(r.certificates[b].issued) })
	for i := range r.certificates {
		r.certificates[i].number = fmt.Sprintf("MH-%s-%04d", r.certificates[i].issued.Format("06"), i+1)
	}
	return r
}

func newFirm(n, year int) firm {
	id := "firm" + strconv.Itoa(n)
	t := trades[pick(id+"trade", len(trades))]
	form := []string{"Công ty TNHH", "Công ty Cổ phần", "Công ty TNHH MTV", "Doanh nghiệp tư nhân"}[pick(id+"form", 4)]
	ownership := []string{"Ngoài Nhà nước", "Ngoài Nhà nước", "Ngoài Nhà nước", "Ngoài Nhà nước", "FDI", "Nhà nước"}[pick(id+"owner", 6)]
	labour := 12 + pick(id+"labour", 60)*(1+pick(id+"big", 6))
	revenue := float64(labour*(40+pick(id+"revenue", 90))) / 100
	share := []float64{25, 40, 50, 60, 70, 80, 90, 100}[pick(id+"share", 8)]
	export := 0
	if pick(id+"exports", 3) == 0 {
		export = int(revenue * float64(pick(id+"export", 24)))
	}
	return firm{
		taxCode:   fmt.Sprintf("99%08d", n*37),
		name:      fmt.Sprintf("%s Minh hoạ %03d", form, n),
		address:   places[pick(id+"place", len(places))],
		class:     t.class,
		product:   t.product,
		field:     t.field,
		ownership: ownership,
		capital:   float64(2 + pick(id+"capital", 120)),
		revenue:   revenue,
		labour:    labour,
		share:     share,
		export:    export,
		listed:    day(year, pick(id+"day", 350)),
	}
}

// strike takes n firms that entered in an earlier year off the register.
func (r *register) strike(year, n int) {
	for try := 0; n > 0; try++ {
		id := "struck" + strconv.Itoa(year) + "/" + strconv.Itoa(try)
		f := &r.firms[pick(id, len(r.firms))]
		if f.struck.IsZero() && f.listed.Year() < year {
			f.struck = day(year, pick(id+"day", 350))
			n--
		}
	}
}

// accepted are the standards that firms of a field hold, with the spellings registers use.
var accepted = map[string][][2]string{
	"LKPT": {{"ISO9001", "ISO 9001:2015"}, {"ISO9001", "ISO9001:2015"}, {"ISO14001", "ISO 14001:2015"}, {"IATF16949", "IATF 16949:2016"},
		{"ISO22000", "ISO 22000:2018"}, {"HACCP", "HACCP"}},
	"CNC":  {{"ISO9001", "ISO 9001:2015"}, {"ISO13485", "ISO 13485:2016"}, {"ISO14001", "ISO 14001:2015"}, {"AS9100", "AS9100D"}},
	"DMDG": {{"ISO9001", "ISO 9001:2015"}, {"ISO14001", "ISO 14001:2015"}},
}

// certify gives a firm chains of three-year certificates, some of which lapse, and some firms a consumers' vote.
func (r *register) certify(i int) {
	f := r.firms[i]
	id := "certificates" + f.taxCode
	if pick(id, 100) < 52 {
		kinds := accepted[f.field]
		first := pick(id+"kind", len(kinds))
		for k := range 1 + pick(id+"several", 5)/3 {
			kind := kinds[(first+2*k)%len(kinds)]
			chain := id + strconv.Itoa(k)
			issued := day(2016+pick(chain+"from", 9), pick(chain+"day", 360))
			for issued.Year() <= 2024 {
				r.certificates = append(r.certificates, certificate{
					firm: i, standard: kind[0], label: kind[1],
					issuer: "Tổ chức chứng nhận Minh hoạ " + string(rune('A'+pick(chain+"by", 4))),
					issued: issued, expires: issued.AddDate(3, 0, -1),
				})
				if pick(chain+issued.String()+"lapse", 100) < 12 {
					break
				}
				issued = issued.AddDate(3, 0, pick(chain+issued.String()+"late", 40))
			}
		}
	}
	if pick(id+"vote", 8) == 0 {
		issued := day(2022+pick(id+"year", 3), 45)
		r.certificates = append(r.certificates, certificate{
			firm: i, standard: "HVNCLC", label: "Hàng Việt Nam chất lượng cao",
			issuer: "Hội minh hoạ", issued: issued, expires: issued.AddDate(1, 0, -1),
		})
	}
}

func day(year, n int) time.Time { return time.Date(year, 1, 1+n, 0, 0, 0, 0, time.UTC) }
