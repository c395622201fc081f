package lineage

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Ref names a cell: its place by number, and its row.
type Ref struct {
	Place int32
	Row   int64
}

// nowhere is no cell.
var nowhere = Ref{Place: -1}

// kind says what a part of a term is.
type kind uint8

const (
	isNumber kind = iota
	isNull
	isCell
	isSum // a gather
	isOp
)

// part is a part of a term: a number, a cell, or an operation over the parts below it. Parts live in a tree's arena and
// name each other by index, so that millions of terms are followed without leaving garbage.
type part struct {
	kind        kind
	null, text  bool
	status      byte // the weakest of the cells'
	first, next int32
	op          string
	number      float64
	word        string // of a cell that holds text
	ref         Ref
	unknown     Ref   // why it is null: a cell whose figure is not known
	lost        Ref   // such a cell that an aggregate has passed over
	sum         int32 // of the tree's sums
}

// Tree reads, computes and follows terms, one after the other.
type Tree struct {
	parts []part
	sums  []Sum
	cells Cells
	text  string // being read
	at    int
	row   int64 // of the model whose term is being read
	depth int

	trace   Trace
	numbers map[inputKey]int // the index of an input in the trace
	last    int              // the last number that is taken
	out     []byte
}

// NewTree makes a tree over cells.
func NewTree(cells Cells) *Tree {
	return &Tree{cells: cells, numbers: map[inputKey]int{}}
}

// maxDepth bounds the nesting of terms.
const maxDepth = 500

// read reads a term: a cell such as B12, a number, ~ for null, or (op part ...); it gives the part's index.
func (t *Tree) read(text string) (int32, error) {
	before, at := t.text, t.at
	t.text, t.at = text, 0
	defer func() { t.text, t.at = before, at }()
	i, err := t.expr()
	if t.blanks(); err == nil && t.at < len(t.text) {
		err = fmt.Errorf("read term: %.20q follows its end", t.text[t.at:])
	}
	return i, err
}

// readCells reads the witness of a row of a model: cells separated by blanks. They come as the parts of one operation.
func (t *Tree) readCells(of Ref, text string) (int32, error) {
	before, at, row := t.text, t.at, t.row
	t.text, t.at, t.row = text, 0, of.Row
	defer func() { t.text, t.at, t.row = before, at, row }()
	list := t.add(part{kind: isOp, op: "cells"})
	return list, t.kids(list, false)
}

func (t *Tree) add(p part) int32 {
	p.first, p.next, p.unknown, p.lost = -1, -1, nowhere, nowhere
	t.parts = append(t.parts, p)
	return int32(len(t.parts) - 1)
}

func (t *Tree) blanks() {
	for t.at < len(t.text) && t.text[t.at] == ' ' {
		t.at++
	}
}

func (t *Tree) word() string {
	from := t.at
	for t.at < len(t.text) && t.text[t.at] != ' ' && t.text[t.at] != '(' && t.text[t.at] != ')' {
		t.at++
	}
	return t.text[from:t.at]
}

func (t *Tree) expr() (int32, error) {
	t.blanks()
	if t.at < len(t.text) && t.text[t.at] == '(' {
		t.at++
		i := t.add(part{kind: isOp, op: t.word()})
		if t.depth++; t.depth > maxDepth {
			return i, fmt.Errorf("read term: it is nested more than %d deep", maxDepth)
		}
		err := t.kids(i, true)
		t.depth--
		return i, err
	}
	p, err := t.atom(t.word())
	return t.add(p), err
}

// kids reads the parts of an operation, to its bracket or to the end.
func (t *Tree) kids(parent int32, bracket bool) error {
	last := int32(-1)
	for {
		t.blanks()
		switch {
		case t.at == len(t.text) && !bracket:
			return nil
		case t.at == len(t.text):
			return fmt.Errorf("read term: (%s is not closed", t.parts[parent].op)
		case bracket && t.text[t.at] == ')':
			t.at++
			return nil
		}
		kid, err := t.expr()
		if err != nil {
			return err
		}
		if last < 0 {
			t.parts[parent].first = kid
		} else {
			t.parts[last].next = kid
		}
		last = kid
	}
}

// letters reads the letters that stand for a place.
func letters(word string) (place int32, n int) {
	for n < len(word) && word[n] >= 'A' && word[n] <= 'Z' && n < 5 {
		place = 26*place + int32(word[n]-'A') + 1
		n++
	}
	return place - 1, n
}

func (t *Tree) atom(word string) (part, error) {
	if word == "~" {
		return part{kind: isNull, null: true}, nil
	}
	if rest, ok := strings.CutPrefix(word, "@"); ok {
		place, n := letters(rest)
		if n == 0 || n < len(rest) {
			return part{}, fmt.Errorf("read term: %q is no sum", word)
		}
		return part{kind: isSum, ref: Ref{Place: place, Row: t.row}}, nil
	}
	if place, n := letters(word); n > 0 {
		row, err := strconv.ParseInt(word[n:], 10, 64)
		if err != nil {
			return part{}, fmt.Errorf("read term: %q is no cell", word)
		}
		return part{kind: isCell, ref: Ref{Place: place, Row: row}}, nil
	}
	x, err := strconv.ParseFloat(word, 64)
	if err != nil && !math.IsInf(x, 0) {
		return part{}, fmt.Errorf("read term: %q is no number", word)
	}
	return part{number: x, null: math.IsNaN(x)}, nil
}
