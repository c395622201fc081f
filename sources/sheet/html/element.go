package html

import (
	"regexp"
	"strings"
)

// attrs are the attributes of an element that matter.
type attrs struct {
	class, style, align, id, face, name, content string
	colspan, rowspan, span                       string
	num, str, fmla, err, boolean, sdval, sdnum   string // Excel's and LibreOffice's word on a cell's value
	hasNum, hasStr, hasFmla, hasVal, hidden      bool
	excel                                        bool // a name space of Excel is declared
}

// maxWords and maxWord bound what is remembered of attributes and looks, to be had again sooner.
const (
	maxWords = 1 << 12
	maxWord  = 1 << 8
)

// word gives the value of an attribute, the same string for the same value.
func (p *page) word(b []byte) string {
	s, ok := p.words[string(b)]
	if !ok {
		s = string(b)
		if len(p.words) < maxWords && len(s) < maxWord {
			p.words[s] = s
		}
	}
	return s
}

// attributes reads the attributes of the tag that was just read.
func (p *page) attributes(more bool) (a attrs) {
	for more {
		var key, val []byte
		key, val, more = p.z.TagAttr()
		switch string(key) {
		case "class":
			a.class = p.word(val)
		case "style":
			a.style = p.word(val)
		case "align":
			a.align = p.word(val)
		case "id":
			a.id = string(val)
		case "face":
			a.face = p.word(val)
		case "name":
			a.name = string(val)
		case "content":
			a.content = string(val)
		case "colspan":
			a.colspan = p.word(val)
		case "rowspan":
			a.rowspan = p.word(val)
		case "span":
			a.span = string(val)
		case "hidden":
			a.hidden = true
		case "x:num":
			a.num, a.hasNum = string(val), true
		case "x:str":
			a.str, a.hasStr = string(val), true
		case "x:fmla":
			a.fmla, a.hasFmla = string(val), true
		case "x:err":
			a.err = string(val)
		case "x:bool":
			a.boolean = string(val)
		case "sdval":
			a.sdval, a.hasVal = string(val), true
		case "sdnum":
			a.sdnum = p.word(val)
		case "xmlns:x":
			a.excel = strings.Contains(string(val), "office:excel")
		}
	}
	return a
}

// lookKey is what the look of an element is made of.
type lookKey struct {
	tag, class, style, align, face string
	hidden                         bool
}

// look gives the look of an element by its tag, its classes and its own style.
func (p *page) look(tag string, a *attrs) look {
	key := lookKey{tag: tag, class: a.class, style: a.style, align: a.align, face: a.face, hidden: a.hidden}
	l, ok := p.looks[key]
	if !ok {
		l = p.makeLook(&key)
		if len(p.looks) < maxWords && len(a.class)+len(a.style)+len(a.align)+len(a.face) < maxWord {
			p.looks[key] = l
		}
	}
	return l
}

func (p *page) makeLook(k *lookKey) look {
	l := p.rules.of(k.tag, k.class)
	if align := alignOf(strings.ToLower(k.align)); l.align == "" && !p.byType(align) {
		l.align = align
	}
	if k.face != "" {
		l.set("font-family", k.face)
	}
	if k.style != "" {
		var own look
		own.declare(k.style)
		l = own.over(l)
	}
	if k.hidden {
		l.hidden = yes
	}
	return l
}

// officeSuite names LibreOffice and its ancestors and siblings.
var officeSuite = regexp.MustCompile(`(?i)^(?:libreoffice|openoffice|apache openoffice|staroffice|collabora)`)

// byType reports whether an attribute align only says what follows from the type of the value.
func (p *page) byType(align string) bool {
	return p.excel || p.libre && (align == "left" || align == "right")
}
