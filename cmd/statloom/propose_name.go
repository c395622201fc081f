package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/transforms/fold"
	"github.com/statloom/statloom/transforms/layout"
	"github.com/statloom/statloom/transforms/period"
)

var (
	digits       = regexp.MustCompile(`\d+`)
	tableNumber  = regexp.MustCompile(`(?i)^((bảng|biểu|table|hình)( số)? *)?(\d+[a-z]?([.,-]\d+[a-z]?)*)\b *[.:)–-]* *`)
	sourceLine   = regexp.MustCompile(`(?i)^(source|nguồn|note|ghi chú|released|shorthand|publication date|this worksheet|some cells|freeze panes)\b`)
	furniture    = regexp.MustCompile(`(?i)^\(?(phụ lục|biểu mẫu|mẫu số|annex|appendix|kèm theo|ban hành kèm|bộ |ubnd |uỷ ban nhân dân|ủy ban nhân dân|sở |cục |chi cục |tổng cục |ministry of |(\pL+ )?bureau of |office for national statistics$|general statistics office|(\pL+ )?statistical office)`)
	codeWord     = regexp.MustCompile(`[\pL\d_]*\d\pL[\pL\d_]*`) // 81550DO001_201617
	continuation = regexp.MustCompile(`(?i)\((tiếp theo|tiếp|continued|cont\.?)\) *`)
)

// newProposal takes a table's names from its title.
func newProposal(t *layout.Table) *proposal {
	p := &proposal{Title: titlePattern(t.Title)}
	var local, english []string
	for _, line := range spoken(t.TitleLines) {
		line = bareTitle(line)
		switch {
		case line == "" || sourceLine.MatchString(line):
		case vietnamese(line):
			local = append(local, line)
		default:
			english = append(english, line)
		}
	}
	p.Vietnamese = len(local) > 0
	p.VI, p.EN = strings.Join(local, " "), strings.Join(english, " ")
	p.words = slugWords(codeWord.ReplaceAllString(p.VI+" "+p.EN, ""))
	if p.VI == "" {
		p.VI = p.EN
	}
	if p.EN == "" {
		p.EN = p.VI
	}
	if p.EN == "" {
		p.VI, p.EN = fold.Space(t.Title), fold.Space(t.Title)
	}
	return p
}

// untitled takes the names of a table without a title from its sheet, or from the book where sheets are only numbered. It is
// found by its first headings, if those say more than periods.
func untitled(t *layout.Table, sheetName, book string) *proposal {
	name := fold.Space(sheetName)
	if numberedSheet.MatchString(name) {
		name = strings.TrimSuffix(filepath.Base(book), filepath.Ext(book))
	}
	p := &proposal{Header: headerPattern(t.Headings()), VI: name, EN: name, Vietnamese: vietnamese(name)}
	if p.words = slugWords(name); len(p.words) == 0 {
		p.words = append([]string{"table"}, digits.FindAllString(name, 3)...)
	}
	return p
}

// numberedSheet tells the names that programs give to sheets.
var numberedSheet = regexp.MustCompile(`(?i)^(sheet|trang[ _]?tính|feuil|tabelle|hoja|table|data)?[ _]*\d*$`)

// patternLength is how much of the headings a pattern holds.
const patternLength = 120

// headerPattern makes the first headings of a table into a pattern; "" where they say nothing but periods.
func headerPattern(headings string) string {
	var kept []string
	length, says := 0, false
	for _, h := range strings.Split(headings, " | ") {
		if length > 0 && length+len(h) > patternLength {
			break
		}
		kept = append(kept, digits.ReplaceAllString(regexp.QuoteMeta(h), `\d+`))
		length += len(h)
		says = says || !period.Names(h) && strings.ContainsFunc(h, unicode.IsLetter)
	}
	if !says {
		return ""
	}
	return "^" + strings.Join(kept, ` \| `)
}

// spoken gives the lines of a title that say what the table is about: not whose form it is, its number and what it is annexed
// to, unless there is nothing else.
func spoken(lines []string) []string {
	said := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return furniture.MatchString(strings.TrimSpace(line)) })
	if len(said) == 0 {
		return lines
	}
	return said
}

// bareTitle is a title without its table number and without word that the table goes on.
func bareTitle(title string) string {
	return strings.TrimSpace(tableNumber.ReplaceAllString(continuation.ReplaceAllString(fold.Space(title), ""), ""))
}

// vietnamese reports whether a text has letters that English has not.
func vietnamese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f && unicode.IsLetter(r) })
}

// titlePattern makes a title into a pattern that also finds it in the next edition, whose numbers may differ, and where
// the table goes on.
func titlePattern(title string) string {
	title = continuation.ReplaceAllString(fold.Space(title), "")
	number := tableNumber.FindString(title)
	pattern := func(s string) string { return digits.ReplaceAllString(regexp.QuoteMeta(s), `\d+`) }
	goesOn := ""
	if number != "" && vietnamese(title) {
		goesOn = `(\(tiếp theo\) )?`
	} else if number != "" {
		goesOn = `(\(cont[a-z.]*\) )?`
	}
	return "^" + pattern(number) + goesOn + pattern(title[len(number):]) + "$"
}

// slugWords gives the words of a title in plain small letters, up to the first number.
func slugWords(title string) []string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case r == 'đ':
			b.WriteByte('d')
		case unicode.IsDigit(r):
			if words := strings.Fields(b.String()); len(words) > 2 {
				return words
			}
			b.WriteByte(' ')
		case !unicode.Is(unicode.Mn, r):
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// linking are words that no id ends with.
var linking = strings.Fields("va cua theo phan ve den thang ngay cac co tu tai trong o and of by the in at for to from with a an on")

const idWords = 7

// distinguish gives the proposal an id of its own: the first words of its title, then its last, then a number.
func (p *proposal) distinguish(found []*proposal) {
	taken := func(id string) bool {
		return slices.ContainsFunc(found, func(q *proposal) bool { return q.ID == id })
	}
	head := trimLinking(p.words[:min(len(p.words), idWords)])
	tries := []string{strings.Join(head, "_")}
	if n := len(p.words); n > idWords+1 {
		tries = append(tries, strings.Join(append(slices.Clone(head), p.words[n-2:]...), "_"))
	}
	for _, id := range tries {
		if len(id) < 3 || strings.Count(id, "_") == 0 {
			id = "table_" + id // a single word may be one of SQL's
		}
		if p.ID = strings.TrimSuffix(id, "_"); !taken(p.ID) {
			return
		}
	}
	base := p.ID
	for n := 2; taken(p.ID); n++ {
		p.ID = fmt.Sprintf("%s_%d", base, n)
	}
}

func trimLinking(words []string) []string {
	for len(words) > 2 && slices.Contains(linking, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return words
}

// Series is the first series with the most periods, by which growth can be shown.
func (p *proposal) Series() series {
	best := series{}
	for _, s := range p.trial.series {
		if s.periods > best.periods {
			best = *s
		}
	}
	return best
}

// Freq is the frequency of that series.
func (p *proposal) Freq() string { return p.Series().freq }

// Where is the SQL condition for that series.
func (p *proposal) Where() []struct{ Column, Value string } {
	var list []struct{ Column, Value string }
	for i, v := range p.Series().values {
		list = append(list, struct{ Column, Value string }{p.Dimensions[i].ID, p.label(i, v)})
	}
	return list
}

// Trouble says what the trial could not read.
func (p *proposal) Trouble() string {
	lost := p.trial.lost()
	if lost == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d figures cannot be used; the first: %s", lost, p.trial.rows+p.trial.rejects, fold.Space(p.trial.reason))
}
