package px

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// Scan reads the values.
func (b *book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	r, _ := b.reader()
	s := &scanner{in: bufio.NewReaderSize(r, 64<<10), book: b, page: &b.sheets[i], ctx: ctx}
	if _, err := io.CopyN(io.Discard, s.in, b.start); err != nil {
		return nil, b.fault("the text has become shorter", "fetch the file again")
	}
	printer, err := s.page.table.Print(ctx, visit)
	if err != nil {
		return nil, err
	}
	if b.keyed != nil {
		err = s.sparse(printer)
	} else {
		err = s.dense(printer)
	}
	if err != nil {
		return nil, err
	}
	return printer.End()
}

// scanner reads values one after the other.
type scanner struct {
	in     *bufio.Reader
	book   *book
	page   *page
	ctx    context.Context
	values int64
	closed bool // the last byte that is not blank was the semicolon that ends the values
	text   []byte
	ends   []int
	quoted []bool
	line   string // the texts of a row, one behind the other
}

// maxToken bounds the text of a value.
const maxToken = 1024

// token appends the next value to s.text; quoted says that it stood in quotes. It gives io.EOF at the end.
func (s *scanner) token() (quoted bool, err error) {
	if s.values++; s.values%(16<<10) == 0 && s.ctx.Err() != nil {
		return false, s.ctx.Err()
	}
	var c byte
	for {
		if c, err = s.in.ReadByte(); err != nil {
			if errors.Is(err, io.EOF) && !s.closed {
				return false, s.fault("the values do not end with a semicolon", "the file is truncated: fetch it again")
			}
			return false, err
		}
		if c == ';' {
			s.closed = true
		} else if !isBlank(c) && c != ',' && c != 0x1a {
			break
		}
	}
	s.closed = false
	if c == '"' {
		return true, s.until(true)
	}
	s.text = append(s.text, c)
	return false, s.until(false)
}

// until appends what comes before the end of a token.
func (s *scanner) until(quote bool) error {
	limit := maxToken
	if quote {
		limit = int(min(s.book.limits.Text, 1<<30))
	}
	for n := 0; ; n++ {
		c, err := s.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return s.fault("the values end within one", "the file is truncated: fetch it again")
		}
		if err != nil {
			return err
		}
		if quote && c == '"' {
			return nil
		}
		if !quote && (isBlank(c) || c == ',' || c == ';' || c == '"') {
			return s.in.UnreadByte()
		}
		if n >= limit {
			return sheet.Exceeds(s.book.in.Name, s.page.name, "", sheet.LimitText, limit)
		}
		s.text = append(s.text, c)
	}
}

func (s *scanner) fault(what, remedy string) error {
	f := s.book.fault(what, remedy)
	f.Sheet = s.page.name
	return f
}

// row reads the values of a line of the table; it gives how many there are before the end.
func (s *scanner) row() (int, error) {
	s.text, s.ends, s.quoted = s.text[:0], s.ends[:0], s.quoted[:0]
	for int64(len(s.ends)) < s.page.table.Width {
		quoted, err := s.token()
		if errors.Is(err, io.EOF) {
			return len(s.ends), nil
		}
		if err != nil {
			return 0, err
		}
		s.ends = append(s.ends, len(s.text))
		s.quoted = append(s.quoted, quoted)
	}
	s.line = string(s.text)
	return len(s.ends), nil
}

// cell makes the cell of the k-th value of the row.
func (s *scanner) cell(k int) sheet.Cell {
	from := 0
	if k > 0 {
		from = s.ends[k-1]
	}
	text := s.line[from:s.ends[k]]
	if !s.quoted[k] {
		if c, ok := cube.Number(text); ok {
			return c
		}
	}
	if mark := strings.TrimSpace(text); mark == "-" || strings.Trim(mark, ".") == "" {
		if shown, ok := s.page.symbols[mark]; ok {
			mark = shown
		}
		return sheet.Cell{Type: sheet.Text, Text: mark}
	}
	return sheet.Cell{Type: sheet.Text, Text: s.book.decode(text)}
}

// remarks gives what hangs on the values of a line.
func (s *scanner) remarks(index int64) []cube.Remark {
	if len(s.page.remarks) == 0 {
		return nil
	}
	var list []cube.Remark
	width := s.page.table.Width
	for value := index * width; value < (index+1)*width; value++ {
		list = append(list, s.page.remarks[value]...)
	}
	return list
}

// dense reads a value for every combination of labels.
func (s *scanner) dense(p *cube.Printer) error {
	total := cube.Product(s.page.table.Dims)
	rows := total / s.page.table.Width
	for index := range rows {
		n, err := s.row()
		if err != nil {
			return err
		}
		if int64(n) < s.page.table.Width {
			return s.count(index*s.page.table.Width+int64(n), total)
		}
		if err := p.Row(index, s.cell, s.remarks(index)); err != nil {
			return err
		}
	}
	extra := total
	for ; ; extra++ {
		s.text = s.text[:0]
		if _, err := s.token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if extra > total {
		return s.count(extra, total)
	}
	return nil
}

func (s *scanner) count(have, want int64) error {
	return s.fault(fmt.Sprintf("the variables call for %d values, but there are %d", want, have),
		"the file is damaged: fetch it again, or ask the office for a sound one")
}

// keyed finds the labels of a variable by what stands in front of a line of a sparse file.
type keyed map[string]int

// keyed reads KEYS, by which a file says that it leaves lines out.
func (v *view) keyed() []keyed {
	stub := v.find("STUB")
	if stub == nil || len(v.k.byName["KEYS"]) == 0 {
		return nil
	}
	list := make([]keyed, len(stub.values))
	for i := range list {
		labels := v.dims[i].Labels
		if e := v.find("KEYS", v.names[i]); e != nil && strings.EqualFold(e.values[0], "CODES") && v.codes[i] != nil {
			labels = v.codes[i]
		}
		list[i] = make(keyed, len(labels))
		for at, l := range labels {
			list[i][strings.TrimSpace(l)] = at
		}
	}
	return list
}

// sparse reads lines that begin with their labels. Lines that the file leaves out are left out of the table: the format
// says that they hold only zeros, but offices leave out what they do not know, too.
func (s *scanner) sparse(p *cube.Printer) error {
	t := s.page.table
	perLine := cube.Product(t.Dims[len(s.book.keyed):]) / t.Width // lines of the table
	var lines []int64
	var cells int64
	for {
		line, err := s.keys()
		if errors.Is(err, io.EOF) {
			return s.distinct(lines)
		}
		if err != nil {
			return err
		}
		lines = append(lines, line)
		if int64(len(lines))*8 > s.book.limits.Strings {
			return sheet.Exceeds(s.book.in.Name, s.page.name, "", sheet.LimitStrings, s.book.limits.Strings)
		}
		for k := range perLine {
			n, err := s.row()
			if err != nil {
				return err
			}
			if int64(n) < t.Width {
				return s.fault(fmt.Sprintf("the last line has %d values instead of %d", k*t.Width+int64(n), perLine*t.Width),
					"the file is damaged: fetch it again")
			}
			if cells += t.Cells(); cells > s.book.limits.Cells {
				return sheet.Exceeds(s.book.in.Name, s.page.name, "", sheet.LimitCells, s.book.limits.Cells)
			}
			if err := p.Row(line*perLine+k, s.cell, s.remarks(line*perLine+k)); err != nil {
				return err
			}
		}
	}
}

// distinct refuses a line that occurs twice.
func (s *scanner) distinct(lines []int64) error {
	if !slices.IsSorted(lines) {
		slices.Sort(lines)
	}
	for i := 1; i < len(lines); i++ {
		if lines[i] == lines[i-1] {
			return s.fault("two lines of values have the same keys", "ask the office for a sound file")
		}
	}
	return nil
}

// keys reads the labels that a line begins with and gives its number; io.EOF at the end.
func (s *scanner) keys() (int64, error) {
	line := int64(0)
	for i, labels := range s.book.keyed {
		s.text = s.text[:0]
		_, err := s.token()
		if errors.Is(err, io.EOF) && i > 0 {
			return 0, s.fault("the values end within the keys of a line", "the file is damaged: fetch it again")
		}
		if err != nil {
			return 0, err
		}
		d := &s.page.table.Dims[i]
		key := strings.TrimSpace(s.book.decode(string(s.text)))
		at, ok := labels[key]
		if !ok {
			return 0, s.fault(fmt.Sprintf("the key %.100q of a line is no value of the variable %q", key, d.Name),
				"the file is damaged: fetch it again, or ask the office for a sound one")
		}
		line = line*int64(len(d.Labels)) + int64(at)
	}
	return line, nil
}
