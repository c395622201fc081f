package delim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
)

// delimiters are those that are looked for, with their names.
var delimiters = map[byte]string{'\t': "tab", ';': "semicolon", '|': "bar", ',': "comma"}

// order decides between delimiters that fit equally well. A comma comes last: it is also a decimal mark.
var order = []byte{'\t', ';', '|', ','}

// sampleSize and sampleRecords bound what the delimiter is judged by.
const (
	sampleSize    = 256 << 10
	sampleRecords = 500
)

// errEnough ends parsing the sample.
var errEnough = errors.New("enough")

// findDialect finds the delimiter that cuts most records into the same number of fields.
func (b *book) findDialect(ctx context.Context) error {
	sample, err := io.ReadAll(io.LimitReader(b.text(ctx), 64))
	if err != nil {
		return err
	}
	if comma, ok := sepLine(sample); ok {
		b.comma, b.skip = comma, true
		return nil
	}
	b.comma = ','
	best := 0.0
	lines := 0
	for _, comma := range order {
		share, records, err := b.consistency(ctx, comma)
		if err != nil {
			return err
		}
		lines = max(lines, records)
		if share > best {
			b.comma, best = comma, share
		}
	}
	if best == 0 && lines <= 1 && !namedText(b.in.Name) {
		return &fault.Error{
			Kind: fault.Input, File: b.in.Name, What: "this is a line of text, not a table",
			Remedy: "fetch it again: it may be a message of the server",
		}
	}
	return nil
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

// consistency gives the share of the sample's records that have the most frequent number of fields, counting only those
// that the delimiter cuts, and their number. A sample that cannot be parsed with the delimiter has none.
func (b *book) consistency(ctx context.Context, comma byte) (share float64, records int, err error) {
	widths := map[int]int{}
	size := 0
	err = b.records(ctx, comma, func(r *record) error {
		if r.blank() {
			return nil
		}
		widths[r.fields()]++
		records++
		if size += len(r.buf); records >= sampleRecords || size >= sampleSize {
			return errEnough
		}
		return nil
	})
	if fault.KindOf(err) == fault.Input || fault.KindOf(err) == fault.Limit {
		return 0, sampleRecords, nil // reading it for good will say what is wrong
	}
	if err != nil && !errors.Is(err, errEnough) {
		return 0, 0, err
	}
	delete(widths, 1)
	if len(widths) == 0 {
		return 0, records, nil
	}
	return float64(slices.Max(slices.Collect(maps.Values(widths)))) / float64(records), records, nil
}

// sepLine reads the line by which Excel is told the delimiter: sep=;
func sepLine(sample []byte) (comma byte, ok bool) {
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && delimiters[line[4]] != "" {
		return line[4], true
	}
	return 0, false
}
