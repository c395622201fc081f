package draw

import (
	"math"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/numfmt"
)

// groupMark parts thousands: a narrow space, which cannot be taken for a decimal point or comma in any country.
const groupMark = "\u202f"

// Text gives what a cell shows, with its number format lightly applied: decimals, thousands, percent, signs and words of
// the format, and dates. Formats beyond that leave the digits as they are stored. differs says that what is shown is not
// what is stored.
func Text(c *sheet.Cell, style *sheet.Style) (text string, differs bool) {
	switch {
	case c.NoCache:
		return "ƒ", false
	case c.Type == sheet.Number:
		text = formatNumber(c.Num, c.Text, style.NumFmt)
	case c.Type == sheet.Date:
		text = formatDate(c, style.NumFmt)
	case c.Type == sheet.Bool:
		text = "FALSE"
		if c.Num != 0 {
			text = "TRUE"
		}
		return text, false
	default:
		return c.Text, false
	}
	return text, text != c.Text
}

// format is what a section of a number format says.
type format struct {
	before, after string // words of the format
	decimals      int
	least         int // digits before the decimal point at least
	group         bool
	scale         int // powers of ten by which the number is shown larger
	digits        bool
}

// formatNumber applies a number format; stored are the digits in the book.
func formatNumber(x float64, stored, code string) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return stored
	}
	section, sign := sectionOf(x, code)
	if section == "" || strings.EqualFold(section, numfmt.General) || section == "@" {
		return general(x, stored)
	}
	f, ok := parseFormat(section)
	if !ok {
		return general(x, stored)
	}
	if !f.digits {
		return f.before
	}
	text := decimal(math.Abs(x), f.decimals, f.scale)
	if text == "" {
		return general(x, stored)
	}
	if strings.Trim(text, "0.") == "" && sign == "-" {
		sign = ""
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for len(whole) < f.least {
		whole = "0" + whole
	}
	if f.least == 0 && whole == "0" && fraction != "" {
		whole = ""
	}
	if f.group {
		whole = grouped(whole)
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return strings.TrimSpace(sign + f.before + whole + f.after)
}

// sectionOf picks the part of a format code that is for a number, and the sign that is shown before it.
func sectionOf(x float64, code string) (section, sign string) {
	sections := splitSections(code)
	if strings.ContainsAny(code, "<>") {
		return "", "" // conditions of its own
	}
	switch {
	case x < 0 && len(sections) > 1:
		return sections[1], ""
	case x == 0 && len(sections) > 2:
		return sections[2], ""
	case x < 0:
		return sections[0], "-"
	}
	return sections[0], ""
}

func splitSections(code string) (list []string) {
	start, quoted := 0, false
	for i := 0; i < len(code); i++ {
		switch {
		case code[i] == '"':
			quoted = !quoted
		case quoted:
		case code[i] == '\\', code[i] == '_', code[i] == '*':
			i++
		case code[i] == ';':
			list = append(list, code[start:i])
			start = i + 1
		}
	}
	return append(list, code[min(start, len(code)):])
}

// parseFormat reads one section. Fractions and scientific notation are not ok.
func parseFormat(code string) (f format, ok bool) {
	point, pending := false, 0
	words := func(s string) {
		if f.digits {
			f.after += s
		} else {
			f.before += s
		}
	}
	for i := 0; i < len(code); i++ {
		c := code[i]
		switch {
		case c == '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return f, false
			}
			words(code[i+1 : i+1+end])
			i += end + 1
		case c == '\\' && i+1 < len(code):
			size := runeSize(code[i+1:])
			words(code[i+1 : i+1+size])
			i += size
		case (c == '_' || c == '*') && i+1 < len(code):
			i += runeSize(code[i+1:])
		case c == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return f, false
			}
			if money, found := strings.CutPrefix(code[i:i+end], "[$"); found {
				money, _, _ = strings.Cut(money, "-")
				words(money)
			}
			i += end
		case c == '0' || c == '#' || c == '?':
			if f.after != "" {
				return f, false // digits parted by words: telephone numbers and the like
			}
			f.digits = true
			f.group = f.group || pending > 0 && !point
			pending = 0
			switch {
			case point:
				f.decimals++
			case c == '0':
				f.least++
			}
		case c == ',' && f.digits:
			pending++
		case c == '.' && !point:
			point, f.digits = true, true
		case c == '%':
			f.scale += 2
			words("%")
		case c == '/' || c == '@' || (c == 'E' || c == 'e') && f.digits && i+1 < len(code) && strings.IndexByte("+-", code[i+1]) >= 0:
			return f, false
		default:
			size := runeSize(code[i:])
			words(code[i : i+size])
			i += size - 1
		}
	}
	f.scale -= 3 * pending
	return f, f.decimals <= 30 && f.least <= 30
}

func runeSize(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

// decimal writes a number, times a power of ten, with so many decimals, rounded half up by the digits people see. It is
// "" for a number beyond what is written out.
func decimal(x float64, decimals, scale int) string {
	if x >= 1e21 {
		return ""
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return ""
	}
	digits := strings.Replace(mantissa, ".", "", 1)
	point := power + 1 + scale // digits before the decimal point
	if point < 0 {
		digits, point = strings.Repeat("0", min(-point, 400))+digits, 0
	}
	if keep := point + decimals; keep < len(digits) {
		up := digits[keep] >= '5'
		b := []byte("0" + digits[:keep])
		for i := len(b) - 1; up && i >= 0; i-- {
			if b[i]++; b[i] <= '9' {
				up = false
			} else {
				b[i] = '0'
			}
		}
		digits, point = string(b), point+1
	} else {
		digits += strings.Repeat("0", keep-len(digits))
	}
	whole := strings.TrimLeft(digits[:point], "0")
	if whole == "" {
		whole = "0"
	}
	if decimals == 0 {
		return whole
	}
	return whole + "." + digits[point:point+decimals]
}

func grouped(whole string) string {
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(groupMark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// general is how a number without a format is shown: as stored, but for the noise of binary arithmetic.
func general(x float64, stored string) string {
	if len(stored) <= 12 {
		return stored
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 11, 64), 64)
	if err != nil || x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return stored
	}
	if a := math.Abs(short); a >= 1e15 || a < 1e-9 {
		return strconv.FormatFloat(short, 'g', -1, 64)
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// formatDate writes a date by its format where that is made of days, months and years, else in ISO's form, and so too
// where the format leaves the order to the country.
func formatDate(c *sheet.Cell, code string) string {
	t, ok := sheet.Time(c.Num)
	if !ok {
		return c.Text
	}
	if layout, ok := dateLayout(code); ok {
		return t.Format(layout)
	}
	switch {
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format("2006-01-02")
	case t.Second() == 0:
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02 15:04:05")
}

func dateLayout(code string) (string, bool) {
	if code == numfmt.Builtin(14) {
		return "", false
	}
	code = splitSections(code)[0]
	var b strings.Builder
	for i := 0; i < len(code); {
		n := 1
		switch c := code[i] | 0x20; {
		case c == 'y' || c == 'm' || c == 'd':
			for i+n < len(code) && code[i+n]|0x20 == c {
				n++
			}
			part, known := dateParts[strings.ToLower(code[i:i+n])]
			if !known {
				return "", false
			}
			b.WriteString(part)
		case code[i] == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return "", false
			}
			n = end + 1
		case code[i] == '\\' && i+1 < len(code) && strings.IndexByte("-/., ", code[i+1]) >= 0:
			b.WriteByte(code[i+1])
			n = 2
		case strings.IndexByte("-/., ", code[i]) >= 0:
			b.WriteByte(code[i])
		default:
			return "", false
		}
		i += n
	}
	return b.String(), b.Len() > 0
}

var dateParts = map[string]string{
	"d": "2", "dd": "02", "ddd": "Mon", "dddd": "Monday", "m": "1", "mm": "01", "mmm": "Jan", "mmmm": "January", "yy": "06", "yyyy": "2006",
}
