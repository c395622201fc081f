// Package numfmt knows the number formats that Excel's books share: the codes of the built-in ones, and which codes show a
// number as a date.
package numfmt

import "strings"

// General is the code of cells without a number format of their own.
const General = "General"

// Builtin gives the code of a number format that books use without defining it. The numbers from 27 up mean dates
// and times in East Asian and Thai editions and nothing elsewhere.
func Builtin(id int) string {
	switch {
	case id >= 0 && id < len(builtin) && builtin[id] != "":
		return builtin[id]
	case id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58, id >= 71 && id <= 74, id == 81:
		return "yyyy/m/d"
	case id >= 32 && id <= 35, id == 55, id == 56, id == 75, id == 76, id == 78, id == 80:
		return "h:mm:ss"
	case id == 77:
		return "d/m/yyyy h:mm"
	case id == 79:
		return "[h]:mm:ss"
	}
	return General
}

var builtin = [...]string{
	0: General, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: `"$"#,##0_);("$"#,##0)`, 6: `"$"#,##0_);[Red]("$"#,##0)`, 7: `"$"#,##0.00_);("$"#,##0.00)`, 8: `"$"#,##0.00_);[Red]("$"#,##0.00)`,
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
	18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
	37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)",
	41: `_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)`, 42: `_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)`,
	43: `_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)`, 44: `_("$"* #,##0.00_);_("$"* \(#,##0.00\);_("$"* "-"??_);_(@_)`,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
}

// IsDate reports whether a number in this format is a point in time: the first section of the code has a date or
// clock part. Elapsed time ([h]:mm) is a quantity and stays a number. Codes of careless writers such as "#,##0 VND" have
// letters that look like date parts; the places for digits tell them apart.
func IsDate(code string) bool {
	date := false
	last := byte(0) // last significant character
	for i := 0; i < len(code); i++ {
		c := code[i] | 0x20
		switch {
		case code[i] == '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return date
			}
			i += end + 1
			continue
		case code[i] == '\\' || code[i] == '_' || code[i] == '*': // the next character is shown or measured, not read
			i++
			continue
		case code[i] == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return date
			}
			if isElapsed(code[i+1 : i+end]) {
				return false
			}
			i += end
			continue
		case code[i] == ';':
			return date
		case code[i] == '#', code[i] == '?':
			return false
		case code[i] == '0':
			if last != '.' && last != '0' || !date {
				return false
			}
		case hasFold(code[i:], General):
			i += len(General) - 1
			continue
		case hasFold(code[i:], "AM/PM"):
			date = true
			i += len("AM/PM") - 1
			continue
		case c == 'y', c == 'm', c == 'd', c == 'h', c == 's':
			date = true
		}
		last = code[i]
	}
	return date
}

// isElapsed reports whether a bracket's content is a run of one of h, m, s.
func isElapsed(s string) bool {
	return s != "" && (strings.Trim(s, "hH") == "" || strings.Trim(s, "mM") == "" || strings.Trim(s, "sS") == "")
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
