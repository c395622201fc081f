// Package tape keeps the rows of a sheet small in memory, for formats in which a sheet cannot be found without reading
// all that lies before it: every sheet is recorded in one pass over the book and can be played any number of times.
//
// A recorded cell costs a few bytes, which are deflated; a cell or row that stands for many is recorded once. All tapes
// of a book share a Budget.
package tape

import (
	"bufio"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/statloom/statloom/sources/sheet"
)

// Cell is a cell that is recorded.
type Cell struct {
	sheet.Cell
	Repeat int  // this many cells side by side are the same; less than 1 means 1
	Open   bool // a Text whose type is settled when the tape is played
}

// Budget bounds what the tapes of a book may take together.
type Budget struct{ left int64 }

// NewBudget gives a budget of so many bytes.
func NewBudget(bytes int64) *Budget { return &Budget{left: bytes} }

// ErrBudget says that the tapes of a book take more than the budget.
var ErrBudget = errors.New("the tapes of the book are full")

// chunk is the size of the pieces that a tape is made of.
const chunk = 16 << 10

// Tape is a recorded sheet. It is safe for concurrent use.
type Tape struct{ chunks [][]byte }

// Recorder records sheets, one after the other.
type Recorder struct {
	budget *Budget
	tape   *Tape
	pack   *flate.Writer
	last   int // number of the row recorded last
	head   []byte
	text   []byte
}

// NewRecorder gives a recorder whose tapes draw on the budget.
func NewRecorder(b *Budget) *Recorder {
	r := &Recorder{budget: b, tape: &Tape{}}
	r.pack, _ = flate.NewWriter(r, flate.BestSpeed) // only an unknown level is an error
	return r
}

// Write takes deflated bytes; it is for the recorder's own use.
func (r *Recorder) Write(p []byte) (int, error) {
	if r.budget.left -= int64(len(p)); r.budget.left < 0 {
		return 0, ErrBudget
	}
	n := len(p)
	for len(p) > 0 {
		c := r.tape.chunks
		if len(c) == 0 || len(c[len(c)-1]) == cap(c[len(c)-1]) {
			r.tape.chunks = append(c, make([]byte, 0, chunk))
			continue
		}
		end := &c[len(c)-1]
		k := min(len(p), cap(*end)-len(*end))
		*end = append(*end, p[:k]...)
		p = p[k:]
	}
	return n, nil
}

// Parts of the byte that says what a cell is, beside its type.
const (
	typeMask = 1<<3 - 1
	formula  = 1 << 3
	noCache  = 1 << 4
	runs     = 1 << 5
	open     = 1 << 6
	repeated = 1 << 7
)

// Row records a row that stands repeat times, the first time as row number. Rows come in order, cells by ascending
// column. The text of a Number is its digits, which sheet readers have made sure can be read; its Num is not kept.
func (r *Recorder) Row(number, repeat int, hidden bool, cells []Cell) error {
	r.head, r.text = r.head[:0], r.text[:0]
	r.number(number - r.last)
	r.number(repeat)
	r.flag(hidden)
	r.number(len(cells))
	col := 0
	for i := range cells {
		c := &cells[i]
		r.cell(c, c.Col-col)
		col = c.Col + max(c.Repeat, 1) - 1
	}
	r.last = number + repeat - 1
	return r.record()
}

func (r *Recorder) cell(c *Cell, gap int) {
	b := byte(c.Type)
	set := func(on bool, bit byte) {
		if on {
			b |= bit
		}
	}
	set(c.Formula, formula)
	set(c.NoCache, noCache)
	set(c.Runs != nil, runs)
	set(c.Open, open)
	set(c.Repeat > 1, repeated)
	r.head = append(r.head, b)
	r.number(gap)
	r.number(int(c.Style))
	r.string(c.Text)
	if c.Repeat > 1 {
		r.number(c.Repeat)
	}
	if c.Type == sheet.Date {
		r.head = binary.LittleEndian.AppendUint64(r.head, math.Float64bits(c.Num))
	}
	if c.Runs != nil {
		r.number(len(c.Runs))
		for _, run := range c.Runs {
			r.number(run.End)
			r.string(run.Font)
		}
	}
}

func (r *Recorder) number(n int) { r.head = binary.AppendUvarint(r.head, uint64(n)) }

func (r *Recorder) flag(on bool) {
	n := 0
	if on {
		n = 1
	}
	r.number(n)
}

func (r *Recorder) string(s string) {
	r.number(len(s))
	r.text = append(r.text, s...)
}

// record writes what was gathered: the lengths of both parts, numbers, texts.
func (r *Recorder) record() error {
	var sizes [2 * binary.MaxVarintLen64]byte
	b := binary.AppendUvarint(sizes[:0], uint64(len(r.head)))
	b = binary.AppendUvarint(b, uint64(len(r.text)))
	for _, part := range [][]byte{b, r.head, r.text} {
		if _, err := r.pack.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Finish ends the sheet and gives its tape. The recorder is ready for the next sheet.
func (r *Recorder) Finish(tail *sheet.Tail) (*Tape, error) {
	r.head, r.text = r.head[:0], r.text[:0]
	r.number(0) // no row is zero behind the one before: the tail
	r.number(len(tail.Merges))
	for _, m := range tail.Merges {
		r.number(m.Row1)
		r.number(m.Col1)
		r.number(m.Row2 - m.Row1)
		r.number(m.Col2 - m.Col1)
	}
	r.number(len(tail.HiddenCols))
	for _, s := range tail.HiddenCols {
		r.number(s.First)
		r.number(s.Last - s.First)
	}
	r.number(len(tail.Comments))
	for _, c := range tail.Comments {
		r.number(c.Row)
		r.number(c.Col)
		r.string(c.Text)
	}
	err := r.record()
	if closed := r.pack.Close(); err == nil {
		err = closed
	}
	t := r.tape
	r.Reset()
	return t, err
}

// Reset drops what was recorded of an unfinished sheet.
func (r *Recorder) Reset() {
	r.tape, r.last = &Tape{}, 0
	r.pack.Reset(r)
}

// Size is what the tape takes in memory, in bytes.
func (t *Tape) Size() int { return len(t.chunks) * chunk }

// reader gives the tape's deflated bytes.
type reader struct {
	chunks [][]byte
	at     int
}

func (r *reader) Read(p []byte) (int, error) {
	for len(r.chunks) > 0 && r.at == len(r.chunks[0]) {
		r.chunks, r.at = r.chunks[1:], 0
	}
	if len(r.chunks) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.chunks[0][r.at:])
	r.at += n
	return n, nil
}

// player reads a tape.
type player struct {
	ctx    context.Context
	in     *bufio.Reader
	head   []byte
	text   string
	buf    []byte
	settle func(*sheet.Cell)
	kept   []sheet.Cell // of the record
	row    []sheet.Cell // handed out
	out    sheet.Row
	last   int
	count  int
}

// Play hands out the rows. Open cells go through settle, which is told every such cell once a record. The error of visit
// comes back as it is.
func (t *Tape) Play(ctx context.Context, settle func(*sheet.Cell), visit func(*sheet.Row) error) (*sheet.Tail, error) {
	p := &player{ctx: ctx, in: bufio.NewReaderSize(flate.NewReader(&reader{chunks: t.chunks}), 32<<10), settle: settle}
	for {
		if err := p.next(); err != nil {
			return nil, fmt.Errorf("play the recorded sheet: %w", err)
		}
		gap := p.number()
		if gap == 0 {
			return p.tail(), nil
		}
		if err := p.play(gap, visit); err != nil {
			return nil, err
		}
	}
}

// next reads a record.
func (p *player) next() error {
	head, err := binary.ReadUvarint(p.in)
	if err != nil {
		return err
	}
	text, err := binary.ReadUvarint(p.in)
	if err != nil {
		return err
	}
	size := int(head + text)
	if cap(p.buf) < size {
		p.buf = make([]byte, size+size/2)
	}
	b := p.buf[:size]
	if _, err := io.ReadFull(p.in, b); err != nil {
		return err
	}
	p.head, p.text = b[:head], string(b[head:])
	return nil
}

func (p *player) number() int {
	n, size := binary.Uvarint(p.head)
	p.head = p.head[size:]
	return int(n)
}

func (p *player) string() string {
	n := p.number()
	s := p.text[:n]
	p.text = p.text[n:]
	return s
}

func (p *player) play(gap int, visit func(*sheet.Row) error) error {
	number := p.last + gap
	repeat, hidden, count := p.number(), p.number() == 1, p.number()
	p.kept = p.kept[:0]
	col := 0
	for range count {
		col = p.cell(col)
	}
	for i := range repeat {
		if p.count++; p.count%256 == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
		}
		p.row = append(p.row[:0], p.kept...) // the visitor may change what it is given
		p.out = sheet.Row{Number: number + i, Hidden: hidden, Cells: p.row}
		if err := visit(&p.out); err != nil {
			return err
		}
	}
	p.last = number + repeat - 1
	return nil
}

// cell reads a cell that comes after column last, and gives the last column it fills.
func (p *player) cell(last int) int {
	b := p.head[0]
	p.head = p.head[1:]
	c := sheet.Cell{
		Type: sheet.Type(b & typeMask), Formula: b&formula != 0, NoCache: b&noCache != 0,
		Col: last + p.number(), Style: sheet.StyleID(p.number()), Text: p.string(),
	}
	repeat := 1
	if b&repeated != 0 {
		repeat = p.number()
	}
	switch c.Type {
	case sheet.Number:
		c.Num, _ = strconv.ParseFloat(c.Text, 64) // the recorder was given digits
	case sheet.Bool:
		if c.Text == "1" {
			c.Num = 1
		}
	case sheet.Date:
		c.Num = math.Float64frombits(binary.LittleEndian.Uint64(p.head))
		p.head = p.head[8:]
	}
	if b&runs != 0 {
		c.Runs = make([]sheet.Run, p.number())
		for i := range c.Runs {
			c.Runs[i] = sheet.Run{End: p.number(), Font: p.string()}
		}
	}
	if b&open != 0 && p.settle != nil {
		p.settle(&c)
	}
	for range repeat {
		p.kept = append(p.kept, c)
		c.Col++
	}
	return c.Col - 1
}

func (p *player) tail() *sheet.Tail {
	var t sheet.Tail
	for range p.number() {
		m := sheet.Range{Row1: p.number(), Col1: p.number()}
		m.Row2, m.Col2 = m.Row1+p.number(), m.Col1+p.number()
		t.Merges = append(t.Merges, m)
	}
	for range p.number() {
		s := sheet.Span{First: p.number()}
		s.Last = s.First + p.number()
		t.HiddenCols = append(t.HiddenCols, s)
	}
	for range p.number() {
		t.Comments = append(t.Comments, sheet.Comment{Row: p.number(), Col: p.number(), Text: p.string()})
	}
	return &t
}
