package xlsx

import (
	"unsafe"

	"github.com/statloom/statloom/sources/sheet"
)

// texts are the texts of a list. Where each lies takes one word, for cells refer to them in no order: the fewer bytes there
// are to look into, the more of them are at hand.
type texts struct {
	blocks [][]byte // a text is within one of them
	places []place
}

// place is where a text lies, from the highest bits: block, offset, length, and what is known of the text.
type place uint64

const (
	knownBits  = 2
	lengthBits = 22
	offsetBits = 16

	wholeBlock = 1<<lengthBits - 1 // the length of a text that is all of its block

	textsFirst = 1 << 10
	textsBlock = 1 << offsetBits
)

func (t *texts) len() int { return len(t.places) }

// text gives a text.
func (t *texts) text(i int) (string, sheet.Known) {
	p := t.places[i]
	block := t.blocks[p>>(offsetBits+lengthBits+knownBits)]
	length := int(p >> knownBits & wholeBlock)
	if length == 0 {
		return "", sheet.Stays
	}
	if length == wholeBlock {
		length = len(block)
	}
	// A string over bytes that are never written to again: others are only added behind them.
	return unsafe.String(&block[p>>(lengthBits+knownBits)&(textsBlock-1)], length), sheet.Known(p & (1<<knownBits - 1))
}

// add adds a copy of a text; look says what is known of it.
func (t *texts) add(text []byte, look func(string) sheet.Known) {
	n := len(text)
	if last := len(t.blocks) - 1; last < 0 || n > cap(t.blocks[last])-len(t.blocks[last]) {
		size := textsFirst
		if last >= 0 {
			size = min(2*cap(t.blocks[last]), textsBlock)
		}
		t.blocks = append(t.blocks, make([]byte, 0, max(size, n)))
	}
	last := len(t.blocks) - 1
	offset := len(t.blocks[last])
	t.blocks[last] = append(t.blocks[last], text...)
	t.places = append(t.places, place(last)<<(offsetBits+lengthBits+knownBits)|place(offset)<<(lengthBits+knownBits)|
		place(min(n, wholeBlock))<<knownBits)
	kept, _ := t.text(len(t.places) - 1)
	t.places[len(t.places)-1] |= place(look(kept))
}

// join adds the texts of another list, which is given up.
func (t *texts) join(o *texts) {
	shift := place(len(t.blocks)) << (offsetBits + lengthBits + knownBits)
	t.blocks = append(t.blocks, o.blocks...)
	for _, p := range o.places {
		t.places = append(t.places, p+shift)
	}
}
