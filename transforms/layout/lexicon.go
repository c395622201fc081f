package layout

import (
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/period"
)

// lexicon remembers what texts say. Lines, columns, the sheets of a book and the books of an office repeat them, and folding
// and matching words is most of the work of understanding a small table. Its texts are copies: one that came from a book would
// keep the block of memory in which it was read.
type lexicon struct {
	known   map[string]*saying
	sayings []saying // room for more
}

// mostSayings bounds the texts that are remembered.
const mostSayings = 50_000

// saying is what one text says, as far as somebody asked.
type saying struct {
	said       string
	asked, yes aspect
	folded     string
	shown      string
	unit       string
	words      words
	period     *period.Period
}

// aspect is something that can be asked of a text.
type aspect uint16

const (
	aspectFolded aspect = 1 << iota
	aspectTotal
	aspectPlainTotal
	aspectWhole
	aspectUnitText
	aspectUnit
	aspectWords
	aspectPeriod
	aspectCode
	aspectShown
	aspectSplit
	aspectOfWhich
)

// of finds what is known of a text.
func (x *lexicon) of(s string) *saying {
	if k, ok := x.known[s]; ok {
		return k
	}
	if x.known == nil || len(x.known) >= mostSayings {
		x.known = make(map[string]*saying)
	}
	if len(x.sayings) == 0 {
		x.sayings = make([]saying, 64)
	}
	k := &x.sayings[0]
	x.sayings = x.sayings[1:]
	k.said = strings.Clone(s)
	x.known[k.said] = k
	return k
}

// ask answers a question of yes or no, and looks for the answer if nobody asked before.
func (k *saying) ask(what aspect, look func() bool) bool {
	if k.asked&what == 0 {
		k.asked |= what
		if look() {
			k.yes |= what
		}
	}
	return k.yes&what != 0
}

// text folds a text.
func (k *saying) text() string {
	if k.asked&aspectFolded == 0 {
		k.asked |= aspectFolded
		k.folded = fold.Text(k.said)
	}
	return k.folded
}

func (x *lexicon) text(s string) string { return x.of(s).text() }

// shown gives a label as it is shown.
func (x *lexicon) shown(c *sheet.Cell) string {
	if c.Type != sheet.Text {
		return withoutLeader(headerText(c))
	}
	k := x.of(c.Text)
	if k.asked&aspectShown == 0 {
		k.asked |= aspectShown
		k.shown = withoutLeader(fold.Space(k.said))
	}
	return k.shown
}

// isTotal tells labels that announce a total.
func (x *lexicon) isTotal(s string) bool {
	if len(s) >= 200 {
		return false
	}
	k := x.of(s)
	return k.ask(aspectTotal, func() bool { return saysTotalWord(k.text()) })
}

// isPlainTotal tells labels that say no more than that theirs is a total.
func (x *lexicon) isPlainTotal(s string) bool {
	return x.isTotal(s) && x.of(s).ask(aspectPlainTotal, func() bool { return isPlainTotal(s) })
}

// namesWhole tells labels that name all that a table is about: "Total agriculture", "All industries", "Cả nước".
func (x *lexicon) namesWhole(s string) bool {
	return len(s) < 120 && x.of(s).ask(aspectWhole, func() bool { return namesWhole(s) })
}

// isUnitText reports whether a text says nothing but a unit.
func (x *lexicon) isUnitText(s string) bool {
	if len(s) > 200 {
		return false
	}
	k := x.of(s)
	return k.ask(aspectUnitText, func() bool { return isUnitText(k.said, k.text()) })
}

// isBareUnit reports whether a header line states a unit without brackets, which makes it a level of its own.
func (x *lexicon) isBareUnit(s string) bool { return s[0] != '(' && x.isUnitText(s) }

// unitIn gives the unit that a header or label states in brackets or as a whole.
func (x *lexicon) unitIn(s string) string {
	if !strings.ContainsAny(s, "(%") && !x.isUnitText(s) {
		return ""
	}
	k := x.of(s)
	if k.asked&aspectUnit == 0 {
		k.asked |= aspectUnit
		if u, ok := parseUnit(k.said); ok {
			k.unit = u.Name
		}
	}
	return k.unit
}

// headsCodes reports whether a text says that what stands below it are codes.
func (x *lexicon) headsCodes(s string) bool {
	if len(s) >= 60 {
		return false
	}
	k := x.of(s)
	return k.ask(aspectCode, func() bool { return codeHead.MatchString(k.text()) })
}

// isOfWhich tells labels that begin a group whose lines need not add up.
func (x *lexicon) isOfWhich(s string) bool {
	k := x.of(s)
	return k.ask(aspectOfWhich, func() bool { return ofWhich.MatchString(k.text()) })
}

// wordsOf tells which kinds of arithmetic a label announces.
func (x *lexicon) wordsOf(s string) words {
	if s == "" || len(s) >= 400 {
		return 0
	}
	k := x.of(s)
	if k.asked&aspectWords == 0 {
		k.asked |= aspectWords
		k.words = announced(k.text())
	}
	return k.words
}

// period gives the period that a text names.
func (x *lexicon) period(s string) (period.Period, bool) {
	if !hasYear(s) {
		return period.Period{}, false
	}
	k := x.of(s)
	ok := k.ask(aspectPeriod, func() (ok bool) {
		p, ok := period.Parse(k.said)
		k.period = &p
		return ok
	})
	return *k.period, ok
}

// isSplitYear reports whether a text names one year that ends in the next one.
func (x *lexicon) isSplitYear(s string) bool {
	k := x.of(s)
	return k.ask(aspectSplit, func() bool {
		if !hasYear(k.text()) {
			return false // taking the text apart is the dear part
		}
		_, ok := period.FindSplit(s)
		return ok
	})
}

// hasYear reports whether four digits in a text can be a year, without which no text names a period by itself.
func hasYear(s string) bool {
	n := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] >= '0' && s[i] <= '9' {
			n++
			continue
		}
		if n == 4 && (s[i-4] == '1' || s[i-4] == '2') {
			return true
		}
		n = 0
	}
	return false
}
