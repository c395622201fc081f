package excel

import (
	"math"
	"slices"
	"strconv"
)

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
