package inflate

// maxLens is how many lengths of codes the header of a block may give.
const (
	maxLit  = 286
	maxDist = 30
	maxLens = maxLit + maxDist
)

// order is the order in which a header gives the lengths of the codes that lengths are written in.
var order = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the header of a block that brings codes of its own.
func (d *Decoder) dynamic() error {
	if err := d.need(14); err != nil {
		return err
	}
	lits, dists, pres := d.take(5)+257, d.take(5)+1, d.take(4)+4
	if lits > maxLit || dists > maxDist {
		return ErrCorrupt
	}
	var pre [19]uint8
	for _, symbol := range order[:pres] {
		if err := d.need(3); err != nil {
			return err
		}
		pre[symbol] = uint8(d.take(3))
	}
	var table [1 << preBits]uint32
	if !build(table[:], preBits, pre[:], preMeaning[:]) {
		return ErrCorrupt
	}
	if err := d.readLens(&table, d.lens[:lits+dists]); err != nil {
		return err
	}
	if !build(d.lit[:], litBits, d.lens[:lits], litMeaning[:]) || !build(d.dist[:], distBits, d.lens[lits:lits+dists], distMeaning[:]) {
		return ErrCorrupt
	}
	if d.total > 0 { // not worth its while in a short stream
		pairUp(&d.lit)
	}
	return nil
}

// readLens reads lengths of codes, which are written in runs.
func (d *Decoder) readLens(table *[1 << preBits]uint32, lens []uint8) error {
	for i := 0; i < len(lens); {
		err := d.need(14) // the longest code and its extra bits; at the end of the stream there may be fewer
		e := table[d.bits&(1<<preBits-1)]
		if e&special != 0 {
			if err == nil {
				err = ErrCorrupt
			}
			return err
		}
		if d.have < uint(e&63) {
			return err
		}
		run, value := int(e>>16&255), uint8(e>>24)
		run += int(d.bits & (1<<(e&63) - 1) >> (e >> 8 & 31))
		d.take(uint(e & 63))
		if value == repeat {
			if i == 0 {
				return ErrCorrupt
			}
			value = lens[i-1]
		}
		if run > len(lens)-i {
			return ErrCorrupt
		}
		for ; run > 0; run-- {
			lens[i] = value
			i++
		}
	}
	return nil
}

// repeat stands for the length before.
const repeat = 127

// fixed sets up the codes that are the same in every stream.
func (d *Decoder) fixed() {
	var lens [288]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	build(d.lit[:], litBits, lens[:], litMeaning[:])
	for i := range 32 {
		lens[i] = 5
	}
	build(d.dist[:], distBits, lens[:32], distMeaning[:])
}

// What the symbols of each code mean, as entries of a table without the length of the code.
var (
	preMeaning  = preMeanings()
	litMeaning  = litMeanings()
	distMeaning = distMeanings()
)

func preMeanings() (m [19]uint32) {
	for symbol := range 16 {
		m[symbol] = uint32(symbol)<<24 | 1<<16
	}
	m[16] = repeat<<24 | 3<<16 | 2
	m[17] = 3<<16 | 3
	m[18] = 11<<16 | 7
	return m
}

func litMeanings() (m [288]uint32) {
	for symbol := range 256 {
		m[symbol] = literal | uint32(symbol)<<8
	}
	m[256] = special | ending
	base := uint32(3)
	for i := range uint32(28) {
		extra := max(i/4, 1) - 1
		m[257+i] = base<<16 | extra
		base += 1 << extra
	}
	m[285] = 258 << 16
	m[286], m[287] = special, special
	return m
}

func distMeanings() (m [32]uint32) {
	base := uint32(1)
	for i := range uint32(maxDist) {
		extra := max(i/2, 1) - 1
		m[i] = base<<16 | extra
		base += 1 << extra
	}
	m[30], m[31] = special, special
	return m
}
