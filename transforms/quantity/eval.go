package quantity

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// eval gives what is known of an expression, and reports what is wrong in it.
func (s *scope) eval(n node) quantity {
	switch text(n, "class") {
	case "COLUMN_REF":
		return s.column(n)
	case "CONSTANT":
		if _, text := child(n, "value")["value"].(string); text {
			return quantity{}
		}
		return quantity{kind: number, percent: isHundred(n)}
	case "CAST":
		return s.eval(child(n, "child"))
	case "CASE":
		var branches []quantity
		for _, check := range children(n, "case_checks") {
			branches = append(branches, s.where(child(check, "when_expr"), child(check, "then_expr")))
		}
		return s.alike("gives either", append(branches, s.eval(child(n, "else_expr"))))
	case "OPERATOR":
		if text(n, "type") == "OPERATOR_COALESCE" {
			return s.alike("gives either", s.all(n))
		}
		s.all(n)
	case "FUNCTION":
		return s.function(n)
	}
	return quantity{}
}

func (s *scope) all(n node) []quantity {
	var out []quantity
	for _, c := range children(n, "children") {
		out = append(out, s.eval(c))
	}
	return out
}

// where evaluates an expression under a condition, which may say what price base its figures are at.
func (s *scope) where(condition, expression node) quantity {
	before := maps.Clone(s.parent)
	s.conditions(condition)
	q := s.eval(expression)
	if q.base != "" && q.kind != unknown {
		q.base = s.root(q.base)
	}
	s.parent = before
	return q
}

// unchanged are functions whose result is of the sort of what they are given.
var unchanged = []string{"abs", "round", "ceil", "floor", "trunc", "greatest", "least", "ifnull", "nvl", "nullif",
	"min", "max", "any_value", "first", "last", "arbitrary", "max_by", "min_by", "arg_max", "arg_min", "median", "lag", "lead"}

// adding are the aggregates that put figures of many rows together.
var adding = []string{"sum", "fsum", "kahan_sum", "sumkahan", "avg", "mean"}

func (s *scope) function(n node) quantity {
	name := strings.ToLower(text(n, "function_name"))
	args := children(n, "children")
	if slices.Contains(adding, name) && len(args) == 1 {
		return s.aggregate(n, name, args[0])
	}
	switch {
	case slices.Contains([]string{"round", "trunc", "max_by", "min_by", "arg_max", "arg_min", "lag", "lead", "any_value", "first", "last"}, name) && len(args) > 0:
		return s.where(child(n, "filter"), args[0])
	case slices.Contains(unchanged, name) && child(n, "filter") != nil && len(args) == 1:
		return s.where(child(n, "filter"), args[0])
	}
	got := s.all(n)
	switch {
	case (name == "+" || name == "-") && len(got) == 2:
		return s.alike(map[string]string{"+": "adds", "-": "takes the difference of"}[name], got)
	case (name == "-" || name == "+") && len(got) == 1:
		return got[0]
	case slices.Contains(unchanged, name):
		return s.alike("gives either", got)
	case name == "*" && len(got) == 2:
		return product(got[0], got[1])
	case name == "/" && len(got) == 2, name == "growth_percent" && len(got) == 2:
		return s.quotient(got[0], got[1])
	}
	return quantity{}
}

// aggregate looks at a sum or mean over rows.
func (s *scope) aggregate(n node, name string, arg node) quantity {
	q := s.where(child(n, "filter"), arg)
	if q.kind == index && strings.Contains(name, "sum") {
		s.fail("weigh it: sum(index * weight) / sum(weight), or compute it anew from its parts", "sums an index")
		return quantity{}
	}
	if q.kind != amount {
		return q
	}
	base := s.root(q.base)
	grouped := slices.ContainsFunc(s.grouped, func(g string) bool { return s.root(g) == base })
	if bases := s.possible(base); strings.HasPrefix(base, "#") && len(bases) > 1 && !grouped {
		s.fail("group by price_base, or choose one: WHERE price_base = '"+bases[0]+"'",
			"puts figures at several price bases together: %s", strings.Join(bases, ", "))
		return quantity{}
	}
	return q
}

// alike holds that figures that are added, or that stand in one column, are of one sort, one unit and one price base.
func (s *scope) alike(doing string, all []quantity) quantity {
	var first *quantity
	for i := range all {
		q := all[i]
		if q.isBase {
			continue
		}
		switch {
		case q.kind == number:
			continue
		case q.kind == unknown:
			return quantity{}
		case first == nil:
			first = &q
			continue
		}
		if !s.match(doing, *first, q) {
			return quantity{}
		}
		if first.unit == "" || first.exact && !q.exact {
			first.unit, first.exact = q.unit, first.exact && q.exact
		}
		if s.root(first.base) != s.root(q.base) {
			first.base = ""
		}
	}
	if first == nil {
		if len(all) > 0 && !slices.ContainsFunc(all, func(q quantity) bool { return q.kind != number }) {
			return quantity{kind: number}
		}
		return quantity{}
	}
	return *first
}

// match reports whether two figures may be added, and says why not.
func (s *scope) match(doing string, a, b quantity) bool {
	switch {
	case a.kind != b.kind && (a.kind == amount || b.kind == amount):
		if a.kind != amount {
			a, b = b, a
		}
		s.fail("an amount can be multiplied by "+article(b.kind)+" or divided by an amount, never added to one that is relative",
			"%s an amount and %s", doing, article(b.kind))
		return false
	case a.kind != amount || b.kind != amount:
		return true
	case a.unit != "" && b.unit != "" && a.unit != b.unit:
		s.fail("amounts are added in one unit", "%s amounts in %s and in %s", doing, a.unit, b.unit)
		return false
	case a.unit != "" && a.unit == b.unit && a.exact && b.exact && a.mult != b.mult:
		s.fail("bring them to one power of ten: multiply by power(10, unit_mult)", "%s amounts in 10^%d and in 10^%d %s", doing, a.mult, b.mult, a.unit)
		return false
	}
	return s.pricesMatch(doing, a, b)
}

// pricesMatch reports whether two amounts are at the same prices, as far as that can be told.
func (s *scope) pricesMatch(doing string, a, b quantity) bool {
	one, other := s.root(a.base), s.root(b.base)
	if strings.HasPrefix(one, "#") {
		one, other = other, one
	}
	fixed, isFixed := strings.CutPrefix(one, "=")
	switch bases := s.possible(other); {
	case one == other || one == "" || other == "" || one == "*" || other == "*", one == elsewhere || other == elsewhere:
		return true
	case isFixed && strings.HasPrefix(other, "="):
		s.fail("price bases never mix: carry one over with the factors of a linked model", "%s amounts at the prices of %s and of %s", doing, fixed, other[1:])
	case isFixed && bases != nil && !slices.Contains(bases, fixed):
		s.fail("price bases never mix", "%s amounts at the prices of %s and of %s", doing, fixed, strings.Join(bases, ", "))
	case isFixed && len(bases) > 1:
		s.fail("add: WHERE price_base = '"+fixed+"'", "%s amounts at the prices of %s and at any of %s", doing, fixed, strings.Join(bases, ", "))
	case strings.HasPrefix(one, "#") && len(bases) > 1 && len(s.possible(one)) > 1:
		s.fail("join them on price_base too", "%s amounts of which nothing says that they are at the same prices", doing)
	default:
		return true
	}
	return false
}

// product gives what a product is: a number changes the scale of a figure, and a share or ratio leaves an amount one.
func product(a, b quantity) quantity {
	if a.kind == number {
		a, b = b, a
	}
	switch {
	case a.kind == unknown || b.kind == unknown:
		return quantity{}
	case b.kind == number:
		a.percent, a.exact = a.exact && b.percent, false
		return a
	case a.kind == ratio || b.kind == ratio, a.kind == amount && b.kind == amount:
		return quantity{} // a price, a weight, a factor between price bases: it may become anything
	case b.kind == amount:
		a, b = b, a
	}
	if a.kind == amount && b.kind == share {
		a.exact = false
		return a
	}
	return quantity{}
}

// quotient gives what a quotient is. Amounts at constant prices are divided at one price base; current prices by constant
// ones are a deflator.
func (s *scope) quotient(a, b quantity) quantity {
	switch {
	case b.kind == number:
		a.exact = false
		return a
	case a.kind != amount || b.kind != amount:
		return quantity{}
	}
	converted := a.percent && a.mult-b.mult == 2 // its hundred may be what converts it
	if a.unit != "" && a.unit == b.unit && (a.exact || a.percent) && b.exact && a.mult != b.mult && !converted {
		s.fail("bring them to one power of ten: multiply by power(10, unit_mult)", "divides amounts in 10^%d and in 10^%d %s", a.mult, b.mult, a.unit)
		return quantity{}
	}
	q := quantity{kind: ratio}
	one, other := s.root(a.base), s.root(b.base)
	if deflator := strings.HasPrefix(one, "=") && strings.HasPrefix(other, "=") && one != other && (one == "=current" || other == "=current"); deflator {
		return q
	}
	if !s.pricesMatch("divides", a, b) {
		return quantity{}
	}
	if one == other {
		q.base = a.base
	}
	return q
}

// isHundred reports whether a constant is 100, by which shares become percent.
func isHundred(n node) bool {
	constant := child(n, "value")
	scale := child(child(constant, "type"), "type_info")["scale"] // 100.0 is 1000 with the scale 1
	digits := "100"
	if places, _ := strconv.Atoi(fmt.Sprint(scale)); places > 0 && places < 10 {
		digits += strings.Repeat("0", places)
	}
	return fmt.Sprint(constant["value"]) == digits
}
