package xlsx

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// digits reads the decimal digits, up to 8 of them, that b begins with: their value and their number.
func digits(b []byte) (value uint64, n int) {
	x := binary.LittleEndian.Uint64(b) ^ 0x3030303030303030
	other := (x + 0x7676767676767676 | x) & 0x8080808080808080
	if other == 0 {
		n = 8
	} else {
		n = bits.TrailingZeros64(other) / 8
		if n == 0 {
			return 0, 0
		}
		x <<= 64 - 8*n // zeros in front
	}
	x = x*10 + x>>8
	const pairs = 0x000000FF000000FF
	x = ((x & pairs * (100 + 1000000<<32)) + (x >> 16 & pairs * (1 + 10000<<32))) >> 32
	return x, n
}

// decimal reads a number at the start of b, of as many bytes as n: an optional minus, digits, a fraction, an exponent. It
// takes less than XML allows, and leaves the rest to numeral.Stored: ok is false. b goes on for 16 bytes behind a number.
func decimal(b []byte) (value float64, n int, ok bool) {
	negative := b[0] == '-'
	if negative {
		n = 1
	}
	first := n
	whole, k := digits(b[n:])
	n += k
	if k == 8 {
		whole, n, k = moreDigits(b, whole, n, k)
	}
	count, power := k, 0
	if b[n] == '.' {
		n++
		fraction, k := digits(b[n:])
		n += k
		whole = whole*powersOfTen[k&15] + fraction
		count, power = count+k, -k
		for k == 8 && count <= 19 {
			fraction, k = digits(b[n:])
			n += k
			whole = whole*powersOfTen[k&15] + fraction
			count, power = count+k, power-k
		}
	}
	if count == 0 || count > 19 || n-first > maxDecimal {
		return 0, 0, false
	}
	if b[n]|0x20 == 'e' {
		k, exponent := exponent(b[n+1:])
		if k == 0 {
			return 0, 0, false
		}
		n += 1 + k
		power += exponent
	}
	value, ok = scale(whole, power)
	if negative {
		value = -value
	}
	return value, n, ok
}

// maxDecimal is the most bytes that decimal looks at before an exponent.
const maxDecimal = 32

// moreDigits goes on behind 8 digits.
func moreDigits(b []byte, whole uint64, n, count int) (uint64, int, int) {
	for count <= 19 {
		more, k := digits(b[n:])
		whole = whole*powersOfTen[k&15] + more
		n += k
		count += k
		if k < 8 {
			break
		}
	}
	return whole, n, count
}

// exponent reads a sign, if there is one, and up to 3 digits; n is 0 where there are no digits or more.
func exponent(b []byte) (n, value int) {
	if b[0] == '-' || b[0] == '+' {
		n = 1
	}
	v, k := digits(b[n:])
	if k == 0 || k > 3 {
		return 0, 0
	}
	if b[0] == '-' {
		return n + k, -int(v)
	}
	return n + k, int(v)
}

// powersOfTen are those that a factor of up to 8 digits needs; the rest is there for a mask to keep within.
var powersOfTen = [16]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// exact are the powers of ten that a float64 holds exactly.
var exact = [23]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// scale gives whole times ten to the power, rounded once, to even. ok is false where that takes more thought.
func scale(whole uint64, power int) (value float64, ok bool) {
	if whole < 1<<53 {
		switch { // both are exact, so that their product or quotient is rounded right (Clinger)
		case power == 0:
			return float64(whole), true
		case power < 0 && power >= -22:
			return float64(whole) / exact[-power], true
		case power > 0 && power <= 22:
			return float64(whole) * exact[power], true
		case whole == 0:
			return 0, true
		}
	}
	return eiselLemire(whole, power)
}

const (
	leastPower = -64
	mostPower  = 64
)

// bigPowers holds the first 128 bits of the powers of ten, rounded down.
var bigPowers = func() (table [mostPower - leastPower + 1][2]uint64) {
	for power := leastPower; power <= mostPower; power++ {
		p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(power, -power))), nil)
		if power < 0 {
			p.Quo(new(big.Int).Lsh(big.NewInt(1), uint(p.BitLen())+192), p)
		} else {
			p.Lsh(p, 192)
		}
		p.Rsh(p, uint(p.BitLen()-128))
		table[power-leastPower] = [2]uint64{new(big.Int).Rsh(p, 64).Uint64(), p.Uint64()} // Uint64 takes the low bits
	}
	return table
}()

// eiselLemire is the algorithm of Eisel and Lemire ("Number parsing at a gigabyte per second", 2021) as strconv has it.
func eiselLemire(whole uint64, power int) (value float64, ok bool) {
	if whole == 0 || power < leastPower || power > mostPower {
		return 0, false
	}
	big := &bigPowers[power-leastPower]
	shift := bits.LeadingZeros64(whole)
	whole <<= shift
	exp2 := uint64(217706*power>>16+64+1023) - uint64(shift)
	hi, lo := bits.Mul64(whole, big[0])
	if hi&0x1FF == 0x1FF && lo+whole < whole { // what the table leaves out may matter
		yhi, ylo := bits.Mul64(whole, big[1])
		mid, carry := bits.Add64(lo, yhi, 0)
		hi, lo = hi+carry, mid
		if hi&0x1FF == 0x1FF && lo+1 == 0 && ylo+whole < whole {
			return 0, false
		}
	}
	top := hi >> 63
	mantissa := hi >> (top + 9)
	exp2 -= 1 ^ top
	if lo == 0 && hi&0x1FF == 0 && mantissa&3 == 1 { // half-way between two
		return 0, false
	}
	mantissa = (mantissa + mantissa&1) >> 1
	if mantissa>>53 > 0 {
		mantissa >>= 1
		exp2++
	}
	if exp2-1 >= 0x7FF-1 {
		return 0, false
	}
	return math.Float64frombits(exp2<<52 | mantissa&(1<<52-1)), true
}
