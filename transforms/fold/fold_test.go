package fold_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/statloom/statloom/transforms/fold"
)

// TestSame holds groups of texts that mean the same, and must differ from all other groups.
func TestSame(t *testing.T) {
	groups := [][]string{
		{"Sản xuất hoá chất", "SẢN XUẤT HÓA CHẤT", "sản xuất  hoá\u00a0chất", "Sản xuất hoá chất:", "Sản xuất hoá\nchất (1)", "Sản xuất hóa chất(*)",
			"Sản xuất hóa chất.", "Sản xuất hoa\u0301 chất", "\ufeffSản xuất h\u200coá chất*", "Sản xuất hoá chất¹"},
		{"Tiêu huỷ", "tiêu hủy", "TIÊU HỦY", "Tiêu\u200bhủy"},
		{"Quý", "Quí", "QÚY", "quý"},
		{"quả", "qủa", "QUẢ"},
		{"giá", "gía"},
		{"của"}, {"cua"}, {"hoa"}, {"hòa", "hoà"}, {"hoàn", "hòan"},
		{"kỳ", "kì"}, {"mỹ", "mĩ"}, {"tỷ", "tỉ"},
		{"tai"}, {"tay"}, {"thúi"}, {"thuý", "thúy"}, {"ý"}, {"í"},
		{"Đồng", "Ðồng", "đồng", "ĐỒNG"},
		{"Dong"},
		{"Chế biến , chế tạo", "Chế biến, chế tạo", "chế biến,chế tạo"},
		{"a – b", "a - b", "a − b"},
		{"a-b"},
		{"“Khác”", `"khác"`},
		{"m²"}, {"m³"}, {"m"},
		{"Nhóm 1"}, {"Nhóm 2"}, {"Nhóm"},
		{"xoài", "xòai"}, {"khuỷu", "khủyu"},
		{"(1)"}, {"(trừ máy móc)", "( trừ máy móc )"},
		{""},
	}
	seen := make(map[string]int)
	for i, group := range groups {
		for _, text := range group {
			key := fold.Label(text)
			if k, ok := seen[key]; ok && k != i {
				t.Errorf("%q folds to %q, like a text of another meaning: %q", text, key, groups[k])
			}
			if key != fold.Label(group[0]) {
				t.Errorf("Label(%q) = %q, but Label(%q) = %q", text, key, group[0], fold.Label(group[0]))
			}
			seen[key] = i
		}
	}
}

func TestSpace(t *testing.T) {
	for in, want := range map[string]string{
		"  Tổng\u00a0\u2009số\r\n (1) ": "Tổng số (1)",
		"Ho\u0300a":                     "Hòa",
		"a\u200db\ufeff":                "ab",
		"a\u200d\u0301":                 "á",
		"Đã gọn":                        "Đã gọn",
		"":                              "",
		"\t\n":                          "",
	} {
		if got := fold.Space(in); got != want {
			t.Errorf("Space(%q) = %q, want %q", in, got, want)
		}
	}
}

// texts draws texts that bring the rules together: Vietnamese letters in both forms, marks, blanks.
func texts() *rapid.Generator[string] {
	letters := rapid.SampledFrom([]rune("aáàeéioóòuúùyýỳqghkmtđĐÐAOUYI\u0300\u0301\u0323\u0302\u00a0\u200b\u200d \n-–,.:;()*1²’”İKſ"))
	return rapid.OneOf(rapid.StringOfN(letters, 0, 12, -1), rapid.String())
}

func TestIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := texts().Draw(t, "text")
		for name, f := range map[string]func(string) string{"Label": fold.Label, "Text": fold.Text, "Space": fold.Space} {
			if once := f(s); f(once) != once {
				t.Errorf("%s(%q) = %q, and again %q", name, s, once, f(once))
			}
		}
		if fold.Label(fold.Space(s)) != fold.Label(s) {
			t.Errorf("Label(Space(%q)) = %q, want %q", s, fold.Label(fold.Space(s)), fold.Label(s))
		}
		m := fold.Map(s)
		if m.Text != fold.Text(s) {
			t.Errorf("Map(%q).Text = %q, want %q", s, m.Text, fold.Text(s))
		}
		if whole := m.Original(0, len(m.Text)); fold.Text(whole) != m.Text {
			t.Errorf("Map(%q).Original of all = %q", s, whole)
		}
	})
}

func TestPattern(t *testing.T) {
	tests := []struct {
		expr, text string
		want       bool
		group      string // what Find gives
	}{
		{`hoá chất`, "SẢN XUẤT HÓA CHẤT", true, "HÓA CHẤT"},
		{`^chỉ số sản xuất công nghiệp`, "Chỉ số  sản xuất\ncông nghiệp (1)", true, "Chỉ số sản xuất công nghiệp"},
		{`Quý\s+([IVX]+)`, "QUÍ III năm 2024", true, "III"},
		{`(?P<Name>Quý) [I-V]+`, "quý ii", true, "quý"},
		{`thủy sản$`, "Nông nghiệp và thuỷ sản ", true, "thuỷ sản"},
		{`Đồng`, "triệu ðồng", true, "ðồng"},
		{`\(1\)`, "Dệt (1)", true, "(1)"},
		{`\(1\)`, "Dệt", false, ""},
		{`tổng số`, "Tổng\u00a0số", true, "Tổng số"},
		{`^(.*?) - `, "Khai khoáng - Mining", true, "Khai khoáng"},
		{`[^A-Z]`, "ABC", false, ""},
		{`\S+`, "Đã", true, "Đã"},
		{`\d{4}`, "năm 2024", true, "2024"},
		{`kỳ|năm`, "Kì", true, "Kì"},
		{`a  b`, "A\tB", true, "A\tB"},
	}
	for _, tt := range tests {
		re, err := fold.Pattern(tt.expr)
		if err != nil {
			t.Errorf("Pattern(%q): %v", tt.expr, err)
			continue
		}
		if got := re.MatchString(fold.Text(tt.text)); got != tt.want {
			t.Errorf("%q (folded %q) matches %q: %v", tt.expr, re, tt.text, got)
		}
		group, ok := fold.Find(re, tt.text)
		if ok != tt.want || group != fold.Space(tt.group) {
			t.Errorf("Find(%q, %q) = %q, %v; want %q", tt.expr, tt.text, group, ok, tt.group)
		}
	}
	if _, err := fold.Pattern("Ho(á"); err == nil || err.Error() != "error parsing regexp: missing closing ): `Ho(á`" {
		t.Errorf("a wrong expression gives %v", err)
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`Quý\s+([IVX]+)`, "QUÍ III năm 2024")
	f.Add(`(?P<a>[[:alpha:]]+)\p{Lu}\x{41}`, "Đã")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := fold.Pattern(expr)
		if err != nil {
			return
		}
		if _, ok := fold.Find(re, text); ok && !re.MatchString(fold.Text(text)) {
			t.Errorf("%q is found in %q but does not match it", expr, text)
		}
	})
}

func BenchmarkLabel(b *testing.B) {
	for name, text := range map[string]string{
		"vietnamese": "Sản xuất than cốc, sản phẩm dầu mỏ tinh chế (1)",
		"ascii":      "Manufacture of coke and refined petroleum products",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fold.Label(text)
			}
		})
	}
}
