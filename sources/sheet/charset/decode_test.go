package charset

import (
	"testing"
	"unicode/utf8"
)

func TestFontOf(t *testing.T) {
	for name, want := range map[string]Font{
		".VnTime":             {TCVN3, false},
		".VnTimeH":            {TCVN3, true},
		".vntime":             {TCVN3, false},
		".vntimeh":            {TCVN3, true},
		".VNARIAL":            {TCVN3, false},
		".VnArial Narrow":     {TCVN3, false},
		".VnArial NarrowH":    {TCVN3, true},
		".Vn3DH":              {TCVN3, true},
		" .VnAvantH ":         {TCVN3, true},
		".VnBook-Antiqua":     {TCVN3, false},
		"VnTime":              {TCVN3, false},
		"VnArialH":            {TCVN3, true},
		"vnarial":             {TCVN3, false},
		"VNI-Times":           {VNI, false},
		"VNI-Helve-Condense":  {VNI, false},
		"vni times":           {VNI, false},
		"VI Times":            {VISCII, false},
		"VI Times H":          {VISCII, true},
		"VI Times Hoa":        {VISCII, true},
		"Heo May Hoa 1.1":     {VISCII, true},
		"MinhQuânH 1.1":       {VISCII, true},
		"PhuongThao":          {VISCII, false},
		"VNtimes new roman":   {}, // another maker's
		"SVNtimes new roman":  {},
		"Vni":                 {VNI, false},
		"Vineta BT":           {},
		"Viner Hand ITC":      {},
		"Arial":               {},
		"Arial Unicode MS":    {},
		"Times New Roman":     {},
		"":                    {},
		"V":                   {},
		"Verdana":             {},
		"vn":                  {},
		"Vnesky":              {},
		"VnTimes New Roman H": {TCVN3, true},
	} {
		if got := FontOf(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	tcvn, capitals, other := Font{Encoding: TCVN3}, Font{TCVN3, true}, Font{}
	for _, c := range []struct {
		name  string
		text  string
		font  Font
		spans []Span
		want  string
	}{
		{"TCVN3", "Tæng s¶n phÈm trong n\u00adíc", tcvn, nil, "Tổng sản phẩm trong nước"},
		{"TCVN3, the letters of all its rows", "¡ ¢ £ ¤ ¥ ¦ § ¨n ©n ªm «ng ¬n \u00ada ®i", tcvn, nil, "Ă Â Ê Ô Ơ Ư Đ ăn ân êm ông ơn ưa đi"},
		{"an H font shows capitals", "Tæng sè quý I n¨m 2000", capitals, nil, "TỔNG SỐ QUÝ I NĂM 2000"},
		{"VNI", "Toång saûn phaåm trong nöôùc", Font{Encoding: VNI}, nil, "Tổng sản phẩm trong nước"},
		{"VNI with capitals", "COÄNG HOØA XAÕ HOÄI", Font{Encoding: VNI}, nil, "CỘNG HÒA XÃ HỘI"},
		{"VNI with letters of one byte", "Thò xaõ Ñoâng Haø, nghæ heø, vó ñaïi, lyù do, kyõ sö", Font{Encoding: VNI}, nil, "Thị xã Đông Hà, nghỉ hè, vĩ đại, lý do, kỹ sư"},
		{"VISCII", "T±ng sän ph¦m trong nß¾c, Vi®t Nam", Font{Encoding: VISCII}, nil, "Tổng sản phẩm trong nước, Việt Nam"},
		{"VISCII capitals behind capitals", "HµI NGHŠ", Font{Encoding: VISCII}, nil, "HộI NGHẾ"},
		{"VISCII leaves quotation marks", "“Hà Nµi” – 2000", Font{Encoding: VISCII}, nil, "“Hà Nội” – 2000"},

		{"Unicode word by word", "Năm 2006 so víi n¨m 2005 (%)", tcvn, nil, "Năm 2006 so với năm 2005 (%)"},
		{"Unicode within a word", "Ưíc tÝnh", tcvn, nil, "Ước tính"},
		{"Unicode of single bytes", " Bµ RÞa - Vòng Tàu", tcvn, nil, " Bà Rịa - Vũng Tàu"},
		{"all Unicode, wide", "Tổng mức\n(Tỷ đồng)", tcvn, nil, "Tổng mức\n(Tỷ đồng)"},
		{"all Unicode, single bytes", "Bình Dương, Hà Giang", tcvn, nil, "Bình Dương, Hà Giang"},
		{"all Unicode in an H font", "Tổng số", capitals, nil, "Tổng số"},
		{"a word that is one both ways is decoded", "Bé", tcvn, nil, "Bộ"},
		{"unless the rest is Unicode", "Bé trai, trường học", tcvn, nil, "Bé trai, trường học"},
		{"no syllable either way: the font decides", "«xtr©ylia, Urª, §TNN", tcvn, nil, "ôxtrâylia, Urê, ĐTNN"},
		{"signs that the font has not", "15°C ± 2 m² “a” – 3", tcvn, nil, "15°C ± 2 m² “a” – 3"},
		{"digits touch letters", "1000®, 2x3", tcvn, nil, "1000đ, 2x3"},
		{"bytes that went through windows-1258", "D\u0303ch vụ so với", tcvn, nil, "Dịch vụ so với"},
		{"nothing to decode", "3. Lao", capitals, nil, "3. Lao"},

		{"capitals of one letter", "¸o", capitals, []Span{{2, capitals}, {3, tcvn}}, "Áo"},
		{"a number in front", "1. (TiÕp theo) d©n sè", tcvn, []Span{{16, tcvn}, {26, capitals}}, "1. (Tiếp theo) DÂN SỐ"},
		{"a word across fonts", "NhËp khÈu theo giá thực tế (%)", tcvn, []Span{{19, tcvn}, {21, other}, {40, tcvn}}, "Nhập khẩu theo giá thực tế (%)"},
		{"the font of the cell counts behind the spans", "Thái Lan N¨m Tæng sè", tcvn, []Span{{10, other}}, "Thái Lan Năm Tổng số"},
		{"decomposed", "Tô\u0309ng sô\u0301", tcvn, nil, "Tổng số"},
		{"broken text is left", "N¨m \xff 2", tcvn, nil, "Năm \xff 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decode(c.text, c.font, c.spans); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSyllables(t *testing.T) {
	for _, word := range []string{
		"nghiêng", "Nghiệp", "TỔNG", "hoà", "hòa", "thuỷ", "thủy", "quý", "quí", "giá", "gì", "giếng", "khuya", "khuỷu", "quyển",
		"Đắk", "Lắk", "ý", "yếu", "uỷ", "ở", "ước", "rượu", "hươu", "ngoài", "toàn", "xoong", "thuở", "mùa", "của", "Huế", "ấn", "Lao",
	} {
		if !isSyllable(word) {
			t.Errorf("%s is a syllable", word)
		}
	}
	for _, word := range []string{
		"", "tổg", "tôt", "trà1", "fê", "Müller", "côté", "hàh", "ciò", "qóu", "giàu2", "nGàn", "tàI", "ngê", "ghan", "cê", "ká", "dỷ",
		"bạm\u0300", "nghiêngh", "thừuơ", "haỉ", "tóan", "ếch1", "straße", "på", "hoản\u0301",
	} {
		if isSyllable(word) {
			t.Errorf("%s is no syllable", word)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("Tæng s¶n phÈm trong n\u00adíc", ".VnTimeH", 5, "")
	f.Add("Toång soá", "VNI-Times", 3, "Arial")
	f.Add("Vi®t Nam ß½ng", "VI Times", 2, ".VnTime")
	f.Add("Năm 2006 so víi D\u0303ch", ".VnArial", 9, "VNI-Times")
	f.Add("Tá»•ng sá»‘ \xff\xc3", "", 1, ".VnTime")
	f.Fuzz(func(t *testing.T, text, font string, end int, second string) {
		got := Decode(text, FontOf(font), []Span{{end, FontOf(second)}})
		guessed, _ := Guess(text)
		var tally Tally
		tally.Add(text)
		for e := Unknown; e < encodings; e++ {
			for _, out := range []string{got, guessed, Lean{e, true}.Decode(text), Lean{e, false}.Decode(text)} {
				if utf8.ValidString(text) && !utf8.ValidString(out) {
					t.Errorf("%q became invalid: %q", text, out)
				}
				if Compose(out) != out {
					t.Errorf("%q came back decomposed: %q", text, out)
				}
				if ASCII(text) && FontOf(font) == FontOf(second) && !FontOf(font).Capitals && out != text {
					t.Errorf("%q became %q", text, out)
				}
			}
		}
	})
}
