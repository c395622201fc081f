package trace

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sinks"
	shared "github.com/statloom/statloom/sinks/words"
)

var inputMark = regexp.MustCompile(`#(\d+)`)

// withNumbers puts the numbers into the formula.
func (v *Value) withNumbers() string {
	return inputMark.ReplaceAllStringFunc(v.Formula, func(mark string) string {
		n, err := strconv.Atoi(mark[1:])
		i, found := slices.BinarySearchFunc(v.Inputs, n, func(in Input, n int) int { return in.N - n })
		if err != nil || !found {
			return mark
		}
		in := v.Inputs[i]
		switch {
		case in.Value != nil && *in.Value < 0:
			return "(" + strconv.FormatFloat(*in.Value, 'f', -1, 64) + ")"
		case in.Value != nil:
			return strconv.FormatFloat(*in.Value, 'f', -1, 64)
		case in.Text != "":
			return strconv.Quote(in.Text)
		case in.Column == "":
			return "1"
		}
		return "null"
	})
}

// words are what the outputs say in a language: what the page of a release says too, and what only a trace does.
type words struct{ language string }

func wording(language string) words {
	if language != "en" {
		language = "vi"
	}
	return words{language}
}

// Say gives a text by its key.
func (w words) Say(key string) string {
	only := map[string]sinks.Text{
		"inputs": {VI: "Được tính từ", EN: "What it was computed of"},
		"close":  {VI: "Quay lại danh sách đầu vào", EN: "Back to the inputs"},
		"place":  {VI: "Trang và ô", EN: "Sheet and cell"},
		"inCell": {VI: "Ghi trong ô", EN: "In the cell"},
		"shown":  {VI: "xem ở trên", EN: "see above"},
	}
	if t, ok := only[key]; ok {
		return t.In(w.language)
	}
	return shared.Say(key).In(w.language)
}

func (w words) role(role string) string {
	if t, ok := shared.Of("roles", role); ok {
		return t.In(w.language)
	}
	return role
}

func (w words) status(status string) string {
	if t, ok := shared.Of("statuses", status); ok {
		return status + " " + t.In(w.language)
	}
	return status
}

func (w words) pick(vi, en string) string {
	return sinks.Text{VI: vi, EN: en}.In(w.language)
}

// number writes a number in the language's form; digits below zero shows all that matter.
func (w words) number(x *float64, decimals int) string {
	if x == nil {
		return w.Say("missing")
	}
	text := strconv.FormatFloat(*x, 'f', decimals, 64)
	if decimals < 0 {
		text = strconv.FormatFloat(*x, 'g', 12, 64)
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			text = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	if w.language == "vi" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// maxFormula is how long a formula is shown on a terminal.
const maxFormula = 240

func shorten(text string) string {
	r := []rune(text)
	if len(r) <= maxFormula {
		return text
	}
	return string(r[:maxFormula*2/3]) + " … " + string(r[len(r)-maxFormula/3:])
}

// Write prints the tree for people.
func Write(out io.Writer, v *Value, language string) error {
	w := wording(language)
	p := &printer{out: out, w: w}
	p.value(v, "")
	if v.Illustrative {
		p.line("", w.Say("madeUp"))
	}
	return p.err
}

type printer struct {
	out io.Writer
	w   words
	err error
}

func (p *printer) line(indent, format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, indent+format+"\n", args...)
	}
}

func (p *printer) value(v *Value, indent string) {
	at := keyText(v.At)
	if at != "" {
		at = ", " + at
	}
	band := ""
	if v.Low != nil && v.High != nil {
		band = fmt.Sprintf(" [%s – %s]", p.w.number(v.Low, v.Decimals), p.w.number(v.High, v.Decimals))
	}
	p.line(indent, "%s %s — %s%s", v.Indicator, p.w.pick(v.NameVI, v.NameEN), v.Period, at)
	p.line(indent, "  %s: %s %s%s (%s)", p.w.Say("value"), p.w.number(v.Value, -1), v.Unit, band, p.w.status(v.Status))
	if v.Comment != "" {
		p.line(indent, "  %s", printable(v.Comment))
	}
	if text := p.w.pick(v.DefinitionVI, v.DefinitionEN); text != "" {
		p.line(indent, "  %s: %s", p.w.Say("formula"), text)
	}
	p.line(indent, "  = %s", shorten(v.Formula))
	p.line(indent, "  = %s", shorten(printable(v.Numbers)))
	for i := range v.Inputs {
		branch, below := "├─ ", "│  "
		if i == len(v.Inputs)-1 {
			branch, below = "└─ ", "   "
		}
		p.input(&v.Inputs[i], indent+"  "+branch, indent+"  "+below)
	}
}

func (p *printer) input(in *Input, first, rest string) {
	amount := p.w.number(in.Value, -1)
	if in.Value == nil && in.Text != "" {
		amount = strconv.Quote(in.Text)
	}
	if in.Value == nil && in.Column == "" {
		amount = ""
	}
	weight := ""
	if in.Weight != nil && *in.Weight != 1 {
		weight = " × " + p.w.number(in.Weight, -1)
	}
	status := ""
	if in.Status != "" && in.Status != "A" {
		status = " (" + p.w.status(in.Status) + ")"
	}
	p.line(first, "#%d %s: %s %s%s%s  %s %s", in.N, p.w.role(in.Role), amount, in.Unit, status, weight, in.Name, printable(in.Key))
	if s := in.Source; s != nil {
		text := ""
		if s.InCell != "" {
			text = " " + strconv.Quote(s.InCell)
		}
		if s.Problem != "" {
			text = " (" + printable(s.Problem) + ")"
		}
		p.line(rest, "%s › %s › %s%s, %s %s", printable(s.Book), printable(s.Sheet), s.Cell, text, strings.ToLower(p.w.Say("knownFrom")), day(s.Vintage))
	}
	switch {
	case in.Made != nil:
		p.value(in.Made, rest)
	case in.Visited:
		p.line(rest, "(%s)", p.w.Say("shown"))
	}
}

func day(vintage string) string {
	if len(vintage) >= 10 {
		return vintage[:10]
	}
	return vintage
}

// printable takes control characters out of what came from a book: a terminal would obey them.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !strconv.IsPrint(r) {
			return '�'
		}
		return r
	}, text)
}
