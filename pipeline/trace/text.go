package trace

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// words are what the outputs say, in Vietnamese or English.
type words struct {
	vi                                                     bool
	Value, Formula, Numbers, Inputs, Sheets, Close, Hidden string
	Role, Weight, Input, Unit, Status, Book, Place, InCell string
	Vintage, Illustrative, Missing, Shown, Open            string
}

func wording(language string) words {
	if language == "en" {
		return words{
			Value: "Value", Formula: "Formula", Numbers: "With numbers", Inputs: "What it was computed of", Sheets: "The sheets it stands in",
			Close: "Back to the inputs", Hidden: "hidden", Role: "Role", Weight: "Weight", Input: "Input", Unit: "Unit", Status: "Status",
			Book: "Book", Place: "Sheet and cell", InCell: "In the cell", Vintage: "Known since",
			Illustrative: "Illustrative figures: they are made up and are not statistics.", Missing: "no value", Shown: "see above", Open: "open the sheet",
		}
	}
	return words{
		vi: true, Value: "Giá trị", Formula: "Công thức", Numbers: "Thay số", Inputs: "Được tính từ", Sheets: "Các trang tính nguồn",
		Close: "Quay lại danh sách đầu vào", Hidden: "ẩn", Role: "Vai trò", Weight: "Hệ số", Input: "Đầu vào", Unit: "Đơn vị", Status: "Trạng thái",
		Book: "Sách", Place: "Trang và ô", InCell: "Ghi trong ô", Vintage: "Biết từ",
		Illustrative: "Số liệu minh hoạ: số liệu tự đặt, không phải số liệu thống kê.", Missing: "không có giá trị", Shown: "xem ở trên", Open: "mở trang tính",
	}
}

func (w words) role(role string) string {
	if w.vi {
		if t, ok := map[string]string{
			"part": "thành phần", "numerator": "tử số", "denominator": "mẫu số", "weight": "hệ số", "condition": "điều kiện",
		}[role]; ok {
			return t
		}
	}
	return role
}

func (w words) status(status string) string {
	texts := map[string][2]string{
		"A": {"bình thường", "normal"}, "B": {"gián đoạn", "break"}, "P": {"sơ bộ", "provisional"}, "E": {"ước tính", "estimated"},
		"F": {"dự báo", "forecast"}, "M": {"thiếu", "missing"}, "C": {"bảo mật", "confidential"},
	}
	t, ok := texts[status]
	if !ok {
		return status
	}
	if w.vi {
		return status + " " + t[0]
	}
	return status + " " + t[1]
}

func (w words) pick(vi, en string) string {
	if w.vi && vi != "" || en == "" {
		return vi
	}
	return en
}

// number writes a number in the language's form; digits below zero shows all that matter.
func (w words) number(x *float64, decimals int) string {
	if x == nil {
		return w.Missing
	}
	text := strconv.FormatFloat(*x, 'f', decimals, 64)
	if decimals < 0 {
		text = strconv.FormatFloat(*x, 'g', 12, 64)
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			text = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	if w.vi {
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
		p.line("", w.Illustrative)
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
	p.line(indent, "  %s: %s %s%s (%s)", p.w.Value, p.w.number(v.Value, -1), v.Unit, band, p.w.status(v.Status))
	if v.Comment != "" {
		p.line(indent, "  %s", printable(v.Comment))
	}
	if text := p.w.pick(v.DefinitionVI, v.DefinitionEN); text != "" {
		p.line(indent, "  %s: %s", p.w.Formula, text)
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
		p.line(rest, "%s › %s › %s%s, %s %s", printable(s.Book), printable(s.Sheet), s.Cell, text, strings.ToLower(p.w.Vintage), day(s.Vintage))
	}
	switch {
	case in.Made != nil:
		p.value(in.Made, rest)
	case in.Visited:
		p.line(rest, "(%s)", p.w.Shown)
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
