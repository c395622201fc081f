package jsonstat

import (
	"fmt"
	"strconv"
	"strings"
)

// dataset is what an object says of a dataset, a collection or a bundle.
type dataset struct {
	key      string // its name in a bundle
	name     string // its identifier, where the publisher gives one
	class    string
	label    string
	href     string
	source   string
	updated  string
	notes    []string
	ids      []string
	sizes    []int64
	roles    map[string]string // dimension -> time, geo or metric
	dims     map[string]*dimension
	flags    map[string]string // status -> what it means
	value    place
	status   place
	items    []*dataset // of a collection or a bundle
	links    int        // items that are but links
	problems string     // what the publisher's server says went wrong
}

// place is where a list stands in the text.
type place struct {
	open  byte // the byte it begins with; 0 for none
	at    int64
	count int64 // items
	text  string
}

// dataset reads an object; bundle says that members which are no part of a dataset may be datasets themselves, as in
// version 1 of the format.
func (p *parser) dataset(bundle bool) (*dataset, error) {
	d := &dataset{roles: map[string]string{}, dims: map[string]*dimension{}, flags: map[string]string{}}
	err := p.object(func(key string) error { return p.member(d, key, bundle) })
	return d, err
}

func (p *parser) member(d *dataset, key string, bundle bool) (err error) {
	c, err := p.peek()
	if err != nil {
		return err
	}
	switch key {
	case "class":
		return p.into(&d.class)
	case "label":
		return p.into(&d.label)
	case "href":
		return p.into(&d.href)
	case "source":
		return p.into(&d.source)
	case "updated":
		return p.into(&d.updated)
	case "note":
		d.notes, err = p.texts()
		return err
	case "error":
		list, err := p.texts()
		d.problems = strings.Join(list, "; ")
		return err
	case "id":
		d.ids, err = p.texts()
		return err
	case "size":
		return p.sizes(d)
	case "role":
		return p.roles(d)
	case "dimension":
		return p.dimensions(d)
	case "value":
		d.value, err = p.place()
		return err
	case "status":
		d.status, err = p.place()
		return err
	case "extension":
		return p.extension(d)
	case "link":
		return p.link(d)
	}
	if !bundle || c != '{' {
		return p.skip()
	}
	item, err := p.dataset(false)
	if err == nil && item.value.open != 0 && len(item.dims) > 0 {
		item.key = key
		d.items = append(d.items, item)
	}
	return err
}

// into keeps a string; what is none is passed over.
func (p *parser) into(s *string) error {
	c, err := p.peek()
	if err != nil {
		return err
	}
	if c != '"' {
		return p.skip()
	}
	*s, err = p.keep()
	return err
}

// texts reads a list of strings, or a single one; numbers are taken as they are written, all else is passed over.
func (p *parser) texts() (list []string, err error) {
	item := func(int64) error {
		c, err := p.peek()
		switch {
		case err != nil:
			return err
		case c == '{' || c == '[' || c == 'n':
			return p.skip()
		}
		_, s, err := p.plain(nil)
		list = append(list, string(s))
		if err == nil {
			err = p.charge(len(s) + 32)
		}
		return err
	}
	c, err := p.peek()
	if err != nil {
		return nil, err
	}
	if c == '[' {
		err = p.array(item)
	} else {
		err = item(0)
	}
	return list, err
}

func (p *parser) sizes(d *dataset) error {
	list, err := p.texts()
	if err != nil {
		return err
	}
	d.sizes = nil
	for _, s := range list {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return p.broken(fmt.Sprintf("%.20q is no size of a dimension", s))
		}
		d.sizes = append(d.sizes, n)
	}
	return nil
}

func (p *parser) roles(d *dataset) error {
	return p.ifObject(func(role string) error {
		ids, err := p.texts()
		for _, id := range ids {
			d.roles[id] = role
		}
		return err
	})
}

// ifObject reads an object; what is none is passed over.
func (p *parser) ifObject(member func(key string) error) error {
	c, err := p.peek()
	if err != nil {
		return err
	}
	if c != '{' {
		return p.skip()
	}
	return p.object(member)
}

// place notes where a list stands and counts its items.
func (p *parser) place() (place, error) {
	c, err := p.peek()
	if err != nil {
		return place{}, err
	}
	at := place{open: c, at: p.at}
	switch c {
	case '[':
		err = p.array(func(i int64) error { at.count = i + 1; return p.skip() })
	case '{':
		err = p.object(func(string) error { at.count++; return p.skip() })
	case '"':
		at.text, err = p.keep()
	default:
		at.open = 0
		err = p.skip()
	}
	return at, err
}

// extension reads what publishers add: the identifier of the table and the meaning of statuses.
func (p *parser) extension(d *dataset) error {
	return p.ifObject(func(key string) error {
		switch key {
		case "id":
			return p.into(&d.name)
		case "px":
			return p.ifObject(func(key string) error {
				if key == "tableid" || key == "matrix" && d.name == "" {
					return p.into(&d.name)
				}
				return p.skip()
			})
		case "status":
			return p.ifObject(func(key string) error {
				if key != "label" {
					return p.skip()
				}
				return p.ifObject(func(flag string) error {
					var meaning string
					err := p.into(&meaning)
					d.flags[flag] = meaning
					return err
				})
			})
		}
		return p.skip()
	})
}

// link reads the items of a collection.
func (p *parser) link(d *dataset) error {
	return p.ifObject(func(relation string) error {
		c, err := p.peek()
		if err != nil || relation != "item" || c != '[' {
			return errorOr(err, p.skip)
		}
		return p.array(func(int64) error {
			c, err := p.peek()
			if err != nil || c != '{' {
				return errorOr(err, p.skip)
			}
			item, err := p.dataset(false)
			if err != nil {
				return err
			}
			if item.value.open != 0 || len(item.items) > 0 {
				d.items = append(d.items, item)
				d.links += item.links
				return nil
			}
			if d.links++; d.href == "" {
				d.href = item.href
			}
			return p.charge(64)
		})
	})
}

func errorOr(err error, otherwise func() error) error {
	if err != nil {
		return err
	}
	return otherwise()
}
