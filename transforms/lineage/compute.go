package lineage

import (
	"math"
	"slices"
	"strings"
)

// aggregates reports whether an operation passes over parts without a value.
func aggregates(op string) bool {
	switch op {
	case "sum", "avg", "product", "median", "min", "max", "greatest", "least", "stddev_samp", "stddev_pop", "var_samp", "var_pop":
		return true
	}
	return false
}

// aggregate computes over the values that are there.
func aggregate(op string, xs []float64) (float64, bool) {
	n := float64(len(xs))
	if n == 0 {
		return 0, false
	}
	switch op {
	case "avg":
		return total(xs) / n, true
	case "min", "least":
		return slices.Min(xs), true
	case "max", "greatest":
		return slices.Max(xs), true
	case "product":
		p := 1.0
		for _, x := range xs {
			p *= x
		}
		return p, true
	case "median":
		xs = slices.Sorted(slices.Values(xs))
		m := len(xs) / 2
		if len(xs)%2 == 0 {
			return xs[m-1] + (xs[m]-xs[m-1])/2, true
		}
		return xs[m], true
	}
	mean := total(xs) / n
	squares := make([]float64, len(xs))
	for i, x := range xs {
		squares[i] = (x - mean) * (x - mean)
	}
	freedom := n
	if strings.HasSuffix(op, "samp") {
		if freedom = n - 1; freedom == 0 {
			return 0, false
		}
	}
	v := total(squares) / freedom
	if strings.HasPrefix(op, "stddev") {
		v = math.Sqrt(v)
	}
	return v, true
}

func total(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// compute applies an operation to numbers; known says whether there is such an operation.
func compute(op string, xs []float64) (x float64, ok, known bool) {
	switch len(xs) {
	case 1:
		x, known = unary(op, xs[0])
	case 2:
		if op == "nullif" {
			return xs[0], xs[0] != xs[1], true
		}
		x, known = binary(op, xs[0], xs[1])
	}
	return x, known, known
}

func unary(op string, x float64) (float64, bool) {
	switch op {
	case "+":
		return x, true
	case "-":
		return -x, true
	case "abs":
		return math.Abs(x), true
	case "ceil":
		return math.Ceil(x), true
	case "floor":
		return math.Floor(x), true
	case "round":
		return math.Round(x), true
	case "trunc":
		return math.Trunc(x), true
	case "sqrt":
		return math.Sqrt(x), true
	case "exp":
		return math.Exp(x), true
	case "ln":
		return math.Log(x), true
	case "log10":
		return math.Log10(x), true
	case "log2":
		return math.Log2(x), true
	case "integer":
		return math.RoundToEven(x), true
	case "sign":
		return sign(x), true
	}
	return 0, false
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func binary(op string, x, y float64) (float64, bool) {
	switch op {
	case "+":
		return x + y, true
	case "-":
		return x - y, true
	case "*":
		return x * y, true
	case "/":
		return x / y, true
	case "%":
		return math.Mod(x, y), true
	case "^":
		return math.Pow(x, y), true
	case "log":
		return math.Log(y) / math.Log(x), true
	case "round", "decimal":
		scale := math.Pow(10, y)
		if math.IsInf(x*scale, 0) {
			return x, true
		}
		return math.Round(x*scale) / scale, true
	}
	return 0, false
}
