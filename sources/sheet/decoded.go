package sheet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/statloom/statloom/sources/sheet/charset"
)

// decoded is a Book whose text is Unicode in its composed form, whatever the fonts and encodings of the book. Fonts are a
// property of cells and of stretches within them; where they tell nothing, the text of the whole sheet is the evidence,
// and it is gathered at the first text that is in doubt.
type decoded struct {
	Book
	infos []Info
	named *strings.Replacer // sheet names within the formulas of defined names; nil when all stayed as they were

	mu       sync.Mutex
	evidence map[int]evidence
	guesses  map[string]guess // of texts, which the sheets of a book have in common
}

type guess struct {
	text  string
	doubt charset.Doubt
}

// evidence is what is known about the texts of a sheet whose fonts tell nothing.
type evidence struct {
	mixed    bool // Unicode is among them
	complete bool // all were seen, and lean is the sum
	lean     charset.Lean
}

func newDecoded(b Book) *decoded {
	d := &decoded{Book: b, infos: b.Sheets(), evidence: map[int]evidence{}, guesses: map[string]guess{}}
	names := make([]string, len(d.infos))
	taken := map[string]int{}
	changed := false
	for i, info := range d.infos {
		names[i] = info.Name
		if !charset.ASCII(info.Name) {
			names[i], _ = charset.Guess(info.Name)
			changed = changed || names[i] != info.Name
		}
		taken[names[i]]++
	}
	if !changed {
		return d
	}
	infos := slices.Clone(d.infos)
	var pairs []string
	for i := range infos {
		if taken[names[i]] == 1 && names[i] != infos[i].Name { // names that were different stay different
			pairs = append(pairs, infos[i].Name, names[i])
			infos[i].Name = names[i]
		}
	}
	d.infos, d.named = infos, strings.NewReplacer(pairs...)
	return d
}

func (d *decoded) Sheets() []Info { return d.infos }

// Names gives the defined names, none where the format has no such thing.
func (d *decoded) Names() []Name {
	namer, ok := d.Book.(Namer)
	if !ok {
		return nil
	}
	names := slices.Clone(namer.Names())
	for i := range names {
		n := &names[i]
		if !charset.ASCII(n.Name) {
			n.Name, _ = charset.Guess(n.Name)
		}
		if d.named != nil {
			n.Refers = d.named.Replace(n.Refers)
		}
		if !charset.ASCII(n.Refers) {
			n.Refers = charset.Compose(n.Refers)
		}
	}
	return names
}

func (d *decoded) Scan(ctx context.Context, i int, visit func(*Row) error) (*Tail, error) {
	s := decoding{book: d, sheet: i}
	tail, err := d.Book.Scan(ctx, i, func(r *Row) error {
		row, err := s.row(ctx, r)
		if err != nil {
			return err
		}
		return visit(row)
	})
	if err != nil || tail == nil {
		return nil, err
	}
	return s.tail(ctx, tail)
}

// decoding decodes one scan of a sheet.
type decoding struct {
	book    *decoded
	sheet   int
	mixed   bool // a Unicode text was seen, in a font that tells nothing
	fonts   map[StyleID]charset.Font
	known   map[textKey]string // texts that took thought
	settled settled
	own     Row // stands in for the reader's row when a text in it changes
}

// errSettled ends a look at a sheet that has seen enough.
var errSettled = errors.New("settled")

type textKey struct {
	text  string
	style StyleID
}

// most is how many texts are kept with what they mean.
const most = 1 << 13

// row gives the row as it is when nothing in it changes, as nearly always, or a copy: the reader's own may be handed
// out again.
func (s *decoding) row(ctx context.Context, r *Row) (*Row, error) {
	copied := false
	for k := range r.Cells {
		c := &r.Cells[k]
		if c.Type != Text || c.Known == Stays || c.Known == Pure && s.mixed {
			continue
		}
		if c.Known == Unicode {
			s.mixed = s.mixed || charset.IsVietnamese(c.Text)
			continue
		}
		if c.Runs == nil && s.settled.has(c.Text, c.Style) || charset.ASCII(c.Text) {
			continue
		}
		text, err := s.text(ctx, c)
		if err != nil {
			return nil, err
		}
		if text == c.Text {
			if c.Runs == nil {
				s.settled.add(c.Text, c.Style)
			}
			continue
		}
		if !copied {
			s.own = Row{Number: r.Number, Hidden: r.Hidden, Cells: append(s.own.Cells[:0], r.Cells...)}
			copied = true
		}
		s.own.Cells[k].Text, s.own.Cells[k].Runs = text, nil // the fonts have told what they can
	}
	if copied {
		return &s.own, nil
	}
	return r, nil
}

// settled remembers texts that stay as they are, by where they lie in memory: readers hand out the shared strings of a
// book again and again, and this tells one that was seen before without a look at its bytes.
type settled struct {
	seen    int
	entries []address
}

// address is where a text lies, and the style of its cell. It keeps the text in memory, so that no other can come to lie
// there.
type address struct {
	data  *byte
	size  uint32
	style StyleID
}

// Sizes of settled, which grows with what a sheet has.
const (
	settledFirst = 1 << 6
	settledLast  = 1 << 16
)

// place gives where a text belongs among the entries. The address only chooses a place: what it holds is compared.
func (s *settled) place(text string, style StyleID) int {
	h := uint64(uintptr(unsafe.Pointer(unsafe.StringData(text)))) + uint64(style)<<48
	return int(h * 0x9E3779B97F4A7C15 >> 32 & uint64(len(s.entries)-1))
}

func (s *settled) has(text string, style StyleID) bool {
	return len(s.entries) > 0 && s.entries[s.place(text, style)] == address{unsafe.StringData(text), uint32(len(text)), style}
}

func (s *settled) add(text string, style StyleID) {
	if n := len(s.entries); n == 0 || s.seen > 2*n && n < settledLast {
		s.entries = make([]address, max(settledFirst, 4*n))
	}
	s.seen++
	s.entries[s.place(text, style)] = address{unsafe.StringData(text), uint32(len(text)), style}
}

func (s *decoding) text(ctx context.Context, c *Cell) (string, error) {
	font := s.font(c.Style)
	told := font.Encoding != charset.Unknown
	var spans []charset.Span
	for _, r := range c.Runs {
		span := charset.Span{End: r.End, Font: font}
		if r.Font != "" {
			span.Font = charset.FontOf(r.Font)
		}
		told = told || span.Font.Encoding != charset.Unknown
		spans = append(spans, span)
	}
	if !told {
		return s.guess(ctx, c.Text)
	}
	if spans != nil {
		return charset.Decode(c.Text, font, spans), nil
	}
	return s.remember(textKey{c.Text, c.Style}, func() (string, error) { return charset.Decode(c.Text, font, nil), nil })
}

// guess decides on a text whose fonts tell nothing.
func (s *decoding) guess(ctx context.Context, text string) (string, error) {
	if !charset.SingleByte(text) {
		s.mixed = s.mixed || charset.IsVietnamese(text)
		return charset.Compose(text), nil
	}
	return s.remember(textKey{text: text, style: ^StyleID(0)}, func() (string, error) {
		guessed, doubt := s.book.guess(text)
		if doubt == charset.Clear || doubt == charset.IfPure && s.mixed {
			return guessed, nil
		}
		lean, err := s.book.lean(ctx, s.sheet, doubt)
		if err != nil {
			return "", err
		}
		return lean.Decode(text), nil
	})
}

// guess is charset.Guess, asked once for each text of the book.
func (d *decoded) guess(text string) (string, charset.Doubt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g, ok := d.guesses[text]
	if !ok {
		g.text, g.doubt = charset.Guess(text)
		if len(d.guesses) >= most {
			clear(d.guesses)
		}
		d.guesses[text] = g
	}
	return g.text, g.doubt
}

func (s *decoding) remember(key textKey, decode func() (string, error)) (string, error) {
	if text, ok := s.known[key]; ok {
		return text, nil
	}
	text, err := decode()
	if err != nil {
		return "", err
	}
	switch {
	case s.known == nil:
		s.known = map[textKey]string{}
	case len(s.known) >= most:
		clear(s.known)
	}
	s.known[key] = text
	return text, nil
}

func (s *decoding) font(id StyleID) charset.Font {
	font, ok := s.fonts[id]
	if !ok {
		font = charset.FontOf(s.book.Style(id).Font)
		if s.fonts == nil {
			s.fonts = map[StyleID]charset.Font{}
		}
		s.fonts[id] = font
	}
	return font
}

// tail decodes the comments, which come without fonts.
func (s *decoding) tail(ctx context.Context, t *Tail) (*Tail, error) {
	own := *t
	for i, c := range t.Comments {
		if charset.ASCII(c.Text) {
			continue
		}
		text, err := s.guess(ctx, c.Text)
		if err != nil {
			return nil, err
		}
		if text == c.Text {
			continue
		}
		if &own.Comments[0] == &t.Comments[0] { // the reader may keep its own
			own.Comments = slices.Clone(t.Comments)
		}
		own.Comments[i].Text = text
	}
	return &own, nil
}

// lean gives what the texts of a sheet come to, reading it as far as the doubt needs and no part of it twice for the
// same question.
func (d *decoded) lean(ctx context.Context, i int, doubt charset.Doubt) (charset.Lean, error) {
	d.mu.Lock()
	e := d.evidence[i]
	d.mu.Unlock()
	if e.complete || e.mixed && doubt == charset.IfPure {
		return e.lean, nil
	}
	var tally charset.Tally
	s := decoding{book: d}
	_, err := d.Book.Scan(ctx, i, func(r *Row) error {
		for k := range r.Cells {
			c := &r.Cells[k]
			if c.Type == Text && !charset.ASCII(c.Text) && len(c.Runs) == 0 && s.font(c.Style).Encoding == charset.Unknown {
				tally.Add(c.Text)
			}
		}
		if tally.Unicode() && doubt == charset.IfPure {
			return errSettled
		}
		return nil
	})
	e = evidence{mixed: tally.Unicode()}
	switch {
	case err == nil:
		e.complete, e.lean = true, tally.Lean()
	case !errors.Is(err, errSettled):
		return charset.Lean{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.evidence[i].complete {
		d.evidence[i] = e
	}
	return d.evidence[i].lean, nil
}
