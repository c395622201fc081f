package px

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
)

// entry is a keyword with its value: KEYWORD[lang]("about","about")="value","value";
type entry struct {
	name   string // in capitals
	lang   string // in lower case; "" for the file's main language
	about  []string
	values []string
}

// keywords are the entries of a file in its order.
type keywords struct {
	entries []entry
	byName  map[string][]*entry
	byAbout map[string][]*entry // by name and what the entry is about
}

// index is made once the entries are decoded.
func (k *keywords) index() {
	k.byName, k.byAbout = map[string][]*entry{}, map[string][]*entry{}
	for i := range k.entries {
		e := &k.entries[i]
		k.byName[e.name] = append(k.byName[e.name], e)
		key := aboutKey(e.name, e.about)
		k.byAbout[key] = append(k.byAbout[key], e)
	}
}

func aboutKey(name string, about []string) string { return name + "\x00" + strings.Join(about, "\x00") }

// texts calls visit with every text.
func (k *keywords) texts(visit func(string)) {
	for _, e := range k.entries {
		for _, s := range e.about {
			visit(s)
		}
		for _, s := range e.values {
			visit(s)
		}
	}
}

// decode replaces every text by what it says.
func (k *keywords) decode(decode func(string) string) {
	for _, e := range k.entries {
		for i, s := range e.about {
			e.about[i] = decode(s)
		}
		for i, s := range e.values {
			e.values[i] = decode(s)
		}
	}
}

// plain gives the value of a keyword that is about the whole file.
func (k *keywords) plain(name string) string {
	for i := range k.entries { // before there is an index, for the code page
		e := &k.entries[i]
		if e.name == name && e.lang == "" && len(e.about) == 0 && len(e.values) > 0 {
			return strings.TrimSpace(e.values[0])
		}
	}
	return ""
}

// lexer takes the keywords apart. Offices break the rules on quotes, so it is lenient: a doubled quote is a quote, and
// what stands between texts belongs to them.
type lexer struct {
	in   *bufio.Reader
	book *book
	ctx  context.Context
	at   int64 // bytes read
	line int
	kept int64 // bytes of texts kept
}

// readKeywords reads up to the values, and decodes what it read.
func (b *book) readKeywords(ctx context.Context) (*keywords, error) {
	r, unicode := b.reader()
	l := &lexer{in: bufio.NewReaderSize(r, 64<<10), book: b, ctx: ctx, line: 1}
	k := &keywords{}
	for {
		e, data, err := l.entry()
		if errors.Is(err, io.EOF) {
			return nil, b.fault("the text ends before the keyword DATA", "the file is truncated: fetch it again")
		}
		if err != nil {
			return nil, err
		}
		if data {
			break
		}
		k.entries = append(k.entries, e)
	}
	b.start = l.at
	var err error
	if b.decode, err = b.decoder(k, unicode); err != nil {
		return nil, err
	}
	k.decode(b.decode)
	k.index()
	return k, nil
}

func (l *lexer) next() (byte, error) {
	c, err := l.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if l.at++; l.at%(64<<10) == 0 && l.ctx.Err() != nil {
		return 0, l.ctx.Err()
	}
	if c == '\n' {
		l.line++
	}
	return c, nil
}

func (l *lexer) peek() byte {
	b, err := l.in.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}

// keep counts a byte that is kept of a text of so many.
func (l *lexer) keep(text int) error {
	if int64(text) >= l.book.limits.Text {
		return sheet.Exceeds(l.book.in.Name, "", "", sheet.LimitText, l.book.limits.Text)
	}
	if l.kept++; l.kept > l.book.limits.Strings {
		return sheet.Exceeds(l.book.in.Name, "", "", sheet.LimitStrings, l.book.limits.Strings)
	}
	return nil
}

func (l *lexer) broken(what string) error {
	return l.book.fault(fmt.Sprintf("line %d: %s", l.line, what), "fetch the file again, or ask the office for a sound one")
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// entry reads one keyword; data is true when it is the one before the values.
func (l *lexer) entry() (e entry, data bool, err error) {
	c, err := l.next()
	for ; err == nil && (isBlank(c) || c == ';' || c == 0x1a); c, err = l.next() {
	}
	if err != nil {
		return e, false, err
	}
	var name []byte
	for ; isNameByte(c); c, err = l.next() {
		if err != nil {
			return e, false, err
		}
		if name = append(name, c); len(name) > 64 {
			return e, false, l.broken("this is no keyword: " + string(name[:20]) + "...")
		}
	}
	if len(name) == 0 {
		return e, false, l.broken(fmt.Sprintf("a keyword is expected, not %q", rune(c)))
	}
	e.name = strings.ToUpper(string(name))
	for ; err == nil && c != '='; c, err = l.next() {
		switch {
		case isBlank(c):
		case c == '[' && e.lang == "" && e.about == nil:
			e.lang, err = l.language()
		case c == '(' && e.about == nil:
			e.about, err = l.list(')')
		default:
			return e, false, l.broken(fmt.Sprintf("%q is not expected after the keyword %s", rune(c), e.name))
		}
		if err != nil {
			return e, false, err
		}
	}
	if err != nil {
		return e, false, err
	}
	if e.name == "DATA" {
		return e, true, nil
	}
	e.values, err = l.list(';')
	l.kept += 128 // what it costs to keep an entry
	return e, false, err
}

func isNameByte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// language reads up to the bracket that ends it.
func (l *lexer) language() (string, error) {
	var b []byte
	for {
		c, err := l.next()
		if err != nil {
			return "", err
		}
		if c == ']' {
			return strings.ToLower(string(b)), nil
		}
		if b = append(b, c); len(b) > 20 || c != '-' && c != '_' && !isNameByte(c) {
			return "", l.broken("this is no language: " + string(b))
		}
	}
}

// list reads texts parted by commas up to the byte that ends them. Quoted parts that follow each other are one text;
// what stands in round brackets outside quotes, as in TLIST(A1,"1990"-"1999"), is kept as it is.
func (l *lexer) list(end byte) ([]string, error) {
	var list []string
	var item []byte
	any, depth := false, 0
	bare, gap := false, false // the last byte was outside quotes; blanks came after it
	done := func() {
		list = append(list, strings.Clone(string(item)))
		item, any, bare, gap = item[:0], false, false, false
		l.kept += 16
	}
	for {
		c, err := l.next()
		if err != nil {
			return nil, err
		}
		switch {
		case depth == 0 && c == end:
			if any || list != nil {
				done()
			}
			return list, nil
		case depth == 0 && c == ',':
			done()
			continue
		case depth == 0 && c == '"':
			any, bare, gap = true, false, false
			if item, err = l.quoted(item); err != nil {
				return nil, err
			}
			continue
		case isBlank(c):
			gap = bare
			continue
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		}
		if err := l.keep(len(item)); err != nil {
			return nil, err
		}
		if gap {
			item = append(item, ' ')
		}
		item = append(item, c)
		any, bare, gap = true, true, false
	}
}

// quoted reads from behind an opening quote to behind the closing one.
func (l *lexer) quoted(item []byte) ([]byte, error) {
	from := len(item)
	for {
		c, err := l.next()
		if err != nil {
			return nil, err
		}
		switch {
		case c == '"' && l.peek() == '"' && !l.emptyText(len(item) == from):
			if _, err := l.next(); err != nil {
				return nil, err
			}
		case c == '"':
			return item, nil
		case c == '\r':
			continue
		case c == '\n':
			if n := len(item); n == 0 || item[n-1] == ' ' || item[n-1] == '"' {
				continue
			}
			c = ' '
		}
		if err := l.keep(len(item)); err != nil {
			return nil, err
		}
		item = append(item, c)
	}
}

// emptyText reports whether two quotes at the beginning of a text are all of it: `"",` and `"";` are empty texts.
func (l *lexer) emptyText(atStart bool) bool {
	if !atStart {
		return false
	}
	b, err := l.in.Peek(2)
	return err != nil || b[1] == ',' || b[1] == ';' || b[1] == ')' || isBlank(b[1])
}
