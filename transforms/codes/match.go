package codes

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"github.com/statloom/statloom/transforms/fold"
)

// The ways a label can be matched, in the order they are tried.
const (
	Exact     = "exact"     // it is a name, letter by letter
	Folded    = "folded"    // it is a name but for spelling, see package fold
	Alias     = "alias"     // it is an alias
	Reviewed  = "reviewed"  // a person decided so, see Decided
	ByCode    = "code"      // it is a code, or begins with one
	Part      = "part"      // it is a name in two languages
	Ambiguous = "ambiguous" // it is the name of more than one code, Candidates
	NotValid  = "not_valid" // it is the name of codes that are not valid on the day, Candidates
	Unknown   = ""          // it is none of these
)

// Match says which code a label stands for. Code is set for the ways before Ambiguous only; a suggestion is never used as a
// match.
type Match struct {
	Code string
	How  string

	Candidates []Code // for Ambiguous and NotValid, and where a name is that of a code and of its only child

	Suggestion     string // code whose name is nearest, for Unknown
	SuggestionName string
	Distance       int // edits between the label and that name, both folded
}

// OK reports whether the label stands for one code.
func (m Match) OK() bool { return m.Code != "" }

// NotKnown begins the reason of a label that a list does not know; such labels wait for a person, see Review.
const NotKnown = "the code list does not know the label"

// Reason says why a label has no code, and what would help.
func (m Match) Reason() string {
	switch m.How {
	case Ambiguous:
		return "the label is the name of more than one code: " + name(m.Candidates)
	case NotValid:
		return "the label is the name of a code that is not valid in this period: " + name(m.Candidates)
	}
	if m.Suggestion != "" {
		return fmt.Sprintf(NotKnown+"; nearest is %s %q, %d edits away: add an alias if it is the same",
			m.Suggestion, m.SuggestionName, m.Distance)
	}
	return NotKnown + ", and nothing in it is near: add a code or an alias"
}

func name(codes []Code) string {
	var parts []string
	for i, c := range codes {
		if i == 5 {
			return strings.Join(parts, ", ") + fmt.Sprintf(" and %d more", len(codes)-i)
		}
		text := c.Code
		if v := c.validity(); v != "" {
			text += " (valid " + v + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// maxLabel bounds the labels looked at, in bytes.
const maxLabel = 2000

// Match finds the code of a label, whenever it is valid.
func (l *List) Match(label string) Match { return l.MatchOn(label, time.Time{}) }

// MatchOn finds the code that a label stands for on a day; a zero day asks for no day in particular.
func (l *List) MatchOn(label string, day time.Time) Match {
	shown := fold.Space(label)
	if shown == "" || len(label) > maxLabel {
		return Match{}
	}
	m := l.find(shown, day)
	if m.How == Unknown {
		if bare := strings.TrimLeft(shown, "-–—+•*· "); bare != shown && bare != "" {
			m = l.find(bare, day) // a bullet
		}
	}
	if m.How == Unknown {
		m = l.parts(label, day)
	}
	if m.How == Unknown {
		m = l.leadingCode(shown, day)
	}
	if m.How == Unknown && m.Suggestion == "" {
		m = l.suggest(fold.Label(shown), day)
	}
	return m
}

// find matches a label as a whole.
func (l *List) find(text string, day time.Time) Match {
	key := fold.Label(text)
	late := Match{}
	for _, try := range []struct {
		how   string
		found []int
	}{
		{Exact, l.exact[text]}, {Folded, l.names[key]}, {Alias, l.aliases[key]}, {Reviewed, l.decided[key]}, {ByCode, l.lookupCode(text)},
	} {
		m := l.choose(try.how, try.found, day)
		if m.OK() || m.How == Ambiguous {
			return m
		}
		if late.How == Unknown {
			late = m
		}
	}
	return late
}

// choose makes a match of the entries that have a label: those valid on the day must all be of one code.
func (l *List) choose(how string, found []int, day time.Time) Match {
	if len(found) == 0 {
		return Match{}
	}
	var valid, others []Code
	for _, i := range found {
		if c := l.Codes[i]; c.ValidOn(day) {
			valid = append(valid, c)
		} else {
			others = append(others, c)
		}
	}
	if len(valid) == 0 {
		return Match{How: NotValid, Candidates: others}
	}
	for _, c := range valid[1:] {
		if c.Code != valid[0].Code {
			if top := l.above(valid, day); top != "" {
				return Match{Code: top, How: how, Candidates: valid}
			}
			return Match{How: Ambiguous, Candidates: valid}
		}
	}
	return Match{Code: valid[0].Code, How: how}
}

// above finds the code above all others, where each of them is the only child of its parent: a class that is all of its
// division has the division's name, and the two are one thing. It gives "" where they are not.
func (l *List) above(codes []Code, day time.Time) string {
	top := ""
	for _, c := range codes {
		if slices.ContainsFunc(codes, func(p Code) bool { return p.Code == c.Parent }) {
			if l.children(c.Parent, day) != 1 {
				return ""
			}
			continue
		}
		if top != "" {
			return ""
		}
		top = c.Code
	}
	return top
}

// children counts the codes below a code on a day.
func (l *List) children(parent string, day time.Time) (n int) {
	for i := range l.Codes {
		if l.Codes[i].Parent == parent && l.Codes[i].ValidOn(day) {
			n++
		}
	}
	return n
}

// parts matches a label in two languages: "Khai khoáng - Mining and quarrying", or a line for each. One part must be a
// name, and the other must at least resemble a name of the same code, since a dash may also add a restriction ("Dệt -
// trừ thủ công").
func (l *List) parts(text string, day time.Time) Match {
	for _, sep := range []string{"\n", " - ", " – ", " — ", " / ", "/", "("} {
		for from := 0; ; {
			i := strings.Index(text[from:], sep)
			if i < 0 {
				break
			}
			i += from
			from = i + len(sep)
			a, b := fold.Space(text[:i]), fold.Space(text[from:])
			if sep == "(" {
				if !strings.HasSuffix(b, ")") {
					continue
				}
				b = strings.TrimSuffix(b, ")")
			}
			if a == "" || b == "" {
				continue
			}
			if m := l.pair(a, b, day); m.How != Unknown {
				return m
			}
		}
	}
	return Match{}
}

// pair matches two parts of a label.
func (l *List) pair(a, b string, day time.Time) Match {
	ma, mb := l.find(a, day), l.find(b, day)
	switch {
	case ma.OK() && mb.OK():
		if ma.Code == mb.Code {
			return Match{Code: ma.Code, How: Part}
		}
	case ma.OK() && l.isNear(ma.Code, b, day) || ma.OK() && mb.names(ma.Code):
		return Match{Code: ma.Code, How: Part}
	case mb.OK() && l.isNear(mb.Code, a, day) || mb.OK() && ma.names(mb.Code):
		return Match{Code: mb.Code, How: Part}
	}
	return Match{}
}

// names reports whether a label that several codes bear may mean the code.
func (m Match) names(code string) bool {
	return slices.ContainsFunc(m.Candidates, func(c Code) bool { return c.Code == code && m.How != NotValid })
}

// isNear reports whether a text resembles a name or alias of the code, close enough for a second sign of it but not to be
// the only one.
func (l *List) isNear(code, text string, day time.Time) bool {
	c := l.entry(code, day)
	key := fold.Label(text)
	for _, known := range append([]string{c.Name.VI, c.Name.EN}, c.Aliases...) {
		name := fold.Label(known)
		longer := max(utf8.RuneCountInString(name), utf8.RuneCountInString(key))
		if name != "" && levenshtein.ComputeDistance(name, key) <= longer*6/10 {
			return true
		}
	}
	return false
}

// leadingCode matches "1311 Sản xuất sợi" and "A. Nông nghiệp". The name after the code decides: the same number may
// only count the lines. Behind a code of three characters and more it need only resemble the name ("1311 SX sợi").
func (l *List) leadingCode(text string, day time.Time) Match {
	end := strings.IndexAny(text, " .):")
	if end <= 0 {
		return Match{}
	}
	rest := strings.TrimLeft(text[end:], " .):-–")
	if rest == "" {
		return l.choose(ByCode, l.lookupCode(text[:end]), day)
	}
	byCode := l.choose(ByCode, l.lookupCode(text[:end]), day)
	if !byCode.OK() && !isCount(text[:end]) {
		return Match{}
	}
	byName := l.find(rest, day)
	if byName.How == Unknown {
		byName = l.parts(rest, day)
	}
	counts := isCount(text[:end]) && (!byCode.OK() || text[end] != ' ')
	switch {
	case byCode.OK() && (byName.Code == byCode.Code || byName.names(byCode.Code)):
		return byCode
	case byName.OK() && counts:
		return byName // "10. Dệt" where 10 is the line's number
	case byName.OK():
		return Match{How: Ambiguous, Candidates: []Code{l.entry(byCode.Code, day), l.entry(byName.Code, day)}}
	case byCode.OK() && byName.How == Unknown && end >= 3 && text[end] == ' ' && l.isNear(byCode.Code, rest, day):
		return byCode
	case byCode.OK() && byName.How == Unknown:
		c := l.entry(byCode.Code, day)
		return Match{Suggestion: c.Code, SuggestionName: mainName(c),
			Distance: levenshtein.ComputeDistance(fold.Label(rest), fold.Label(mainName(c)))}
	}
	return byName
}

// isCount reports whether a text is what lines are counted by: 1, 2.1, IV, a.
func isCount(s string) bool {
	return len(s) <= 5 && strings.Trim(s, "0123456789.") == "" || strings.Trim(s, "IVXivx") == "" || len(s) == 1
}

// entry gives the entry of a code on a day.
func (l *List) entry(code string, day time.Time) Code {
	for _, i := range l.byCode[code] {
		if l.Codes[i].ValidOn(day) {
			return l.Codes[i]
		}
	}
	return Code{Code: code}
}

func mainName(c Code) string {
	if c.Name.VI != "" {
		return c.Name.VI
	}
	return c.Name.EN
}

// suggest finds the nearest name, if it is at most a quarter of the label's letters away.
func (l *List) suggest(key string, day time.Time) Match {
	n := utf8.RuneCountInString(key)
	best, at := n/4+1, -1
	for i, c := range l.nearest {
		if gap := c.runes - n; gap >= best || -gap >= best || !l.Codes[c.index].ValidOn(day) {
			continue
		}
		if d := levenshtein.ComputeDistance(key, c.text); d < best {
			best, at = d, i
		}
	}
	if at < 0 {
		return Match{}
	}
	c := l.Codes[l.nearest[at].index]
	return Match{Suggestion: c.Code, SuggestionName: mainName(c), Distance: best}
}
