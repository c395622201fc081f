package xlsx

import "unsafe"

// arena keeps the texts of cells without an allocation for each: a text is copied into a block of many, which lives as long
// as any of them does.
type arena struct {
	free []byte
	size int // of the last block
}

const (
	arenaFirst = 1 << 10
	arenaBlock = 32 << 10
)

// keep gives a copy of b[:n]. Where b goes on for long enough, it is copied in pieces of a fixed size, which is quicker.
func (a *arena) keep(b []byte, n int) string {
	if n == 0 {
		return ""
	}
	if n > len(a.free)-32 {
		if n > arenaBlock/4 {
			return string(b[:n])
		}
		a.size = min(max(2*a.size, arenaFirst, 2*n+32), arenaBlock)
		a.free = make([]byte, a.size)
	}
	switch {
	case n <= 16 && len(b) >= 16:
		*(*[16]byte)(a.free) = *(*[16]byte)(b)
	case n <= 32 && len(b) >= 32:
		*(*[32]byte)(a.free) = *(*[32]byte)(b)
	default:
		copy(a.free, b[:n])
	}
	// A string over bytes that are never written to again: what follows them is only written to behind n.
	text := unsafe.String(unsafe.SliceData(a.free), n)
	a.free = a.free[n:]
	return text
}
