package xls

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/statloom/statloom/sources/sheet"
)

// definedName is a name as the book holds it; what it refers to can be told once all sheets are known.
type definedName struct {
	name    string
	tab     int // 1-based number of the sheet it belongs to; 0 for the whole book
	hidden  bool
	formula []byte
}

// references are what formulas refer to sheets by.
type references struct {
	tabs  []int // index into Sheets by number in the book; -1 for what is no sheet
	own   []bool
	pairs []sheetPair
}

// sheetPair is a run of sheets of a book.
type sheetPair struct {
	book        int
	first, last int16
}

// book reads a SUPBOOK record: formulas refer to sheets of this book or of others.
func (r *references) book(data []byte) {
	r.own = append(r.own, len(data) >= 4 && data[2] == 1 && data[3] == 4)
}

// sheets reads an EXTERNSHEET record.
func (r *references) sheets(in *body) {
	for n := in.u16(); n > 0; n-- {
		p := sheetPair{book: int(in.u16()), first: int16(in.u16()), last: int16(in.u16())}
		if in.short {
			return
		}
		r.pairs = append(r.pairs, p)
	}
}

// Flags of a NAME record.
const (
	nameHidden  = 1 << 0
	nameMacro   = 1<<1 | 1<<2 | 1<<3
	nameBuiltin = 1 << 5
)

// builtinNames are the names that Excel itself gives.
var builtinNames = [...]string{
	"Consolidate_Area", "Auto_Open", "Auto_Close", "Extract", "Database", "Criteria", "Print_Area", "Print_Titles",
	"Recorder", "Data_Form", "Auto_Activate", "Auto_Deactivate", "Sheet_Title", "_FilterDatabase",
}

// name reads a NAME record. A damaged one is left out: no value depends on it.
func (g *globals) name() {
	in := &g.in
	flags := in.u16()
	in.u8() // key
	length, size := int(in.u8()), int(in.u16())
	in.u16()
	d := definedName{tab: int(in.u16()), hidden: flags&nameHidden != 0}
	in.u32() // lengths of texts for menus and help
	if g.version == biff8 {
		d.name, _ = in.unicode(length)
	} else {
		d.name = g.decode(in.bytes(length))
	}
	d.formula = slices.Clone(in.bytes(size))
	if flags&nameBuiltin != 0 {
		code := []rune(d.name)
		if len(code) != 1 || int(code[0]) >= len(builtinNames) {
			return
		}
		d.name = "_xlnm." + builtinNames[code[0]]
	}
	if !in.short && flags&nameMacro == 0 && d.name != "" {
		g.names = append(g.names, d)
	}
}

// resolveNames keeps the names that stand for areas of this book's sheets.
func (g *globals) resolveNames() {
	for _, d := range g.names {
		refers, ok := g.areas(d.formula)
		n := sheet.Name{Name: d.name, Sheet: -1, Refers: refers, Hidden: d.hidden}
		if d.tab > 0 {
			if n.Sheet, ok = g.sheetAt(d.tab-1), ok && g.sheetAt(d.tab-1) >= 0; !ok {
				continue
			}
		}
		if ok {
			g.book.names = append(g.book.names, n)
		}
	}
}

// sheetAt gives the index into Sheets of the sheet with a number in the book; -1 for what is no sheet.
func (g *globals) sheetAt(i int) int {
	if i < 0 || i >= len(g.refs.tabs) {
		return -1
	}
	return g.refs.tabs[i]
}

// Tokens of formulas: references to a cell or an area of a sheet, and what joins them. References come in three classes,
// 32 apart.
const (
	tokenUnion  = 0x10
	tokenParens = 0x15
	tokenMemory = 0x29
	tokenCell   = 0x3A
	tokenArea   = 0x3B
)

// areas writes a formula that is an area, or a list of them, as Excel shows it.
func (g *globals) areas(formula []byte) (string, bool) {
	var stack []string
	for len(formula) > 0 {
		token, used := formula[0], 0
		if token >= 0x40 { // another class of the same token
			token = token&0x1F | 0x20
		}
		formula = formula[1:]
		switch token {
		case tokenParens:
		case tokenMemory:
			used = 2
		case tokenUnion:
			if len(stack) < 2 {
				return "", false
			}
			stack = append(stack[:len(stack)-2], stack[len(stack)-2]+","+stack[len(stack)-1])
		case tokenCell, tokenArea:
			var ref string
			if ref, used = g.reference(formula, token == tokenArea); ref == "" {
				return "", false
			}
			stack = append(stack, ref)
		default:
			return "", false
		}
		if used > len(formula) {
			return "", false
		}
		formula = formula[used:]
	}
	return strings.Join(stack, ""), len(stack) == 1
}

// reference writes a reference to a cell or an area; "" for one that is relative, damaged or to another book.
func (g *globals) reference(d []byte, area bool) (ref string, used int) {
	first, last, d8, used := g.referenceSheets(d)
	if d8 == nil || first < 0 || last < 0 {
		return "", 0
	}
	words := 2
	if area {
		words = 4
	}
	var v [4]int // rows, then columns
	switch {
	case g.version == biff8 && len(d8) >= 2*words:
		for i := range words {
			v[i] = int(u16(d8, 2*i))
		}
		used += 2 * words
	case g.version != biff8 && len(d8) >= words+words/2:
		for i := range words / 2 {
			v[i], v[words/2+i] = int(u16(d8, 2*i)), int(d8[words+i])
		}
		used += words + words/2
	default:
		return "", 0
	}
	r := [4]int{v[0], v[0], v[1], v[1]} // first and last row, first and last column
	if area {
		r = v
	}
	if !g.absolute(&r) {
		return "", 0
	}
	return g.sheetPrefix(first, last) + rangeText(r, g.lastRow()), used
}

// absolute reports whether neither row nor column are relative, which flags say that stand in their upper bits.
func (g *globals) absolute(r *[4]int) bool {
	for i := range r {
		if flagged := g.version == biff8 && i >= 2 || g.version != biff8 && i < 2; flagged {
			if r[i]&0xC000 != 0 {
				return false
			}
		}
	}
	return r[0] <= r[1] && r[2] <= r[3]
}

// lastRow is the number of the last row of a sheet.
func (g *globals) lastRow() int {
	if g.version == biff8 {
		return 1<<16 - 1
	}
	return 1<<14 - 1
}

// referenceSheets reads which sheets a reference is to, as indexes into Sheets.
func (g *globals) referenceSheets(d []byte) (first, last int, rest []byte, used int) {
	if g.version == biff8 {
		if len(d) < 2 || int(u16(d, 0)) >= len(g.refs.pairs) {
			return 0, 0, nil, 0
		}
		p := g.refs.pairs[u16(d, 0)]
		if p.book >= len(g.refs.own) || !g.refs.own[p.book] {
			return 0, 0, nil, 0
		}
		return g.sheetAt(int(p.first)), g.sheetAt(int(p.last)), d[2:], 2
	}
	const fixed = 14
	if len(d) < fixed || int16(u16(d, 0)) >= 0 { // a sheet of this book has a negative number
		return 0, 0, nil, 0
	}
	return g.sheetAt(int(int16(u16(d, 10)))), g.sheetAt(int(int16(u16(d, 12)))), d[fixed:], fixed
}

// sheetPrefix writes the sheets of a reference, quoted where they have to be.
func (g *globals) sheetPrefix(first, last int) string {
	name := g.infos[first].Name
	quote := needsQuotes(name)
	if last != first {
		quote = quote || needsQuotes(g.infos[last].Name)
		name += ":" + g.infos[last].Name
	}
	if quote {
		name = "'" + strings.ReplaceAll(name, "'", "''") + "'"
	}
	return name + "!"
}

// needsQuotes reports whether a sheet's name could be taken for something else in a formula.
func needsQuotes(name string) bool {
	for i, r := range name {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsDigit(r) && r != '.') {
			return true
		}
	}
	_, _, cell := sheet.ParseA1(name)
	upper := strings.ToUpper(name)
	return cell || name == "" || strings.Trim(upper, "RC0123456789") == "" || upper == "TRUE" || upper == "FALSE"
}

// rangeText writes an area with absolute addresses, all columns as rows alone and all rows as columns.
func rangeText(r [4]int, lastRow int) string {
	const lastCol = 255
	row, col := func(i int) string { return "$" + strconv.Itoa(i+1) }, func(i int) string { return "$" + sheet.ColumnName(i+1) }
	switch {
	case r[2] == 0 && r[3] == lastCol:
		return row(r[0]) + ":" + row(r[1])
	case r[0] == 0 && r[1] == lastRow:
		return col(r[2]) + ":" + col(r[3])
	case r[0] == r[1] && r[2] == r[3]:
		return col(r[2]) + row(r[0])
	}
	return col(r[2]) + row(r[0]) + ":" + col(r[3]) + row(r[1])
}
