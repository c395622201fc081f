package value

import (
	"slices"
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

// multipliers are the words and numbers of power, folded.
var multipliers = map[string]int{
	"tỉ": 9, "bill": 9, "bil": 9, "billion": 9, "billions": 9, "bn": 9,
	"triệu": 6, "tr": 6, "mill": 6, "mil": 6, "mio": 6, "million": 6, "millions": 6,
	"nghìn": 3, "ngàn": 3, "ngh": 3, "ng": 3, "1000": 3, "1.000": 3, "1,000": 3, "thous": 3, "thousand": 3, "thousands": 3,
	"trăm": 2, "100": 2, "hundred": 2, "hundreds": 2, "chục": 1,
}

// notMultiplier follows tỷ where it is not the number: tỷ lệ, tỷ trọng.
var notMultiplier = map[string]bool{"lệ": true, "trọng": true, "suất": true, "số": true, "giá": true, "phần": true}

// units are the names of units that may stand alone.
var units = phrases(`% ‰ đồng đ vnđ vnd dong dongs usd us$ eur euro euros dollar dollars us_dollars đô_la đô_la_mỹ
	tấn tạ kg ton tons tonne tonnes ha hecta hectare hectares km m2 m3 m² m³ km2 km² mét_vuông mét_khối
	lít litre litres liter liters kw mw kwh mwh gwh kva cv teu toe tấn.km hk.km lượt_hk lượt_hk.km
	người lượt_người lượt_khách lượt_hành_khách người.km person persons people inhabitants passengers passenger
	cái chiếc con đôi head heads piece pieces pair pairs set sets household households hộ
	cơ_sở doanh_nghiệp dn dự_án hợp_tác_xã trang_trại establishment establishments enterprise enterprises project projects
	vụ lần điểm điểm_% điểm_phần_trăm phần_trăm percent percentage_point percentage_points °c oc`)

// things are counted in units, and are units only behind a power or before a slash: alone they are labels too.
var things = phrases(`m mm cm g gram ml w j t bộ cuốn tờ trang bao viên quả cây bông chậu hộp thùng chai lon gói tập bản ống cuộn sản_phẩm sp
	trứng thuê_bao thẻ máy lao_động nhân_khẩu hành_khách hk học_sinh sinh_viên giường phòng ca giờ công đơn_vị
	items item units unit subscribers subscriber trees`)

// each are the units behind a slash, besides the others: đồng/người/tháng, kg/1000 dân.
var each = phrases(`tháng năm quý ngày giờ vụ month year quarter day hour dân trẻ_em lao_động hộ_gia_đình capita ca`)

// firstWords are the words that a unit can begin with.
var firstWords = func() map[string]bool {
	set := make(map[string]bool)
	for _, known := range []map[string]bool{units, things} {
		for p := range known {
			first, _, _ := strings.Cut(p, " ")
			set[first] = true
		}
	}
	for w := range multipliers {
		set[w] = true
	}
	return set
}()

// beginsUnit reports whether the first word of a folded text can be that of a unit. It tells most texts that are none.
func beginsUnit(t string) bool {
	t = strings.TrimLeft(t, " ()[]:;.")
	if i := strings.IndexAny(t, " /"); i >= 0 && !strings.Contains(t[:i], "unit") {
		t = t[:i]
	} else if strings.Contains(t, "unit") {
		return true // a translation may follow without a blank
	}
	short := strings.TrimRight(t, " ()[]:;.")
	abbreviated, _, _ := strings.Cut(t, ".")
	return firstWords[t] || firstWords[short] || firstWords[abbreviated]
}

// phrases makes a set of folded phrases; _ stands for the blank in one.
func phrases(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(fold.Text(list)) {
		set[strings.ReplaceAll(w, "_", " ")] = true
	}
	return set
}

// isUnit reports whether a folded text is a unit and nothing else.
func isUnit(t string) bool {
	words := unitWords(t)
	if len(words) == 0 || len(words) > 12 || slices.Contains(unitPrefixes, t) {
		return false
	}
	rest, mult := power(words)
	known := mult > 0
	n := phrase(rest, units, things)
	if n == 0 || !known && len(rest) == n && !units[strings.Join(rest, " ")] {
		return false
	}
	for rest = rest[n:]; len(rest) > 0; rest = rest[n:] {
		if rest[0] != "/" && rest[0] != "per" {
			return false
		}
		rest = rest[1:]
		for len(rest) > 0 && strings.Trim(rest[0], "0123456789.") == "" {
			rest = rest[1:]
		}
		if n = phrase(rest, units, things, each); n == 0 {
			return false
		}
	}
	return true
}

// power takes the words of power off the front; mult is their sum.
func power(words []string) (rest []string, mult int) {
	for i, w := range words {
		m, ok := multipliers[w]
		if !ok || i+1 == len(words) || notMultiplier[words[i+1]] {
			return words[i:], mult
		}
		mult += m
	}
	return nil, mult
}

// phrase gives the number of words of the longest known phrase that begins the text; 0 if none does.
func phrase(words []string, known ...map[string]bool) int {
	for n := min(len(words), 4); n > 0; n-- {
		text := strings.Join(words[:n], " ")
		for _, set := range known {
			if set[text] {
				return n
			}
		}
	}
	return 0
}

// unitWords takes a folded unit apart at blanks, slashes and the full stops of abbreviations.
func unitWords(t string) []string {
	var words []string
	for _, w := range strings.Fields(strings.ReplaceAll(t, "/", " / ")) {
		switch short := strings.TrimSuffix(w, "."); {
		case units[w] || multipliers[w] != 0 || short == "":
			words = append(words, w)
		case strings.Contains(short, ".") && short[0] > '9':
			words = append(words, strings.Split(short, ".")...) // tr.đồng
		default:
			words = append(words, short)
		}
	}
	return words
}
