package jsonstat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// dimension is one dimension with its categories.
type dimension struct {
	label  string
	notes  []string
	codes  []string // in order
	index  map[string]int64
	labels map[string]string
	first  []string // codes in the order of the labels
	units  map[string]unit
	child  map[string][]string
	about  map[string][]string // code -> notes
}

// unit is the unit of a category.
type unit struct {
	label, base, symbol string
	multiplier          int
	decimals            int // -1 if it is not stated
}

// text names the unit.
func (u unit) text() string {
	name := u.label
	if name == "" {
		name = u.base
	}
	if name == "" {
		name = u.symbol
	}
	if u.label != "" || u.multiplier == 0 {
		return name
	}
	word, ok := map[int]string{3: "thousand", 6: "million", 9: "billion"}[u.multiplier]
	if !ok {
		word = "10^" + strconv.Itoa(u.multiplier)
	}
	return strings.TrimSpace(word + " " + name)
}

// dimensions reads the dimensions; version 1 of the format keeps their order, sizes and roles among them.
func (p *parser) dimensions(d *dataset) error {
	return p.ifObject(func(key string) (err error) {
		c, err := p.peek()
		if err != nil {
			return err
		}
		switch {
		case key == "id" && c == '[':
			d.ids, err = p.texts()
			return err
		case key == "size" && c == '[':
			return p.sizes(d)
		case c != '{':
			return p.skip()
		}
		dim := &dimension{}
		roles := map[string]string{}
		err = p.object(func(member string) (err error) {
			switch member {
			case "label":
				return p.into(&dim.label)
			case "note":
				dim.notes, err = p.texts()
				return err
			case "category":
				return p.category(dim)
			case "time", "geo", "metric":
				if key != "role" {
					return p.skip()
				}
				ids, err := p.texts()
				for _, id := range ids {
					roles[id] = member
				}
				return err
			}
			return p.skip()
		})
		if key == "role" && dim.index == nil && dim.labels == nil && dim.codes == nil {
			for id, role := range roles {
				d.roles[id] = role
			}
			return err
		}
		d.dims[key] = dim
		return err
	})
}

func (p *parser) category(dim *dimension) error {
	return p.ifObject(func(member string) (err error) {
		c, err := p.peek()
		if err != nil {
			return err
		}
		switch {
		case member == "index" && c == '[':
			dim.codes, err = p.texts()
			return err
		case member == "index":
			dim.index = map[string]int64{}
			return p.ifObject(func(code string) error {
				_, s, err := p.plain(nil)
				if err != nil {
					return err
				}
				n, err := strconv.ParseInt(string(s), 10, 64)
				if err != nil {
					return p.broken(fmt.Sprintf("%.20q is no place of a category", s))
				}
				dim.index[code] = n
				return p.charge(len(code) + 64)
			})
		case member == "label":
			dim.labels = map[string]string{}
			return p.ifObject(func(code string) error {
				var label string
				err := p.into(&label)
				dim.labels[code] = label
				dim.first = append(dim.first, code)
				return err
			})
		case member == "unit":
			dim.units = map[string]unit{}
			return p.ifObject(func(code string) error {
				u, err := p.unitOf()
				dim.units[code] = u
				return err
			})
		case member == "child":
			dim.child = map[string][]string{}
			return p.ifObject(func(code string) error {
				dim.child[code], err = p.texts()
				return err
			})
		case member == "note":
			dim.about = map[string][]string{}
			return p.ifObject(func(code string) error {
				dim.about[code], err = p.texts()
				return err
			})
		}
		return p.skip()
	})
}

func (p *parser) unitOf() (unit, error) {
	u := unit{decimals: -1}
	err := p.ifObject(func(key string) error {
		switch key {
		case "label":
			return p.into(&u.label)
		case "base":
			return p.into(&u.base)
		case "symbol":
			return p.into(&u.symbol)
		case "multiplier", "decimals":
			list, err := p.texts()
			if len(list) == 1 {
				if n, err := strconv.Atoi(list[0]); err == nil && n >= 0 && n < 100 && key == "decimals" {
					u.decimals = n
				} else if err == nil && key == "multiplier" {
					u.multiplier = n
				}
			}
			return err
		}
		return p.skip()
	})
	return u, err
}

// order gives the codes of a dimension in their order, and why there is none.
func (dim *dimension) order() (codes []string, why string) {
	switch {
	case dim.codes != nil:
		return dim.codes, ""
	case dim.index != nil:
		codes = make([]string, len(dim.index))
		seen := make([]bool, len(dim.index))
		for code, at := range dim.index {
			if at < 0 || at >= int64(len(codes)) || seen[at] {
				return nil, "its categories are not numbered from 0 on"
			}
			codes[at], seen[at] = code, true
		}
		return codes, ""
	case len(dim.first) == 1:
		return dim.first, ""
	}
	return nil, "the order of its categories is not told"
}

// depths gives how deep each category lies in the hierarchy; nil where there is none.
func (dim *dimension) depths(codes []string) []int {
	if len(dim.child) == 0 {
		return nil
	}
	parent := map[string]string{}
	for _, code := range slices.Sorted(keys(dim.child)) {
		for _, c := range dim.child[code] {
			if _, known := parent[c]; !known && c != code {
				parent[c] = code
			}
		}
	}
	depths := make([]int, len(codes))
	for i, code := range codes {
		for up, ok := parent[code]; ok && depths[i] < maxDepth; up, ok = parent[up] {
			depths[i]++
		}
	}
	return depths
}

// maxDepth bounds hierarchies, which may go round in a circle.
const maxDepth = 15
