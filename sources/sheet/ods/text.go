package ods

import (
	"errors"
	"strconv"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// textReader reads what is shown in a cell.
type textReader struct {
	table *table
	buf   []byte
	runs  []sheet.Run
	named bool // a run names a font
	any   bool // there is a paragraph
	note  []byte
}

// White space that has elements of its own.
var space, tab, newline = []byte(" "), []byte("\t"), []byte("\n")

// errText says that a text exceeds the limit; the caller knows of which cell.
type errText struct{}

func (errText) Error() string { return "the text is too long" }

// read reads the cell that just began to its end and gives the remark that hangs on it. Paragraphs are joined by
// newlines. What floats over the cell, such as drawings with texts and tables of their own, is none of it.
func (t *textReader) read() (comment string, err error) {
	t.buf, t.runs, t.named, t.any, t.note = t.buf[:0], t.runs[:0], false, false, t.note[:0]
	err = t.block(t.table.x.Depth(), false)
	return string(t.note), err
}

// block reads the paragraphs up to the end of the element that has the depth.
func (t *textReader) block(depth int, note bool) error {
	x := t.table.x
	for {
		kind, err := x.Next()
		if err != nil {
			return err
		}
		if kind == zipxml.End && x.Depth() < depth {
			return nil
		}
		if kind != zipxml.Start {
			continue
		}
		switch name := string(x.Name()); {
		case name == "p" || name == "h":
			err = t.paragraph(note)
		case name == "list" || name == "list-item" || name == "list-header":
			err = t.block(x.Depth(), note)
		case name == "annotation" && !note:
			err = t.block(x.Depth(), true)
		default:
			err = x.Skip()
		}
		if err != nil {
			return err
		}
	}
}

func (t *textReader) paragraph(note bool) error {
	x := t.table.x
	if note {
		if len(t.note) > 0 {
			t.note = append(t.note, '\n')
		}
		return t.inline(&t.note, "", x.Depth())
	}
	if t.any {
		if err := t.add(&t.buf, newline, ""); err != nil {
			return err
		}
	}
	t.any = true
	return t.inline(&t.buf, "", x.Depth())
}

// inline reads text up to the end of the element that has the depth.
func (t *textReader) inline(buf *[]byte, font string, depth int) error {
	x := t.table.x
	for {
		kind, err := x.Next()
		if err != nil {
			return err
		}
		switch kind {
		case zipxml.Text:
			err = t.add(buf, x.Text(), font)
		case zipxml.End:
			if x.Depth() < depth {
				return nil
			}
		case zipxml.Start:
			err = t.element(buf, font)
		}
		if err != nil {
			return err
		}
	}
}

// element reads an element within a paragraph.
func (t *textReader) element(buf *[]byte, font string) error {
	x := t.table.x
	switch string(x.Name()) {
	case "s":
		n := 1
		if v, ok := x.Attr("c"); ok {
			n, _ = strconv.Atoi(string(v))
		}
		for range min(max(n, 0), 1<<20) {
			if err := t.add(buf, space, font); err != nil {
				return err
			}
		}
		return x.Skip()
	case "tab":
		if err := t.add(buf, tab, font); err != nil {
			return err
		}
		return x.Skip()
	case "line-break":
		if err := t.add(buf, newline, font); err != nil {
			return err
		}
		return x.Skip()
	case "span":
		if v, ok := x.Attr("style-name"); ok {
			if own := t.table.book.styles.spanFont(string(v)); own != "" {
				font = own
			}
		}
	case "annotation":
		return t.block(x.Depth(), true)
	case "frame", "annotation-end", "note", "ruby-text", "custom-shape", "rect", "line", "g", "control", "tracked-changes", "script":
		return x.Skip()
	}
	return t.inline(buf, font, x.Depth()) // links, fields and what else holds text
}

// add adds text in a font.
func (t *textReader) add(buf *[]byte, text []byte, font string) error {
	*buf = append(*buf, text...)
	if int64(len(*buf)) > t.table.book.limits.Text {
		return errText{}
	}
	if buf == &t.buf && len(text) > 0 {
		if n := len(t.runs); n > 0 && t.runs[n-1].Font == font {
			t.runs[n-1].End = len(t.buf)
		} else {
			t.runs = append(t.runs, sheet.Run{End: len(t.buf), Font: font})
		}
		t.named = t.named || font != ""
	}
	return nil
}

// fonts gives the runs, if one of them names a font.
func (t *textReader) fonts() []sheet.Run {
	if !t.named {
		return nil
	}
	return append([]sheet.Run(nil), t.runs...)
}

// textError says of which cell a text is too long.
func (t *table) textError(col int, err error) error {
	if errors.Is(err, errText{}) {
		return t.exceeds(min(t.row+1, sheet.MaxRows), min(col, sheet.MaxCols), sheet.LimitText, t.book.limits.Text)
	}
	return err
}
