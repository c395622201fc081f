package charset

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// western are texts of other languages, chosen for what an old Vietnamese encoding could make of them.
var western = []string{
	"Crédit à la consommation, tôt ou tard", "là où", "Côte d'Ivoire", "été", "né à Orléans", "Thé vert", "Hôtel", "haï", "laïc", "thaï", "Noël", "maïs",
	"São Tomé e Príncipe", "coração", "pão", "avião", "pé", "mês", "há", "Irmã\u00a0Maria", "“AMANHÔ",
	"España", "año", "mí", "tú", "número", "aún", "Perú", "1ª", "Nº 5", "Mª José", "¿Qué?", "¡Sí!",
	"Österreich", "für", "Öl", "über alle", "geändert", "Maß", "Fußgänger", "Müller & Söhne", "Käse", "Tür", "§ 5 Abs. 2",
	"på", "så då må gå", "Bø", "Hå", "Tromsø", "Åland", "Færøerne", "smørrebrød", "øl", "Ålesund og Bodø",
	"però", "ciò", "più", "perché", "città", "è", "caffè", "lunedì", "così può", "né",
	"col·lecció", "Excel®", "© 2008", "15 µm", "±0.5 °C", "m²", "½ kg", "«Oui»", "Sta\u00adtis\u00adtik", "ÄÖÜ", "Üb", "naïve café", "Zürich Genève",
	"Curaçao", "Réunion", "Åland Islands", "Saint Barthélemy", "Türkiye", "Nü-¹u", "¾e ta¾", "v¹e mi¹", "Êtes-vous là?", "MÔR", "À LA CARTE", "ANÃ…",
}

// vietnamese are labels of statistics books.
var vietnamese = []string{
	"Tổng sản phẩm trong nước theo giá thực tế", "Chỉ số sản xuất công nghiệp", "Nông, lâm nghiệp và thuỷ sản", "Khai khoáng", "Nghìn tấn", "Triệu đồng",
	"Vốn đầu tư thực hiện", "Khu vực có vốn đầu tư nước ngoài", "Doanh nghiệp nhà nước", "Số lao động đang làm việc", "Xuất khẩu", "Đường bộ",
	"Trong đó: khai thác than", "Quảng Ninh", "Hà Nội", "Đồng bằng sông Hồng", "Ước tính 6 tháng", "Bộ Xây dựng", "Số", "Đơn vị tính", "Năm 2005",
}

func TestWesternTextIsLeft(t *testing.T) {
	var tally Tally
	for _, text := range western {
		got, doubt := Guess(text)
		if got != text {
			t.Errorf("%q became %q", text, got)
		}
		tally.Add(text)
		if lean := tally.Lean(); lean.Encoding != Unknown {
			t.Fatalf("%q made the sheet %s", text, lean.Encoding)
		}
		if doubt != Clear && (Lean{}).Decode(text) != text {
			t.Errorf("%q became %q", text, Lean{}.Decode(text))
		}
	}
}

// TestLostFonts gives a sheet in each encoding without a font that tells: all of it comes back.
func TestLostFonts(t *testing.T) {
	for e := TCVN3; e < encodings; e++ {
		t.Run(e.String(), func(t *testing.T) {
			var stored []string
			var tally Tally
			for _, text := range vietnamese {
				stored = append(stored, mangle(t, text, e))
				tally.Add(stored[len(stored)-1])
			}
			if lean := tally.Lean(); lean != (Lean{e, true}) {
				t.Fatalf("the sheet leans to %v", lean)
			}
			for i, text := range stored {
				got, doubt := Guess(text)
				if doubt != Clear {
					got = tally.Lean().Decode(text)
				}
				if got != vietnamese[i] {
					t.Errorf("%q: %q, want %q", text, got, vietnamese[i])
				}
			}
		})
	}
}

func TestGuess(t *testing.T) {
	for _, c := range []struct {
		text, want string
		doubt      Doubt
	}{
		{"Tæng s¶n phÈm", "Tổng sản phẩm", Clear},
		{"Th¸ng 12 n¨m 2008", "Tháng 12 năm 2008", Clear},
		{"Toång soá ñieåm buoân baùn", "Tổng số điểm buôn bán", Clear},
		{"Gi¸ trÞ nhËp khÈu n¨m 2005 (1000®)", "Giá trị nhập khẩu năm 2005 (1000đ)", Clear},
		{"Sè", "Sè", IfPure},
		{"§VT", "§VT", IfPure},
		{"Th¸ng", "Th¸ng", IfMixed},
		{"Tivi l¾p r¸p", "Tivi l¾p r¸p", IfMixed},
		{"Tổng số n¨m", "Tổng số n¨m", Clear}, // holds what no old encoding can
		{"Tổng", "Tổng", Clear},
		{"Tô\u0309ng", "Tổng", Clear},
		{"Tá»•ng sá»‘", "Tổng số", Clear},
		{"NgÃ\u00a0y 3 thÃ¡ng 2", "Ngày 3 tháng 2", Clear},
		{"Ä\u0091Æ°á»\u009dng", "đường", Clear},
		{"sgrÃ®n", "sgrîn", Clear},
		{"50 Â°C", "50 Â°C", IfPure}, // only a sign: not certain
	} {
		got, doubt := Guess(c.text)
		if got != c.want || doubt != c.doubt {
			t.Errorf("%q: %q, %d, want %q, %d", c.text, got, doubt, c.want, c.doubt)
		}
	}
}

// TestMixedSheet has Unicode and TCVN3 side by side in fonts that tell nothing. What is a word both ways stays.
func TestMixedSheet(t *testing.T) {
	var tally Tally
	for _, text := range []string{"Số liệu", "Thái Lan", "Th¸ng", "Hµ Giang", "N¨m 2005", "Gi¸"} {
		tally.Add(text)
	}
	lean := tally.Lean()
	if lean != (Lean{TCVN3, false}) || !tally.Unicode() {
		t.Fatalf("the sheet leans to %v", lean)
	}
	for text, want := range map[string]string{"Th¸ng": "Tháng", "Thái Lan": "Thái Lan", "Bé": "Bé", "§VT": "§VT", "München": "München", "Tæng sè": "Tổng số", "Tivi l¾p r¸p": "Tivi lắp ráp"} {
		if got := lean.Decode(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestASCII(t *testing.T) {
	for n := range 20 {
		text := strings.Repeat("a", n)
		if !ASCII(text) {
			t.Errorf("%q is ASCII", text)
		}
		for i := range n {
			if other := text[:i] + "\x80" + text[i+1:]; ASCII(other) {
				t.Errorf("%q is not ASCII", other)
			}
		}
	}
}

// TestUsualTextIsComposed pairs every character of the short way with all others of it that could join it.
func TestUsualTextIsComposed(t *testing.T) {
	for r := rune(0); r < 0x3000; r++ {
		if s := string(r); usual(s) && (!norm.NFC.IsNormalString(s) || !norm.NFC.PropertiesString(s).BoundaryBefore()) {
			t.Errorf("%U is not always composed", r)
		}
	}
}

func BenchmarkASCII(b *testing.B) {
	for b.Loop() {
		if !ASCII("Manufacture of textiles") {
			b.Fatal()
		}
	}
}

func BenchmarkGuess(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"Unicode", "Chỉ số sản xuất công nghiệp"}, {"French", "Indice de la production industrielle, base corrigée"}, {"TCVN3", "ChØ sè s¶n xuÊt c«ng nghiÖp"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Guess(c.text)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Decode("ChØ sè s¶n xuÊt c«ng nghiÖp", Font{Encoding: TCVN3}, nil)
	}
}
