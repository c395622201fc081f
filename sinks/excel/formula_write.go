package excel

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

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
