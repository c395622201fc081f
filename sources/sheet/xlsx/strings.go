package xlsx

import (
	"bytes"
	"context"
	"fmt"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/charset"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// sharedStrings are the texts that cells refer to by number.
type sharedStrings struct {
	texts                     // what is known of them holds in a font that tells nothing
	runs  map[int][]sheet.Run // of the rich ones that name fonts; nil when there are none
}

// stringCost is what keeping a string costs beside its bytes, so that a flood of empty ones meets the limit too.
const stringCost = 16

// strings reads the shared strings, once. A failure is not remembered: it may have been the caller's patience.
func (b *book) strings(ctx context.Context) (*sharedStrings, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shared != nil {
		return b.shared, nil
	}
	shared := &sharedStrings{}
	if b.stringsPart == "" {
		b.shared = shared
		return shared, nil
	}
	err := b.archive.Read(ctx, b.stringsPart, func(x *zipxml.Reader, root string) error {
		if root != "sst" {
			return x.Fault("the part does not hold shared strings")
		}
		l := stringList{usual: usual{most: b.limits.Text}, book: b, x: x, shared: shared, text: textReader{x: x, book: b}}
		return l.read()
	})
	if err != nil {
		return nil, err
	}
	b.shared = shared
	return shared, nil
}

// stringList reads the shared strings of a book.
type stringList struct {
	usual
	book   *book
	x      *zipxml.Reader
	shared *sharedStrings
	text   textReader
	size   int64
}

// read reads the list: what is usual quickly, and the rest strictly.
func (l *stringList) read() error {
	depth := l.x.Depth()
	if !l.book.strict {
		l.x.Aside("</si>", l.readPiece)
	}
	for {
		if err := l.readUsual(); err != nil {
			return err
		}
		kind, err := l.x.Next()
		switch {
		case err != nil:
			return err
		case kind == zipxml.End && l.x.Depth() < depth:
			return nil
		case kind != zipxml.Start:
			continue
		case string(l.x.Name()) != "si":
			if err := l.x.Skip(); err != nil {
				return err
			}
			continue
		}
		text, runs, err := l.text.read()
		if err != nil {
			return err
		}
		if runs != nil {
			if l.shared.runs == nil {
				l.shared.runs = map[int][]sheet.Run{}
			}
			l.shared.runs[l.shared.len()] = runs
		}
		look := knownOf
		if runs != nil {
			look = func(string) sheet.Known { return sheet.Nothing }
		}
		if err := l.add([]byte(text), look); err != nil {
			return err
		}
	}
}

// knownOf looks once at a text that cells may refer to again and again.
func knownOf(text string) sheet.Known {
	switch {
	case charset.ASCII(text):
		return sheet.Stays
	case charset.SingleByte(text):
		guessed, doubt := charset.Guess(text)
		switch {
		case guessed != text:
		case doubt == charset.Clear:
			return sheet.Stays
		case doubt == charset.IfPure:
			return sheet.Pure
		}
	case charset.Compose(text) == text:
		return sheet.Unicode
	}
	return sheet.Nothing
}

func (l *stringList) add(text []byte, look func(string) sheet.Known) error {
	if l.size += int64(len(text)) + stringCost; l.size > l.book.limits.Strings {
		return sheet.Exceeds(l.book.file, "", "", sheet.LimitStrings, l.book.limits.Strings)
	}
	l.shared.add(text, look)
	return nil
}

const (
	itemOpen  = "<si><t>"
	itemSpace = `<si><t xml:space="preserve">`
	itemClose = "</t></si>"
)

// readUsual reads strings that stand for themselves, from between two of them (see usual.go).
func (l *stringList) readUsual() error {
	for {
		if err := l.readPieces(); err != nil {
			return err
		}
		b, end := l.x.Ahead()
		if end == 0 || l.book.strict {
			return nil
		}
		p := 0
		for {
			text, next := l.item(b, p)
			if next == 0 {
				break
			}
			if err := l.add(text, knownOf); err != nil {
				return err
			}
			p = next
		}
		l.x.Take(p)
		if l.stuck+widest <= end {
			return nil
		}
		if more, err := l.x.More(); err != nil || !more {
			return err
		}
	}
}

// item reads a string that stands for itself, and where the next one begins; 0 stands for an unusual one.
func (u *usual) item(b []byte, p int) (text []byte, next int) {
	p = blank(b, p)
	u.stuck = p
	switch {
	case bytes.HasPrefix(b[p:], []byte(itemOpen)):
		p += len(itemOpen)
	case bytes.HasPrefix(b[p:], []byte(itemSpace)):
		p += len(itemSpace)
	default:
		return nil, 0
	}
	n, ok := u.plain(b, p)
	text = b[p : p+n]
	if p += n; !ok && b[p] == '&' {
		text, p, ok = u.withEntities(text, b, p)
	}
	if !ok || !bytes.HasPrefix(b[p:], []byte(itemClose)) || u.escape {
		return nil, 0
	}
	return text, p + len(itemClose)
}

// textReader reads plain and rich texts: the children of <si> and <is>.
type textReader struct {
	x    *zipxml.Reader
	book *book
	buf  []byte
}

// read reads the element that just began, to its end. Phonetic guides are no part of the text.
func (t *textReader) read() (string, []sheet.Run, error) {
	t.buf = t.buf[:0]
	var runs []sheet.Run
	fonts := false
	err := t.x.Children(func(name []byte) error {
		switch string(name) {
		case "t":
			return t.plain()
		case "r":
			runs = append(runs, sheet.Run{End: len(t.buf)}) // what stands outside of runs
			font, err := t.rich()
			fonts = fonts || font != ""
			runs = append(runs, sheet.Run{End: len(t.buf), Font: font})
			return err
		}
		return nil
	})
	if !fonts {
		return string(t.buf), nil, err
	}
	runs = append(runs, sheet.Run{End: len(t.buf)})
	return string(t.buf), mergeRuns(runs), err
}

// rich reads a run: its font, "" when it names none, and its text.
func (t *textReader) rich() (font string, err error) {
	err = t.x.Children(func(name []byte) error {
		switch string(name) {
		case "t":
			return t.plain()
		case "rPr":
			return t.x.Children(func(name []byte) error {
				if string(name) == "rFont" {
					v, _ := t.x.Attr("val")
					font = string(v)
				}
				return nil
			})
		}
		return nil
	})
	return font, err
}

// plain adds the text of a <t> or <v>.
func (t *textReader) plain() error {
	from := len(t.buf)
	if err := t.raw(); err != nil {
		return err
	}
	if piece := t.buf[from:]; bytes.Contains(piece, []byte("_x")) {
		t.buf = append(t.buf[:from], unescape(string(piece))...)
	}
	return nil
}

// raw adds the character data of the element that just began, to its end.
func (t *textReader) raw() error {
	depth := t.x.Depth()
	for {
		kind, err := t.x.Next()
		if err != nil {
			return err
		}
		switch kind {
		case zipxml.Start:
			return t.x.Fault(fmt.Sprintf("<%s> within a text", t.x.Name()))
		case zipxml.Text:
			t.buf = append(t.buf, t.x.Text()...)
			if int64(len(t.buf)) > t.book.limits.Text {
				return sheet.Exceeds(t.book.file, "", "", sheet.LimitText, t.book.limits.Text)
			}
		case zipxml.End:
			if t.x.Depth() < depth {
				return nil
			}
		}
	}
}

// mergeRuns joins neighbours in the same font and drops empty ones.
func mergeRuns(runs []sheet.Run) []sheet.Run {
	out := runs[:0]
	end := 0
	for _, r := range runs {
		switch {
		case r.End == end:
			continue
		case len(out) > 0 && out[len(out)-1].Font == r.Font:
			out[len(out)-1].End = r.End
		default:
			out = append(out, r)
		}
		end = r.End
	}
	return out
}
