package layout

// room is memory that is used again for one table after the other. What is taken from it holds until the next table.
type room struct {
	floats     stock[float64]
	ints       stock[int]
	hypotheses stock[hypothesis]
	standings  stock[standing]
	offers     stock[offered]
	leftOvers  stock[[leaving][2]leftOver]
	ordered    stock[operand]
	totals     stock[running]
	scopes     stock[scope]
	nearby     nearby
}

func (x *room) clear() {
	x.floats.clear()
	x.ints.clear()
	x.hypotheses.clear()
	x.standings.clear()
	x.offers.clear()
	x.leftOvers.clear()
	x.ordered.clear()
	x.totals.clear()
	x.scopes.clear()
}

// stock hands out slices of one large one.
type stock[T any] struct{ all, rest []T }

// Stocks begin with so many, and keep no more than so many from one table to the next.
const (
	firstStock = 1 << 7
	mostStock  = 1 << 20
)

// take gives n zeros.
func (s *stock[T]) take(n int) []T {
	if n > len(s.rest) {
		s.all = make([]T, max(n, 2*len(s.all), firstStock))
		s.rest = s.all
	}
	out := s.rest[:n:n]
	s.rest = s.rest[n:]
	clear(out)
	return out
}

// taken keeps what was appended to the rest without more being asked for.
func (s *stock[T]) taken(list []T) []T {
	if n := len(list); n <= len(s.rest) {
		s.rest = s.rest[n:]
	}
	return list[:len(list):len(list)]
}

func (s *stock[T]) clear() {
	if len(s.all) > mostStock {
		s.all = nil
	}
	s.rest = s.all
}
