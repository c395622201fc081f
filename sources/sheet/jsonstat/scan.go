package jsonstat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// Scan reads the values and their statuses side by side.
func (b *book) Scan(ctx context.Context, i int, visit func(*sheet.Row) error) (*sheet.Tail, error) {
	p := &b.sheets[i]
	plain, err := b.pointShown(ctx, p)
	if err != nil {
		return nil, err
	}
	printer, err := p.table.Print(ctx, visit)
	if err != nil {
		return nil, err
	}
	width := int(p.table.Width)
	line := make([]sheet.Cell, width)
	var remarks []cube.Remark
	err = b.pairs(ctx, p, func(index int64, v item, status string) error {
		at := int(index % p.table.Width)
		cell, remark := p.cell(v, status, plain)
		line[at] = cell
		if remark != "" {
			remarks = append(remarks, cube.Remark{Value: index, Text: remark})
		}
		if at+1 < width {
			return nil
		}
		err := printer.Row(index/p.table.Width, func(k int) sheet.Cell { return line[k] }, remarks)
		remarks = remarks[:0]
		return err
	})
	if err != nil {
		return nil, err
	}
	return printer.End()
}

// item is a value as it is stored.
type item struct {
	kind   kind
	stored bool // false where a sparse dataset leaves the value out
	text   string
}

// cell makes the cell of a value, and what has to be remarked on it. A flag that readers of tables know stands behind its
// number, as offices print it; another one, or one behind a number that could then be read in two ways, is a remark.
func (p *page) cell(v item, status string, plain bool) (c sheet.Cell, remark string) {
	switch v.kind {
	case number:
		c, ok := cube.Number(v.text)
		switch {
		case !ok:
			return sheet.Cell{Type: sheet.Text, Text: v.text}, p.meaning(status)
		case status == "" || strings.EqualFold(status, "A"):
			return c, ""
		case isFlag(status) && (plain || !twoWays(v.text)):
			return sheet.Cell{Type: sheet.Text, Text: v.text + " " + status}, ""
		}
		return c, p.meaning(status)
	case null:
		switch {
		case isMark(status):
			return sheet.Cell{Type: sheet.Text, Text: status}, ""
		case v.stored || status != "":
			return sheet.Cell{Type: sheet.Text, Text: "null"}, p.meaning(status)
		}
		return sheet.Cell{}, ""
	}
	return sheet.Cell{Type: sheet.Text, Text: v.text}, p.meaning(status)
}

// meaning says what a status means, as far as the dataset tells.
func (p *page) meaning(status string) string {
	if m := p.flags[status]; m != "" {
		return status + " = " + m
	}
	return status
}

// isFlag tells the letters for breaks, estimates, forecasts, provisional and revised figures.
func isFlag(status string) bool {
	return len(status) <= 3 && strings.Trim(strings.ToLower(status), "befpr") == ""
}

// isMark tells what stands in the place of missing and confidential values.
func isMark(status string) bool {
	switch strings.ToLower(status) {
	case "-", "–", ".", "..", "...", "…", "....", ":", "x", "z", "c", "*", "n/a", "na", "n.a.":
		return true
	}
	return false
}

// twoWays reports whether a number that is read as a text leaves open what its point means: 1.234.
func twoWays(digits string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(digits, "-"), ".")
	return point && len(fraction) == 3 && len(whole) <= 3 && whole[0] != '0'
}

// pointShown reports whether a number with a flag shows to those who read it as a text that a point is the decimal point.
func (b *book) pointShown(ctx context.Context, p *page) (shown bool, err error) {
	if p.status.open == 0 || p.status.open == '"' && !isFlag(p.status.text) {
		return false, nil
	}
	err = b.pairs(ctx, p, func(_ int64, v item, status string) error {
		if v.kind == number && status != "" && isFlag(status) && strings.Contains(v.text, ".") && !strings.ContainsAny(v.text, "eE") && !twoWays(v.text) {
			shown = true
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return shown, err
}

// pairs calls visit with every value of the cube in order and its status.
func (b *book) pairs(ctx context.Context, p *page, visit func(index int64, v item, status string) error) error {
	total := cube.Product(p.table.Dims)
	status, err := b.statuses(ctx, p, total)
	if err != nil {
		return err
	}
	defer status.stop()
	visited := func(index int64, v item) error {
		s, err := status.at(index)
		if err != nil {
			return err
		}
		return visit(index, v, s)
	}
	r := newParser(ctx, b.in, b.limits, p.value.at)
	if p.value.open == '[' {
		var buf []byte
		return r.array(func(index int64) error {
			k, text, err := r.plain(buf[:0])
			if err != nil {
				return err
			}
			buf = text
			return visited(index, item{kind: k, stored: true, text: string(text)})
		})
	}
	list, err := b.sparse(r, p, total)
	if err != nil {
		return err
	}
	for index := range total {
		if index%(16<<10) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var v item
		if len(list) > 0 && list[0].index == index {
			v, list = list[0].item, list[1:]
		}
		if err := visited(index, v); err != nil {
			return err
		}
	}
	return nil
}

// indexed is a member of a sparse list.
type indexed struct {
	index int64
	item
}

// sparse reads an object whose keys are indices, and puts it in order.
func (b *book) sparse(r *parser, p *page, total int64) ([]indexed, error) {
	var list []indexed
	err := r.object(func(key string) error {
		index, err := strconv.ParseInt(key, 10, 64)
		if err != nil || index < 0 || index >= total {
			return b.fault(p.table.Sheet, fmt.Sprintf("there is no value %.30q among %d", key, total), "fetch the dataset again")
		}
		k, text, err := r.plain(nil)
		if err != nil {
			return err
		}
		list = append(list, indexed{index, item{kind: k, stored: true, text: string(text)}})
		return r.charge(len(text) + 48)
	})
	if err != nil {
		return nil, err
	}
	before := func(a, b indexed) int { return cmp.Compare(a.index, b.index) }
	if !slices.IsSortedFunc(list, before) {
		slices.SortStableFunc(list, before)
	}
	for i := 1; i < len(list); i++ {
		if list[i].index == list[i-1].index {
			return nil, b.fault(p.table.Sheet, fmt.Sprintf("the value %d is given twice", list[i].index), "ask the office for a sound dataset")
		}
	}
	return list, nil
}
