package records

import (
	"encoding/binary"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// wordsType is the type of columns of words: each word is kept once in a batch, and cells refer to it by number.
var wordsType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// vocabulary holds the words of a column in a batch, in the order they came in.
type vocabulary struct {
	cells   []cell // not looked up yet
	column  *array.Int32Builder
	looked  int // words looked up
	list    *array.StringBuilder
	numbers map[string]int32
	near    []near
}

// cell is a cell of the column. Cells are looked up many in a row, so that they do not wait for each other's memory.
type cell struct {
	text string
	null bool
}

// together is how many cells are looked up in a row.
const together = 256

// firstWords is after how many words a column is judged.
const firstWords = 32 * together

// near remembers a word for a quick look: a long one by where it lies in memory, for books hand out a shared string again
// and again, a short one by its bytes. It keeps the word in memory, so that no other can come to lie there.
type near struct {
	text   string
	number int32 // one more than the word's, so that nothing is remembered at first
}

// short is how many bytes are hashed and compared as fast as their address.
const short = 16

// Sizes of near, which grows with the words there are.
const (
	nearFirst = 1 << 6
	nearLast  = 1 << 16
)

func newVocabulary(column *array.Int32Builder) *vocabulary {
	return &vocabulary{
		cells: make([]cell, 0, together), column: column,
		list: array.NewStringBuilder(memory.DefaultAllocator), numbers: map[string]int32{}, near: make([]near, nearFirst),
	}
}

// add adds a cell to the column; varied says that it is time to see which columns are.
func (v *vocabulary) add(c cell) (varied bool) {
	if v.cells = append(v.cells, c); len(v.cells) < together {
		return false
	}
	before := v.looked
	v.lookUp()
	return before < firstWords && v.looked >= firstWords && v.varied()
}

// varied reports whether the words hardly recur, so that a dictionary of them costs more than they do.
func (v *vocabulary) varied() bool {
	return v.looked >= firstWords/2 && len(v.numbers) > v.looked/16*15
}

// lookUp adds the numbers of the cells to the column, which has room for them.
func (v *vocabulary) lookUp() {
	for _, c := range v.cells {
		if c.null {
			v.column.UnsafeAppendBoolToBitmap(false)
		} else {
			v.column.UnsafeAppend(v.number(c.text))
			v.looked++
		}
	}
	clear(v.cells)
	v.cells = v.cells[:0]
}

// number gives the number of a word.
func (v *vocabulary) number(text string) int32 {
	place := &v.near[placeOf(text)&uint64(len(v.near)-1)]
	if place.number > 0 && len(place.text) == len(text) &&
		(unsafe.StringData(place.text) == unsafe.StringData(text) || len(text) <= short && place.text == text) {
		return place.number - 1
	}
	number, ok := v.numbers[text]
	if !ok {
		number = int32(len(v.numbers))
		v.numbers[text] = number
		v.list.Append(text)
		if n := len(v.near); len(v.numbers) > n/2 && n < nearLast {
			v.near = make([]near, 4*n)
			return number
		}
	}
	*place = near{text, number + 1}
	return number
}

// placeOf says where in near a word is looked for. What comes to the same place costs time only.
func placeOf(text string) uint64 {
	const spread = 0x9E3779B97F4A7C15 // of the golden ratio: every bit of the factor moves the upper half of the product
	var h uint64
	switch b := unsafe.Slice(unsafe.StringData(text), len(text)); {
	case len(b) > short:
		h = uint64(uintptr(unsafe.Pointer(unsafe.StringData(text))))
	case len(b) >= 8:
		h = binary.LittleEndian.Uint64(b)*spread ^ binary.LittleEndian.Uint64(b[len(b)-8:])
	case len(b) >= 4:
		h = uint64(binary.LittleEndian.Uint32(b))<<32 | uint64(binary.LittleEndian.Uint32(b[len(b)-4:]))
	default:
		for _, c := range b {
			h = h<<8 | uint64(c)
		}
	}
	return h * spread >> 32
}

// take puts the words to the numbers of a batch, and begins anew.
func (v *vocabulary) take(numbers arrow.Array) arrow.Array {
	list := v.list.NewArray()
	defer list.Release()
	clear(v.numbers)
	clear(v.near)
	return array.NewDictionaryArray(wordsType, numbers, list)
}
