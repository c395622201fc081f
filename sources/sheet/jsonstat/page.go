package jsonstat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/cube"
)

// The most columns that a table gets across: of its last dimension, and of the last two where the last but one is a time
// or tells what the values are.
const (
	maxAcross = 2000
	maxPair   = 200
)

// page makes the table of a dataset.
func (b *book) page(d *dataset, name string) (page, error) {
	if len(d.ids) == 0 {
		return page{}, b.fault(name, "the dataset does not tell the order of its dimensions (id)", "fetch it again")
	}
	if len(d.ids) > b.limits.Nesting {
		return page{}, sheet.Exceeds(b.in.Name, name, "", sheet.LimitNesting, b.limits.Nesting)
	}
	c := cube.Cube{Sheet: name, Decimals: -1}
	if d.label != "" {
		c.Titles = []string{d.label}
	}
	c.Notes = append(c.Notes, d.notes...)
	for i, id := range d.ids {
		dim := d.dims[id]
		if dim == nil || slices.Index(d.ids, id) != i {
			return page{}, b.fault(name, fmt.Sprintf("the dimension %q is missing, or listed twice", id), "fetch the dataset again")
		}
		printed, err := b.dim(d, dim, id, name)
		if err != nil {
			return page{}, err
		}
		if len(d.sizes) > 0 && (i >= len(d.sizes) || d.sizes[i] != int64(len(printed.Labels))) {
			return page{}, b.fault(name, fmt.Sprintf("the dimension %q has %d categories, but size says otherwise", id, len(printed.Labels)),
				"fetch the dataset again")
		}
		c.Dims = append(c.Dims, printed)
		c.Notes = append(c.Notes, dim.said(printed)...)
	}
	c.Across = across(c.Dims, d)
	for _, flag := range slices.Sorted(keys(d.flags)) {
		if d.flags[flag] != "" {
			c.Notes = append(c.Notes, flag+" = "+d.flags[flag])
		}
	}
	if d.source != "" {
		c.Notes = append(c.Notes, cube.Source("")+d.source)
	}
	if d.updated != "" {
		c.Notes = append(c.Notes, cube.Updated("")+d.updated)
	}
	p := page{table: cube.Place(c), value: d.value, status: d.status, flags: d.flags}
	return p, b.checkSize(p, name)
}

// checkSize refuses a cube that is too large, or does not have the values that its dimensions call for.
func (b *book) checkSize(p page, name string) error {
	n := cube.Product(p.table.Dims)
	switch {
	case n == 0:
		return b.fault(name, "this JSON-stat dataset has no values: one of its dimensions is empty", "widen the query")
	case n > b.limits.Cells || n/p.table.Width*p.table.Cells() > b.limits.Cells:
		return sheet.Exceeds(b.in.Name, name, "", sheet.LimitCells, b.limits.Cells)
	case p.value.open == '[' && p.value.count != n, p.value.open == '{' && p.value.count > n:
		return b.fault(name, fmt.Sprintf("the dimensions call for %d values, but there are %d", n, p.value.count),
			"fetch the dataset again, or ask the office for a sound one")
	case p.value.open != '[' && p.value.open != '{':
		return b.fault(name, "the values of the dataset are no list", "fetch the dataset again")
	case p.status.open == '[' && p.status.count != n && p.status.count != 1:
		return b.fault(name, fmt.Sprintf("there are %d values, but %d statuses", n, p.status.count), "fetch the dataset again")
	}
	return nil
}

// dim makes a dimension that can be printed.
func (b *book) dim(d *dataset, dim *dimension, id, name string) (cube.Dim, error) {
	codes, why := dim.order()
	if why != "" {
		return cube.Dim{}, b.fault(name, fmt.Sprintf("the dimension %q cannot be read: %s", id, why), "fetch the dataset again")
	}
	out := cube.Dim{Name: dim.label, Labels: make([]string, len(codes)), Indents: dim.depths(codes)}
	if out.Name == "" {
		out.Name = id
	}
	for i, code := range codes {
		if out.Labels[i] = dim.labels[code]; out.Labels[i] == "" {
			out.Labels[i] = code
		}
		u, ok := dim.units[code]
		if !ok {
			continue
		}
		if out.Units == nil {
			out.Units, out.Decimals = make([]string, len(codes)), slices.Repeat([]int{-1}, len(codes))
		}
		out.Units[i], out.Decimals[i] = u.text(), u.decimals
	}
	if out.Units != nil && !slices.ContainsFunc(out.Units, func(u string) bool { return u != "" }) {
		out.Units = nil
	}
	if d.roles[id] == "time" {
		out.Freq = frequency(out.Labels)
	}
	return out, nil
}

// frequency tells times that are but digits: months such as 202003, quarters such as 20201.
func frequency(labels []string) byte {
	for freq, digits := range map[byte]int{'M': 6, 'Q': 5} {
		fits := func(l string) bool {
			if len(l) != digits || strings.Trim(l, "0123456789") != "" {
				return false
			}
			part := l[4:]
			return freq == 'M' && part >= "01" && part <= "12" || freq == 'Q' && part >= "1" && part <= "4"
		}
		if !slices.ContainsFunc(labels, func(l string) bool { return !fits(l) }) {
			return freq
		}
	}
	return 0
}

// said lists what the notes of a dimension say.
func (dim *dimension) said(printed cube.Dim) []string {
	var notes []string
	for _, n := range dim.notes {
		notes = append(notes, printed.Name+": "+n)
	}
	codes, _ := dim.order()
	for i, code := range codes {
		for _, n := range dim.about[code] {
			notes = append(notes, printed.Labels[i]+": "+n)
		}
	}
	return notes
}

// across decides how many dimensions go across: the last one, also the one before it where that is a time or tells what
// the values are and there is room. A last dimension that is very long goes down with the others.
func across(dims []cube.Dim, d *dataset) int {
	last := len(dims) - 1
	if len(dims[last].Labels) > maxAcross {
		return 0
	}
	if last == 0 {
		return 1
	}
	before := d.roles[d.ids[last-1]]
	if len(dims) > 2 && (before == "time" || before == "metric") && len(dims[last-1].Labels)*len(dims[last].Labels) <= maxPair {
		return 2
	}
	return 1
}
