package codes

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/fold"
)

// The most that a code list may hold; the largest classifications in use stay far below.
const (
	maxBytes    = 64 << 20
	maxCodes    = 500_000
	maxMeanings = 1000 // entries of one code, valid at different times
	maxProblems = 50
)

// Load reads a code list from CSV: the columns code, name_vi, name_en (one of the names at least) and, where wanted,
// parent, aliases (separated by |), valid_from and valid_to (days such as 2025-07-01, both included). Further columns
// become attributes. All problems are reported at once, each with file and line.
func Load(r io.Reader, decl transforms.CodeList) (*List, error) {
	ld := loader{list: &List{ID: decl.ID, Name: decl.Name}, file: decl.File}
	limited := &io.LimitedReader{R: r, N: maxBytes + 1}
	if err := ld.read(limited); err != nil {
		return nil, &fault.Error{Kind: fault.Config, File: decl.File, What: "read code list " + decl.ID, Err: err}
	}
	if limited.N <= 0 {
		return nil, &fault.Error{Kind: fault.Limit, File: decl.File,
			What: fmt.Sprintf("the code list is larger than %d MiB", maxBytes>>20), Remedy: "split it into several lists"}
	}
	ld.checkCodes()
	if len(ld.problems) > 0 {
		return nil, ld.fault(decl)
	}
	ld.list.index()
	return ld.list, nil
}

// loader gathers the entries and the problems of one file.
type loader struct {
	list     *List
	file     string
	columns  []string
	problems []problem
	omitted  int
}

// problem is one thing that is wrong, with its line.
type problem struct {
	line int
	text string
}

func (ld *loader) complain(line int, format string, args ...any) {
	if len(ld.problems) >= maxProblems {
		ld.omitted++
		return
	}
	ld.problems = append(ld.problems, problem{line, fmt.Sprintf(format, args...)})
}

func (ld *loader) fault(decl transforms.CodeList) error {
	slices.SortStableFunc(ld.problems, func(a, b problem) int { return a.line - b.line })
	var errs []error
	for _, p := range ld.problems {
		errs = append(errs, fmt.Errorf("%s:%d: %s", ld.file, p.line, p.text))
	}
	if ld.omitted > 0 {
		errs = append(errs, fmt.Errorf("%s: and %d more", ld.file, ld.omitted))
	}
	if len(errs) == 1 {
		return &fault.Error{Kind: fault.Config, What: "code list " + decl.ID, Err: errs[0]}
	}
	return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("code list %s has %d problems", decl.ID, len(ld.problems)+ld.omitted),
		Err: errors.Join(errs...)}
}

// read takes in the rows; its error is one that leaves nothing to look at.
func (ld *loader) read(r io.Reader) error {
	br := bufio.NewReader(r)
	if bom, _ := br.Peek(3); string(bom) == "\ufeff" {
		_, _ = br.Discard(3)
	}
	cr := csv.NewReader(br)
	cr.FieldsPerRecord = -1
	cr.ReuseRecord = true
	header, err := cr.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty; its first line names the columns: code,name_vi,name_en")
	}
	if err != nil {
		return err
	}
	if !ld.header(header) {
		return nil
	}
	for {
		row, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			ld.complain(bad.Line, "%v", bad.Err)
			continue
		}
		if err != nil {
			return err
		}
		line, _ := cr.FieldPos(0)
		if len(ld.list.Codes) >= maxCodes {
			return fmt.Errorf("more than %d codes", maxCodes)
		}
		ld.row(line, row)
	}
}

// header takes in the names of the columns and reports whether rows can be read with them.
func (ld *loader) header(names []string) bool {
	for _, name := range names {
		name = strings.ToLower(fold.Space(name))
		switch {
		case name == "":
			ld.complain(1, "column %d has no name", len(ld.columns)+1)
		case slices.Contains(ld.columns, name):
			ld.complain(1, "column %s occurs twice", name)
		}
		ld.columns = append(ld.columns, name)
	}
	if !slices.Contains(ld.columns, "code") {
		ld.complain(1, "there is no column code (columns: %s)", strings.Join(ld.columns, ", "))
	}
	if !slices.Contains(ld.columns, "name_vi") && !slices.Contains(ld.columns, "name_en") {
		ld.complain(1, "there is no column name_vi or name_en")
	}
	return len(ld.problems) == 0
}

func (ld *loader) row(line int, row []string) {
	if len(row) == 1 && strings.TrimSpace(row[0]) == "" {
		return
	}
	if len(row) != len(ld.columns) {
		ld.complain(line, "%d fields, want %d: is a field with a comma without its quotes?", len(row), len(ld.columns))
		return
	}
	c := Code{line: line}
	for i, name := range ld.columns {
		v := fold.Space(strings.ToValidUTF8(row[i], "\ufffd"))
		if strings.ContainsRune(v, '\ufffd') {
			ld.complain(line, "%s is not UTF-8 text", name)
		}
		switch name {
		case "code":
			c.Code = v
		case "parent":
			c.Parent = v
		case "name_vi":
			c.Name.VI = v
		case "name_en":
			c.Name.EN = v
		case "aliases":
			for a := range strings.SplitSeq(v, "|") {
				if a = fold.Space(a); a != "" {
					c.Aliases = append(c.Aliases, a)
				}
			}
		case "valid_from":
			c.ValidFrom = ld.day(line, name, v)
		case "valid_to":
			c.ValidTo = ld.day(line, name, v)
		default:
			if v != "" {
				c.Attributes = append(c.Attributes, Attribute{name, v})
			}
		}
	}
	if c.Code == "" {
		ld.complain(line, "the code is empty")
		return
	}
	if c.Name.VI == "" && c.Name.EN == "" {
		ld.complain(line, "code %s has no name", c.Code)
	}
	if !c.ValidTo.IsZero() && c.ValidTo.Before(c.ValidFrom) {
		ld.complain(line, "code %s: valid_to %s is before valid_from %s", c.Code, c.ValidTo.Format(time.DateOnly), c.ValidFrom.Format(time.DateOnly))
	}
	ld.list.Codes = append(ld.list.Codes, c)
}

func (ld *loader) day(line int, column, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		ld.complain(line, "%s is %q, want a day such as 2025-07-01", column, text)
	}
	return t
}

// checkCodes looks for what is wrong between rows: the same code twice at the same time, parents that are not there
// when their child is, and circles of parents.
func (ld *loader) checkCodes() {
	codes := ld.list.Codes
	if len(codes) == 0 && len(ld.problems) == 0 {
		ld.complain(1, "the list has no codes")
	}
	byCode := make(map[string][]int, len(codes))
	for i := range codes {
		c := &codes[i]
		for _, k := range byCode[c.Code] {
			if codes[k].overlaps(c) {
				ld.complain(c.line, "code %s is also on line %d, valid at the same time", c.Code, codes[k].line)
				break
			}
		}
		if len(byCode[c.Code]) == maxMeanings {
			ld.complain(c.line, "code %s occurs more than %d times", c.Code, maxMeanings)
			continue
		}
		byCode[c.Code] = append(byCode[c.Code], i)
	}
	for i := range codes {
		c := &codes[i]
		if c.Parent == "" {
			continue
		}
		if byCode[c.Parent] == nil {
			ld.complain(c.line, "code %s: its parent %s is not in the list", c.Code, c.Parent)
		} else if !slices.ContainsFunc(byCode[c.Parent], func(k int) bool { return codes[k].overlaps(c) }) {
			ld.complain(c.line, "code %s: its parent %s is not valid at the same time", c.Code, c.Parent)
		}
	}
	ld.checkCircles(byCode)
}

// checkCircles walks from each code to its parents; a walk that comes back to itself is a circle.
func (ld *loader) checkCircles(byCode map[string][]int) {
	codes := ld.list.Codes
	const onPath, done = 1, 2
	state := make([]uint8, len(codes))
	parent := func(i int) int {
		for _, k := range byCode[codes[i].Parent] {
			if codes[k].overlaps(&codes[i]) {
				return k
			}
		}
		return -1
	}
	for i := range codes {
		var path []int
		for k := i; k >= 0 && state[k] != done; k = parent(k) {
			if state[k] == onPath {
				ld.complain(codes[k].line, "code %s is its own ancestor", codes[k].Code)
				break
			}
			state[k] = onPath
			path = append(path, k)
		}
		for _, k := range path {
			state[k] = done
		}
	}
}
