package numfmt

import "testing"

func TestIsDate(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "GENERAL": false, "": false, "@": false, "0": false, "0.00": false, "#,##0": false, "0%": false, "0.00E+00": false,
		"dd/mm/yyyy": true, "mmm-yy": true, "h:mm": true, "mm:ss.0": true, "mmss.000": true, "[$-409]d-mmm-yyyy;@": true, "yyyy\"年\"m\"月\"": true,
		"[$-F800]dddd, mmmm dd, yyyy": true, "h:mm AM/PM": true, `yyyy\-mm\-dd`: true, "[Red]dd/mm": true, "mm/yyyy;;": true,
		"[h]:mm": false, "[mm]:ss": false, "[SS]": false, "[hh]:mm:ss": false,
		`0.0"mm"`: false, `#,##0 "đồng"`: false, "#,##0 VND": false, "#,##0.00\\ [$VND]": false, `_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)`: false,
		`0\d`: false, `"ngày "dd`: true, `* yyyy`: true, "_d0": false, "[>=100]0;0.0": false, `"open`: false, "[open": false, "0;yyyy": false,
		`[Magenta]0.0`: false, `General"d"`: false, `#,##0\ _s`: false, "?? d": false, "d ?": false,
	} {
		if got := IsDate(code); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
}

func TestBuiltin(t *testing.T) {
	for id, want := range map[int]string{
		-1: General, 0: General, 2: "0.00", 14: "mm-dd-yy", 22: "m/d/yy h:mm", 23: General, 27: "yyyy/m/d", 34: "h:mm:ss",
		40: "#,##0.00;[Red](#,##0.00)", 46: "[h]:mm:ss", 49: "@", 79: "[h]:mm:ss", 82: General, 164: General,
	} {
		if got := Builtin(id); got != want {
			t.Errorf("%d: %s, want %s", id, got, want)
		}
	}
}
