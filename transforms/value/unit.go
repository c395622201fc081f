package value

import (
	"math"
	"strings"
	"unicode"

	"github.com/statloom/statloom/transforms/fold"
)

// Unit is a unit of measure as a table states it.
type Unit struct {
	Name string // as published, in lower case; the Vietnamese part where there are two: "tỷ đồng"
	Mult int    // the power of ten in it: 9 for tỷ đồng, 0 for %
}

// unitPrefixes announce a unit; longer ones first.
var unitPrefixes = folded("đơn vị tính/unit", "đơn vị tính (unit)", "đơn vị tính", "đơn vị đo", "đơn vị", "đvt", "đv tính", "đv", "unit of measure",
	"units", "unit", "measure")

// ParseUnit finds the unit in a text: after an announcement ("Đơn vị tính: Tỷ đồng", "ĐVT: Cơ sở - Unit:
// Establishment"), in brackets at the end of a title ("(Tỷ đồng)"), as a percent sign at the end ("Chỉ số phát triển - %"),
// or as the whole text ("Nghìn tấn", "%").
func ParseUnit(text string) (Unit, bool) {
	if len(text) > 1000 {
		return Unit{}, false
	}
	m := fold.Map(text)
	if from, ok := announced(m.Text); ok {
		return named(firstPart(m.Original(from, len(m.Text))))
	}
	shown := m.Original(0, len(m.Text))
	if part := firstPart(shown); isUnit(fold.Text(unbracket(part))) {
		return named(part)
	}
	// Of two languages the first is read first.
	if first := firstPart(shown); first != shown {
		if u, ok := inBrackets(first); ok {
			return u, true
		}
	}
	if u, ok := inBrackets(shown); ok {
		return u, true
	}
	if before, ok := strings.CutSuffix(m.Text, "%"); ok {
		before = strings.TrimRight(before, " ")
		if strings.HasSuffix(before, "-") || strings.HasSuffix(before, ",") {
			return named("%")
		}
	}
	return Unit{}, false
}

// inBrackets finds the last unit that stands in brackets.
func inBrackets(text string) (Unit, bool) {
	m := fold.Map(text)
	for end := len(m.Text); ; {
		open := strings.LastIndexByte(m.Text[:end], '(')
		if open < 0 {
			return Unit{}, false
		}
		if n := strings.IndexByte(m.Text[open:], ')'); n > 0 {
			inner := m.Original(open+1, open+n)
			if part := firstPart(inner); isUnit(fold.Text(part)) {
				return named(part)
			}
			if from, ok := announced(fold.Text(inner)); ok {
				inner := fold.Map(inner)
				return named(firstPart(inner.Original(from, len(inner.Text))))
			}
		}
		end = open
	}
}

// IsUnitLine reports whether a text says nothing but a unit.
func IsUnitLine(text string) bool {
	return len(text) <= 200 && IsUnitLineFolded(text, fold.Text(text))
}

// IsUnitLineFolded is IsUnitLine for a text of which t is what fold.Text makes.
func IsUnitLineFolded(text, t string) bool {
	if len(text) > 200 {
		return false
	}
	if from, ok := announced(strings.TrimLeft(t, "([ ")); ok {
		return strings.Trim(t[from:], " :.)]") != ""
	}
	return beginsUnit(t) && isUnit(fold.Text(unbracket(firstPart(fold.Space(text)))))
}

// announced finds a word such as "Đơn vị tính:" at the start of a folded text, or after a bracket, and gives the offset
// of what follows it.
func announced(t string) (int, bool) {
	start := len(t) - len(strings.TrimLeft(t, "([ -"))
	for _, p := range unitPrefixes {
		if !strings.HasPrefix(t[start:], p) {
			continue
		}
		rest := t[start+len(p):]
		after := strings.TrimLeft(rest, " .")
		if strings.HasPrefix(after, ":") {
			return len(t) - len(strings.TrimLeft(after, ": ")), true
		}
	}
	return 0, false
}

// firstPart gives the Vietnamese part of a unit in two languages.
func firstPart(s string) string {
	for _, sep := range []string{" - ", " – ", " — ", " / "} {
		if i := strings.Index(s, sep); i > 0 {
			s = s[:i]
		}
	}
	m := fold.Map(s)
	for _, p := range []string{"unit:", "unit :", "unit of measure"} {
		if i := strings.Index(m.Text, p); i > 0 {
			return m.Original(0, i)
		}
	}
	return s
}

func unbracket(s string) string { return strings.Trim(s, " ()[]:;.") }

// named makes a Unit of the text of one.
func named(s string) (Unit, bool) {
	name := strings.Trim(strings.ToLower(fold.Space(s)), " :;,-–")
	if strings.HasPrefix(name, "(") || strings.Count(name, ")") > strings.Count(name, "(") {
		name = unbracket(name)
	}
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 100 {
		return Unit{}, false
	}
	if several(name) {
		return Unit{}, false
	}
	u := Unit{Name: spell(name)}
	_, u.Mult = power(unitWords(fold.Text(name)))
	return u, true
}

// several reports whether a text lists units, of which each holds for some of a table's columns only.
func several(name string) bool {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == ',' || r == ';' })
	for _, p := range parts {
		if !isUnit(fold.Text(p)) {
			return false
		}
	}
	return len(parts) > 1 && !unicode.IsDigit(rune(parts[1][0]))
}

// spell writes the words of power in one way.
func spell(name string) string {
	for _, w := range [][2]string{{"tỉ ", "tỷ "}, {"ngàn ", "nghìn "}} {
		if rest, ok := strings.CutPrefix(name, w[0]); ok {
			return w[1] + rest
		}
	}
	return name
}

// BaseUnit gives a unit's name without its words of power: "đồng" for "triệu đồng" and "nghìn tỷ đồng". Figures of one
// base unit can be added once they are brought to one power of ten; see Convert.
func BaseUnit(name string) string {
	words := unitWords(fold.Text(name))
	rest, mult := power(words)
	if mult == 0 {
		return name
	}
	return strings.Join(rest, " ")
}

// Convert brings a figure from one unit to another of the same base: 3 in tỷ đồng are 3,000 in triệu đồng. It reports
// false where the units have no base in common, since then no factor is right.
func Convert(v float64, from, to Unit) (float64, bool) {
	if fold.Label(BaseUnit(from.Name)) != fold.Label(BaseUnit(to.Name)) {
		return 0, false
	}
	// Powers up to 22 are exact, and so is one multiplication or division by them.
	if from.Mult >= to.Mult {
		return v * math.Pow10(from.Mult-to.Mult), true
	}
	return v / math.Pow10(to.Mult-from.Mult), true
}
