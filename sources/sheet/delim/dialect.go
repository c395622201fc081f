package delim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
)

// dialect is how a text parts its fields.
type dialect struct {
	comma      byte // the delimiter
	blanks     int  // instead of it, so many blanks in a row; 0 for a delimiter
	quote      byte // 0 for none
	escape     byte // makes a quote within quotes a character; 0 where it is doubled
	blankQuote bool // blanks may stand before a quote
	skip       bool // the first line only names the delimiter
	width      int  // fields of the lines of the table; 0 where that is not known
}

// delimiters are those that are looked for, with their names.
var delimiters = map[byte]string{'\t': "tab", ';': "semicolon", '|': "bar", ',': "comma"}

// order decides between delimiters that fit equally well. A comma comes last: it is also a decimal mark.
var order = []byte{'\t', ';', '|', ','}

// name says what parts the fields.
func (d dialect) name() string {
	if d.blanks > 0 {
		return "blanks"
	}
	return delimiters[d.comma]
}

// sampleSize and sampleRecords bound what the dialect is judged by.
const (
	sampleSize    = 256 << 10
	sampleRecords = 1000
)

// findDialect finds the way of parting fields that cuts most lines into the same number of sensible fields.
func (b *book) findDialect(ctx context.Context) error {
	sample, err := io.ReadAll(io.LimitReader(b.text(ctx), sampleSize))
	if err != nil {
		return err
	}
	if len(sample) == sampleSize { // the last line may be cut
		if i := bytes.LastIndexAny(sample, "\r\n"); i > 0 {
			sample = sample[:i+1]
		}
	}
	b.dialect = dialect{comma: ',', quote: '"'}
	if comma, ok := sepLine(sample); ok {
		b.dialect.comma, b.dialect.skip = comma, true
		s := b.survey(sample, b.dialect)
		b.dialect = b.quoting(sample, b.dialect, s)
		return nil
	}
	best := survey{}
	for _, comma := range order {
		d := dialect{comma: comma, quote: '"'}
		s := b.survey(sample, d)
		best.lines = max(best.lines, s.lines)
		if s.score() > best.score() {
			lines := best.lines
			best, b.dialect = s, d
			best.lines = max(lines, s.lines)
		}
	}
	if best.score() < 0.2 {
		if d, ok := b.blanks(sample); ok {
			b.dialect = d
			return nil
		}
	}
	if best.score() == 0 && best.lines <= 1 && !namedText(b.in.Name) {
		return &fault.Error{
			Kind: fault.Input, File: b.in.Name, What: "this is a line of text, not a table",
			Remedy: "fetch it again: it may be a message of the server",
		}
	}
	b.dialect = b.quoting(sample, b.dialect, best)
	return nil
}

// quoting finds how quotes are written: the way that leaves the fewest fields that do not end at their closing quote.
func (b *book) quoting(sample []byte, d dialect, s survey) dialect {
	best := s
	d.width = s.width
	if !bytes.ContainsAny(sample, `"'`) {
		return d
	}
	for _, way := range []struct {
		quote, escape byte
		blank         bool
	}{{'"', 0, true}, {'"', '\\', false}, {'"', '\\', true}, {'\'', 0, false}} {
		try := d
		try.quote, try.escape, try.blankQuote = way.quote, way.escape, way.blank
		got := b.survey(sample, try)
		if got.ragged() > best.ragged() || got.failed {
			continue
		}
		if way.quote == '\'' && (best.quoted > 0 || got.broken > 0 || got.quoted < 3 || got.quoted*2 < got.fields) {
			continue // apostrophes
		}
		if way.quote == '\'' || best.failed || got.ragged() < best.ragged() || got.broken < best.broken && got.broken == 0 {
			d, best = try, got
		}
	}
	d.width = best.width
	return d
}

// namedText reports whether a file's name says that it is delimited text. The content decides first: the name only lets
// in a text of one line without a delimiter, which else is rather the message of a server.
func namedText(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".txt":
		return true
	}
	return false
}

// survey is what a dialect makes of the sample.
type survey struct {
	lines  int // records that are not blank
	width  int // the most frequent number of fields of those that are cut; 0 if none is
	usual  int // records with so many fields
	fields int // of these records
	clean  int // of these fields, those that look as if they were cut in the right places
	quoted int
	broken int
	failed bool // a quote is never closed
}

// score says how well a dialect fits: titles and notes around a table lower it for all dialects alike.
func (s survey) score() float64 {
	if s.width < 2 || s.failed {
		return 0
	}
	clean := float64(s.clean) / float64(s.fields)
	return float64(s.usual) / float64(s.lines) * clean * clean
}

// ragged counts the records that are not of the usual width.
func (s survey) ragged() int { return s.lines - s.usual }

// survey parses the sample.
func (b *book) survey(sample []byte, d dialect) survey {
	var s survey
	type tally struct{ records, clean int }
	widths := map[int]*tally{}
	try := *b
	try.limits.Text = int64(len(sample)) + 1
	p := try.parser(bytes.NewReader(sample), d, len(sample)+1)
	for s.lines < sampleRecords {
		err := p.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.failed = true
			break
		}
		if p.rec.blank() || d.skip && p.rec.number == 1 {
			continue
		}
		s.lines++
		n := p.rec.fields()
		t := widths[n]
		if t == nil {
			t = &tally{}
			widths[n] = t
		}
		t.records++
		s.broken += p.rec.broken
		for i, f := range p.rec.spans {
			if f.quoted {
				s.quoted++
			}
			if n > 1 && (f.quoted || isClean(p.rec.field(i), d.comma)) {
				t.clean++
			}
		}
	}
	for n, t := range widths {
		if n > 1 && (t.records > s.usual || t.records == s.usual && n > s.width) {
			s.width, s.usual, s.fields, s.clean = n, t.records, t.records*n, t.clean
		}
	}
	return s
}

// isClean reports whether a field looks whole: it holds no other delimiter right before a character, unless it is a
// number, and does not begin with a blank, as what follows a comma in a sentence does.
func isClean(field []byte, comma byte) bool {
	trimmed := trim(field)
	if len(trimmed) == 0 || looksNumeric(trimmed) {
		return true
	}
	if field[0] == ' ' {
		return false
	}
	for i, c := range trimmed {
		if c == comma || c != '\t' && c != ';' && c != '|' && c != ',' {
			continue
		}
		if c == '\t' || i+1 < len(trimmed) && trimmed[i+1] != ' ' {
			return false
		}
	}
	return true
}

// looksNumeric reports whether a field is written with digits and their marks alone.
func looksNumeric(field []byte) bool {
	digits := false
	for _, c := range field {
		switch {
		case c >= '0' && c <= '9':
			digits = true
		case bytes.IndexByte([]byte("+-.,%eE "), c) < 0:
			return false
		}
	}
	return digits
}

// sepLine reads the line by which Excel is told the delimiter: sep=;
func sepLine(sample []byte) (comma byte, ok bool) {
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	line = bytes.Trim(line, "\r\"")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && delimiters[line[4]] != "" {
		return line[4], true
	}
	return 0, false
}

// blanks finds columns that runs of blanks part. That is taken for a table only where it is certain: nearly all lines
// are cut into the same number of fields, of which all but the first are numbers, or all where one blank parts them.
func (b *book) blanks(sample []byte) (dialect, bool) {
	for _, n := range []int{2, 1} {
		d := dialect{comma: '\t', blanks: n}
		s := b.survey(sample, d)
		if s.failed || s.usual < 5 || s.usual*10 < s.lines*8 || s.width < 3 {
			continue
		}
		numeric := 0
		p := b.parser(bytes.NewReader(sample), d, len(sample)+1)
		for p.read() == nil {
			if p.rec.fields() != s.width {
				continue
			}
			for i := range p.rec.spans {
				if (i > 0 || n == 1) && looksNumeric(p.rec.field(i)) {
					numeric++
				}
			}
		}
		want := s.usual * (s.width - 1) // the header line need not be numbers
		if n == 1 {
			want = s.usual * s.width
		}
		if numeric >= want-s.width {
			d.width = s.width
			return d, true
		}
	}
	return dialect{}, false
}
