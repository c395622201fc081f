package layout

// name says of what was found how it is meant: differences hold as sums too, and products as quotients.
func (s *search) name() {
	for i := range s.found {
		switch r := &s.found[i]; {
		case r.kind == Ratio:
			s.nameProduct(r)
		case r.kind == Sum && len(r.ops) == 2 && !s.hints[r.result].announces(Sum):
			s.nameDifference(r)
		}
	}
}

// nameDifference tells the difference in the sum of two lines: one operand is announced as one, or stands behind both
// others and falls below zero where they do not.
func (s *search) nameDifference(r *relation) {
	for j, p := range r.ops {
		rest := r.ops[1-j]
		said := s.hints[p].announces(Difference) && !s.hints[rest].announces(Difference) && !s.hints[r.result].announces(Difference)
		last := p > r.result && p > rest || s.other && p == rest+1 && p > r.result
		if said || last && s.below(p) && !s.below(rest) && !s.below(r.result) {
			r.kind, r.result, r.ops = Difference, p, []int{r.result, rest}
			return
		}
	}
}

// nameProduct tells the product in an exact quotient: what is to be read off a quotient stands beside what it was taken
// of, while a price and an amount may stand anywhere before what they come to.
func (s *search) nameProduct(r *relation) {
	x, y := r.ops[0], r.ops[1]
	if r.ev.product && max(r.result, x, y)-min(r.result, x, y) > 2 {
		r.kind, r.result, r.ops = Product, x, []int{r.result, y}
	}
}

// below reports whether a line has values below zero.
func (s *search) below(r int) bool {
	for p := range s.m {
		if s.at(r, p) < 0 {
			return true
		}
	}
	return false
}

// restates reports whether a sum of two lines says of totals no more than others say of their parts: what is left of both
// sides is nothing, or the same sum of lines that stand as far from each other, where too few values tell it. What stands
// right beside a total is said of it all the same.
func (s *search) restates(c *relation) bool {
	if c.kind != Sum || len(c.ops) != 2 || s.beside(c.result, c.ops) {
		return false
	}
	sides := [3]int{c.result, c.ops[0], c.ops[1]}
	for _, l := range sides {
		if s.partsOf(l, c) == nil {
			return false
		}
	}
	leaves := make(map[int]int)
	for i, l := range sides {
		times := -1
		if i == 0 {
			times = 1
		}
		for _, p := range s.partsOf(l, c) {
			s.expand(leaves, p, times, 1)
		}
	}
	left := 0
	for _, n := range leaves {
		if n != 0 {
			left++
		}
	}
	if left == 0 {
		return true
	}
	for l, n := range leaves {
		if d := l - c.result; n == 1 && left == 3 && leaves[c.ops[0]+d] == -1 && leaves[c.ops[1]+d] == -1 {
			return true
		}
	}
	return false
}

// partsOf gives what a line is the sum of, by another relation than one; nil for none.
func (s *search) partsOf(line int, but *relation) []int {
	for i := range s.found {
		if o := &s.found[i]; o != but && o.kind == Sum && o.result == line && !o.implied {
			return o.ops
		}
	}
	return nil
}
