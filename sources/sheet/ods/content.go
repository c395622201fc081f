package ods

import (
	"errors"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/tape"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// spreadsheet reads <office:spreadsheet>. Only its own tables are sheets: those within changes, links and drawings are not.
func (l *loader) spreadsheet(x *zipxml.Reader) error {
	return x.Children(func(name []byte) error {
		switch string(name) {
		case "calculation-settings":
			return x.Children(func(name []byte) error {
				if string(name) == "null-date" {
					if day, ok := parseDate(attr(x, "date-value")); ok {
						l.null = day
					}
				}
				return nil
			})
		case "table":
			return l.table(x)
		case "named-expressions":
			return l.namedExpressions(x, -1)
		}
		return nil
	})
}

// table reads a sheet onto its tape.
func (l *loader) table(x *zipxml.Reader) error {
	b := l.book
	name := attr(x, "name")
	if strings.HasPrefix(name, "'") && strings.Contains(name, "'#") { // what a cell of another book was when last seen
		return nil
	}
	if len(b.infos) >= b.limits.Sheets {
		return sheet.Exceeds(b.file, "", "", sheet.LimitSheets, b.limits.Sheets)
	}
	shown, known := b.styles.tables[attr(x, "style-name")]
	b.infos = append(b.infos, sheet.Info{Name: name, Hidden: known && !shown})
	depth := x.Depth()
	t := &table{loader: l, x: x, name: name}
	err := t.children()
	var done *tape.Tape
	if err == nil {
		if done, err = l.recorder.Finish(&t.tail); err != nil {
			err = t.recordError(err)
		}
	}
	if err == nil {
		b.sheets = append(b.sheets, recorded{tape: done})
		return nil
	}
	var own *sheetError
	if !errors.As(err, &own) {
		return err
	}
	b.sheets = append(b.sheets, recorded{err: own.fault})
	l.recorder.Reset()
	for x.Depth() >= depth {
		if err := x.Skip(); err != nil {
			return err
		}
	}
	return nil
}

// sheetError is an error that concerns one sheet: those behind it can be read.
type sheetError struct{ fault *fault.Error }

func (e *sheetError) Error() string { return e.fault.Error() }

// namedExpressions reads defined names; of is the sheet they belong to.
func (l *loader) namedExpressions(x *zipxml.Reader, of int) error {
	return x.Children(func(kind []byte) error {
		n := sheet.Name{Name: attr(x, "name"), Sheet: of}
		switch string(kind) {
		case "named-range":
			n.Refers = excelRange(attr(x, "cell-range-address"))
		case "named-expression":
			n.Refers = strings.TrimPrefix(attr(x, "expression"), "of:")
		default:
			return nil
		}
		if len(l.book.names) >= maxStyles {
			return sheet.Exceeds(l.book.file, "", "", "names", maxStyles)
		}
		l.book.names = append(l.book.names, n)
		return nil
	})
}

// excelRange writes $Sheet1.$A$1:.$C$3 as Excel does: Sheet1!$A$1:$C$3. What is nothing of this kind stays as it is.
func excelRange(address string) string {
	title, first, ok := cutAddress(address)
	if !ok {
		return address
	}
	first, last, ranged := strings.Cut(first, ":")
	if !ranged {
		return title + "!" + first
	}
	other, last, ok := cutAddress(last)
	if !ok || other != "" && other != title {
		return address
	}
	return title + "!" + first + ":" + last
}

// cutAddress cuts $'Sheet 1'.$A$1 into the sheet's name as it is quoted and the rest.
func cutAddress(s string) (title, rest string, ok bool) {
	bare := strings.TrimPrefix(s, "$")
	if !strings.HasPrefix(bare, "'") {
		return strings.Cut(bare, ".")
	}
	for i := 1; i < len(bare); i++ {
		if bare[i] != '\'' {
			continue
		}
		if i+1 < len(bare) && bare[i+1] == '\'' {
			i++
			continue
		}
		rest, ok = strings.CutPrefix(bare[i+1:], ".")
		return bare[:i+1], rest, ok
	}
	return "", "", false
}
