package xlsx

import "unsafe"

// arena keeps the texts of cells without an allocation for each: a text is copied into a block of many, which lives as long
// as any of them does.
type arena struct {
	block []byte
	used  int
}

const (
	arenaFirst = 1 << 10
	arenaBlock = 32 << 10
)

// keep gives a copy of b[p:p+n].
func (a *arena) keep(b []byte, p, n int) string {
	if used := a.used; uint(n-1) < 16 && used+16 <= len(a.block) && p+16 <= len(b) { // as nearly always: a copy of fixed size
		*(*[16]byte)(a.block[used:]) = *(*[16]byte)(b[p:])
		a.used = used + n
		return unsafe.String(&a.block[used], n)
	}
	return a.keepLong(b[p : p+n])
}

// keepLong is keep for a text that is long or does not fit in.
//
//go:noinline so that keep stays small
func (a *arena) keepLong(b []byte) string {
	n := len(b)
	if n == 0 {
		return ""
	}
	if n > len(a.block)-a.used {
		if n > arenaBlock/4 {
			return string(b)
		}
		a.block, a.used = make([]byte, min(max(2*len(a.block), arenaFirst, 2*n), arenaBlock)), 0
	}
	// A string over bytes that are never written to again: what follows them is only written to behind n.
	text := unsafe.String(&a.block[a.used], copy(a.block[a.used:], b))
	a.used += n
	return text
}
