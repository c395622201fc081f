package excel

import (
	"fmt"
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
