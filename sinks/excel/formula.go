package excel

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A formula of a release, such as "100 * (#1 * #2 + #3) / #4", becomes one of Excel's over the cells where its inputs stand.
// It is written only where it gives the published value.

// expr is a part of a formula: a number, an input, or an operation on others.
type expr struct {
	op     string // "" for a number, "#" for an input
	number float64
	input  int
	args   []expr
	hidden bool // a part of a sum that the formula only hints at; it may be one that adds nothing
}

// formulaLimit is how long a formula may be in Excel.
const formulaLimit = 8192

// argumentLimit is how many arguments a function of Excel's takes.
const argumentLimit = 255

type parser struct {
	text  string
	at    int
	depth int
}

func parseFormula(text string) (expr, error) {
	p := &parser{text: text}
	e, err := p.sum()
	if p.blanks(); err == nil && p.at < len(p.text) {
		err = fmt.Errorf("read formula: %.20q follows its end", p.text[p.at:])
	}
	return e, err
}

func (p *parser) blanks() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// next takes one of the signs if it is what follows.
func (p *parser) next(signs string) byte {
	p.blanks()
	if p.at < len(p.text) && strings.IndexByte(signs, p.text[p.at]) >= 0 {
		p.at++
		return p.text[p.at-1]
	}
	return 0
}

func (p *parser) sum() (expr, error)     { return p.chain("+-", p.product) }
func (p *parser) product() (expr, error) { return p.chain("*/%", p.power) }
func (p *parser) power() (expr, error)   { return p.chain("^", p.atom) }

func (p *parser) chain(signs string, part func() (expr, error)) (expr, error) {
	if p.depth++; p.depth > 300 {
		return expr{}, fmt.Errorf("read formula: it is nested too deep")
	}
	defer func() { p.depth-- }()
	left, err := part()
	before, last := expr{}, left
	for err == nil {
		sign := p.next(signs)
		if sign == 0 {
			break
		}
		var between []expr
		if p.blanks(); sign == '+' && strings.HasPrefix(p.text[p.at:], dots) {
			p.at += len(dots)
			if p.next("+") == 0 {
				return left, fmt.Errorf("read formula: nothing follows the dots")
			}
			start := p.at
			var end expr
			if end, err = part(); err != nil {
				return left, err
			}
			if between, err = progression(before, last, end); err != nil {
				return left, err
			}
			p.at = start
		}
		for _, b := range between {
			left = expr{op: "+", args: []expr{left, b}}
		}
		var right expr
		right, err = part()
		left = expr{op: string(sign), args: []expr{left, right}}
		before, last = last, right
	}
	return left, err
}

// dots stand for the parts of a long sum between the second and the last: #1 * #2 + #3 * #4 + … + #21 * #22.
const dots = "…"

// progressionLimit is how many parts the dots of a formula may stand for: Excel's formulas hold no more.
const progressionLimit = formulaLimit / 2

// progression gives the parts between the second and the last of a sum, whose inputs are numbered as those of the first two.
func progression(first, second, last expr) ([]expr, error) {
	a, b, c := first.lead(), second.lead(), last.lead()
	width := b - a
	if a == 0 || width <= 0 || c <= b || (c-b)%width != 0 || (c-b)/width > progressionLimit {
		return nil, fmt.Errorf("read formula: the parts between #%d and #%d do not follow from those before", b, c)
	}
	var parts []expr
	for n := width; b+n < c; n += width {
		part := second.shifted(n)
		part.hidden = true
		parts = append(parts, part)
	}
	return parts, nil
}

// lead is the number of a part's first input, 0 where it has none.
func (e expr) lead() int {
	if e.op == "#" {
		return e.input
	}
	for _, a := range e.args {
		if n := a.lead(); n > 0 {
			return n
		}
	}
	return 0
}

// shifted is a part over the inputs that stand so much further on.
func (e expr) shifted(by int) expr {
	if e.op == "#" {
		e.input += by
	}
	args := make([]expr, len(e.args))
	for i, a := range e.args {
		args[i] = a.shifted(by)
	}
	e.args = args
	return e
}

// settled leaves out the hidden parts that have no value: they add nothing, or else the formula does not give the published
// value, and is not written.
func (e expr) settled(in []input) expr {
	if e.op == "+" && e.args[1].hidden {
		if _, ok := e.args[1].value(in); !ok {
			return e.args[0].settled(in)
		}
	}
	args := make([]expr, len(e.args))
	for i, a := range e.args {
		args[i] = a.settled(in)
	}
	e.args = args
	return e
}

func (p *parser) atom() (expr, error) {
	p.blanks()
	start := p.at
	switch {
	case p.next("(") != 0:
		e, err := p.sum()
		if err == nil && p.next(")") == 0 {
			err = fmt.Errorf("read formula: a bracket is not closed")
		}
		return e, err
	case p.next("#") != 0:
		n, err := strconv.Atoi(p.run(func(c byte) bool { return c >= '0' && c <= '9' }))
		return expr{op: "#", input: n}, err
	}
	if name := p.run(func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' }); name != "" && (name[0] < '0' || name[0] > '9') {
		return p.call(name)
	}
	p.at = start
	number := p.run(func(c byte) bool { return c >= '0' && c <= '9' || c == '.' })
	if number == "" && p.next("-") != 0 {
		number = "-" + p.run(func(c byte) bool { return c >= '0' && c <= '9' || c == '.' })
	}
	if p.at < len(p.text) && p.text[p.at] == 'e' {
		p.at++
		number += "e" + p.run(func(c byte) bool { return c >= '0' && c <= '9' || c == '-' || c == '+' })
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return expr{}, fmt.Errorf("read formula: %.20q is no number", p.text[start:])
	}
	return expr{number: x}, nil
}

func (p *parser) run(of func(byte) bool) string {
	from := p.at
	for p.at < len(p.text) && of(p.text[p.at]) {
		p.at++
	}
	return p.text[from:p.at]
}

func (p *parser) call(name string) (expr, error) {
	e := expr{op: name}
	if p.next("(") == 0 {
		return e, fmt.Errorf("read formula: no value for %s", name)
	}
	if p.next(")") != 0 {
		return e, nil
	}
	for {
		arg, err := p.sum()
		if err != nil {
			return e, err
		}
		e.args = append(e.args, arg)
		switch p.next(",)") {
		case ',':
		case ')':
			return e, nil
		default:
			return e, fmt.Errorf("read formula: the arguments of %s do not end", name)
		}
	}
}

// input is what a formula's #n stands for.
type input struct {
	number any    // float64, or nil
	text   string // where it is no number
	row    bool   // the row as such is counted
	ref    place
	ok     bool // its cell is in the workbook and shows this value
}

// value computes a part as Excel would; false means that it cannot be written for Excel or has no value.
func (e expr) value(in []input) (float64, bool) {
	switch e.op {
	case "":
		return e.number, true
	case "#":
		if e.input < 1 || e.input > len(in) {
			return 0, false
		}
		x, ok := in[e.input-1].number.(float64)
		return x, ok && in[e.input-1].ok
	case "count", "distinct":
		cells, ok := e.counted(in)
		return float64(len(cells)), ok
	}
	xs := make([]float64, len(e.args))
	for i, a := range e.args {
		var ok bool
		if xs[i], ok = a.value(in); !ok {
			return 0, false
		}
	}
	x, ok := compute(e.op, xs)
	return x, ok && !math.IsNaN(x) && !math.IsInf(x, 0)
}

func compute(op string, xs []float64) (float64, bool) {
	if len(xs) == 2 {
		switch a, b := xs[0], xs[1]; op {
		case "+":
			return a + b, true
		case "-":
			return a - b, true
		case "*":
			return a * b, true
		case "/":
			return a / b, b != 0
		case "^":
			return math.Pow(a, b), true
		case "round":
			scale := math.Pow(10, b)
			return math.Round(a*scale) / scale, true
		}
	}
	if len(xs) == 0 {
		return 0, false
	}
	switch op {
	case "min", "least":
		return slices.Min(xs), true
	case "max", "greatest":
		return slices.Max(xs), true
	case "avg":
		total := 0.0
		for _, x := range xs {
			total += x
		}
		return total / float64(len(xs)), true
	}
	if len(xs) > 1 {
		return 0, false
	}
	switch op {
	case "abs":
		return math.Abs(xs[0]), true
	case "sqrt":
		return math.Sqrt(xs[0]), true
	case "exp":
		return math.Exp(xs[0]), true
	case "ln":
		return math.Log(xs[0]), true
	case "log10":
		return math.Log10(xs[0]), true
	}
	return 0, false
}

// counted gives the cells that a count counts: those that are not empty, of equal ones only the first where it counts
// different values.
func (e expr) counted(in []input) ([]place, bool) {
	var cells []place
	seen := map[string]bool{}
	for _, a := range e.args {
		if a.op != "#" || a.input < 1 || a.input > len(in) {
			return nil, false
		}
		i := in[a.input-1]
		text := i.text
		if x, ok := i.number.(float64); ok {
			text = strconv.FormatFloat(x, 'g', -1, 64)
		}
		switch {
		case !i.ok:
			return nil, false
		case text == "" && !i.row:
			continue
		case e.op == "distinct" && seen[text]:
			continue
		}
		seen[text] = true
		cells = append(cells, i.ref)
	}
	return cells, len(cells) > 0
}

// The order in which operations are done.
const (
	additive = iota + 1
	multiplicative
	power
)

// write writes a part for Excel; false means that it has no form there.
func (e expr) write(b *strings.Builder, in []input, outer int) bool {
	switch e.op {
	case "":
		if e.number < 0 {
			fmt.Fprintf(b, "(%s)", strconv.FormatFloat(e.number, 'G', -1, 64))
			return true
		}
		b.WriteString(strconv.FormatFloat(e.number, 'f', -1, 64))
		return true
	case "#":
		b.WriteString(in[e.input-1].ref.String())
		return true
	case "+":
		return e.writeSum(b, in, outer)
	case "-":
		return e.between(b, in, " - ", additive, additive+1, outer)
	case "*":
		return e.between(b, in, "*", multiplicative, multiplicative+1, outer)
	case "/":
		return e.between(b, in, "/", multiplicative, multiplicative+1, outer)
	case "^":
		return e.between(b, in, "^", power, power+1, outer)
	case "count", "distinct":
		cells, ok := e.counted(in)
		return ok && call(b, "COUNTA", ranges(cells))
	}
	name := map[string]string{"min": "MIN", "least": "MIN", "max": "MAX", "greatest": "MAX", "avg": "AVERAGE", "abs": "ABS", "sqrt": "SQRT",
		"exp": "EXP", "ln": "LN", "log10": "LOG10", "round": "ROUND"}[e.op]
	args := make([]string, len(e.args))
	for i, a := range e.args {
		var one strings.Builder
		if !a.write(&one, in, 0) {
			return false
		}
		args[i] = one.String()
	}
	return name != "" && call(b, name, args)
}

func (e expr) between(b *strings.Builder, in []input, sign string, left, right, outer int) bool {
	if left < outer {
		b.WriteByte('(')
	}
	if !e.args[0].write(b, in, left) {
		return false
	}
	b.WriteString(sign)
	if !e.args[1].write(b, in, right) {
		return false
	}
	if left < outer {
		b.WriteByte(')')
	}
	return true
}

// writeSum writes a sum; the inputs that it adds as they are go into one SUM, where there are several.
func (e expr) writeSum(b *strings.Builder, in []input, outer int) bool {
	var plain []place
	var others []expr
	var gather func(e expr)
	gather = func(e expr) {
		switch e.op {
		case "+":
			gather(e.args[0])
			gather(e.args[1])
		case "#":
			plain = append(plain, in[e.input-1].ref)
		default:
			others = append(others, e)
		}
	}
	gather(e)
	if len(plain) < 3 {
		return e.between(b, in, " + ", additive, additive, outer)
	}
	if len(others) > 0 && outer > additive {
		b.WriteByte('(')
	}
	if !call(b, "SUM", ranges(plain)) {
		return false
	}
	for _, o := range others {
		b.WriteString(" + ")
		if !o.write(b, in, additive) {
			return false
		}
	}
	if len(others) > 0 && outer > additive {
		b.WriteByte(')')
	}
	return true
}

func call(b *strings.Builder, name string, args []string) bool {
	b.WriteString(name + "(" + strings.Join(args, ",") + ")")
	return len(args) > 0 && len(args) <= argumentLimit
}

// String is the cell as formulas write it.
func (p place) String() string { return quoted(p.sheet) + "!" + cellName(p.column, p.row) }

// ranges joins cells that stand below each other, each counted once as often as it is named.
func ranges(cells []place) []string {
	sorted := slices.Clone(cells)
	slices.SortFunc(sorted, func(a, b place) int {
		if c := strings.Compare(a.sheet, b.sheet); c != 0 {
			return c
		}
		if a.column != b.column {
			return a.column - b.column
		}
		return a.row - b.row
	})
	var args []string
	for i := 0; i < len(sorted); {
		end := i
		for end+1 < len(sorted) && sorted[end+1].sheet == sorted[i].sheet && sorted[end+1].column == sorted[i].column && sorted[end+1].row == sorted[end].row+1 {
			end++
		}
		arg := sorted[i].String()
		if end > i {
			arg += ":" + cellName(sorted[end].column, sorted[end].row)
		}
		args = append(args, arg)
		i = end + 1
	}
	return args
}

// excelFormula writes a formula for Excel if it gives the value there.
func excelFormula(text string, in []input, value float64) (string, bool) {
	if len(text) > 4*formulaLimit {
		return "", false
	}
	e, err := parseFormula(text)
	if err != nil || e.op == "" {
		return "", false
	}
	e = e.settled(in)
	got, ok := e.value(in)
	if !ok || math.Abs(got-value) > 1e-9*math.Max(1, math.Abs(value)) {
		return "", false
	}
	var b strings.Builder
	if !e.write(&b, in, 0) || b.Len() > formulaLimit {
		return "", false
	}
	return b.String(), true
}
