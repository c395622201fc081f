package html

import (
	"strconv"
	"strings"

	"github.com/statloom/statloom/sources/sheet/numfmt"
)

const general = numfmt.General

// look is what is known of the look of an element. What is not set comes from the elements around it.
type look struct {
	font         string
	bold, italic tri
	align        string
	format       string
	indent       int
	top, bottom  tri
	hidden       tri
	spaces       bool // white space counts
}

// tri is a yes, a no, or nothing said.
type tri uint8

const (
	unsaid tri = iota
	yes
	no
)

func triOf(on bool) tri {
	if on {
		return yes
	}
	return no
}

// over lays what is set in l over the look of what is around it.
func (l look) over(around look) look {
	if l.font != "" {
		around.font = l.font
	}
	if l.bold != unsaid {
		around.bold = l.bold
	}
	if l.italic != unsaid {
		around.italic = l.italic
	}
	if l.align != "" {
		around.align = l.align
	}
	if l.format != "" {
		around.format = l.format
	}
	if l.indent != 0 {
		around.indent = l.indent
	}
	if l.top != unsaid {
		around.top = l.top
	}
	if l.bottom != unsaid {
		around.bottom = l.bottom
	}
	if l.hidden != unsaid {
		around.hidden = l.hidden
	}
	around.spaces = around.spaces || l.spaces
	return around
}

// inherited is the part of a look that passes from an element to those within it.
func (l look) inherited() look {
	return look{font: l.font, bold: l.bold, italic: l.italic, align: l.align, spaces: l.spaces}
}

// sheetRules are the rules of a page's style sheets that are about one tag or one class: "td", ".xl24", "td.xl24".
type sheetRules map[string]look

// add reads a style sheet. Rules about elements within others are passed over.
func (r sheetRules) add(css string) {
	css = strings.NewReplacer("<!--", "", "-->", "").Replace(css)
	for len(css) > 0 && len(r) < maxStyles {
		selectors, rest, ok := strings.Cut(css, "{")
		if !ok {
			return
		}
		if end := strings.LastIndex(selectors, "*/"); end >= 0 {
			selectors = selectors[end+2:]
		}
		body, after := cutBlock(rest)
		css = after
		if strings.HasPrefix(strings.TrimSpace(selectors), "@") {
			continue
		}
		var l look
		l.declare(body)
		for _, s := range strings.Split(selectors, ",") {
			if s = strings.TrimSpace(s); s != "" && len(s) < maxWord && !strings.ContainsAny(s, " \t\r\n>+~:[#*") {
				tag, class, classed := strings.Cut(s, ".")
				key := strings.Clone(strings.ToLower(tag)) // not to keep the whole style sheet
				if classed {
					key += "." + class
				}
				r[key] = l.over(r[key])
			}
		}
	}
}

// cutBlock gives what stands up to the brace that closes a block, and what comes behind.
func cutBlock(s string) (body, after string) {
	depth := 1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return s[:i], s[i+1:]
			}
		case '\\':
			i++
		}
	}
	return s, ""
}

// of gives the look that the rules give to an element.
func (r sheetRules) of(tag, classes string) look {
	l := r[tag]
	for _, class := range strings.Fields(classes) {
		l = r["."+class].over(l)
		l = r[tag+"."+class].over(l)
	}
	return l
}

// declare reads declarations: what stands in a rule, or in an attribute style.
func (l *look) declare(css string) {
	for css != "" {
		var one string
		one, css = cutDeclaration(css)
		name, value, ok := strings.Cut(one, ":")
		if ok {
			l.set(strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important")))
		}
	}
}

// cutDeclaration cuts at the first semicolon that is neither escaped nor quoted.
func cutDeclaration(s string) (one, rest string) {
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ';':
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func (l *look) set(name, value string) {
	lower := strings.ToLower(value)
	switch name {
	case "font-family":
		font, _, _ := strings.Cut(value, ",")
		if font = strings.Trim(strings.TrimSpace(font), `'"`); len(font) < maxWord {
			l.font = strings.Clone(strings.ToValidUTF8(font, "\ufffd"))
		}
	case "font-weight":
		weight, _ := strconv.Atoi(lower)
		l.bold = triOf(lower == "bold" || lower == "bolder" || weight >= 600)
	case "font-style":
		l.italic = triOf(lower == "italic" || lower == "oblique")
	case "text-align":
		l.align = alignOf(lower)
	case "mso-number-format":
		l.format = formatOf(value)
	case "mso-char-indent-count":
		if n, err := strconv.Atoi(lower); err == nil && n > 0 {
			l.indent = min(n, 250)
		}
	case "padding-left":
		if l.indent == 0 {
			l.indent = indentOf(lower)
		}
	case "border":
		l.top, l.bottom = drawn(lower), drawn(lower)
	case "border-top":
		l.top = drawn(lower)
	case "border-bottom":
		l.bottom = drawn(lower)
	case "display":
		l.hidden = triOf(lower == "none")
	case "visibility":
		if lower == "hidden" || lower == "collapse" {
			l.hidden = yes
		}
	case "mso-spacerun":
		l.spaces = lower == "yes"
	case "white-space":
		l.spaces = strings.HasPrefix(lower, "pre") && lower != "pre-line"
	}
}

func alignOf(s string) string {
	switch s {
	case "left", "center", "right", "justify":
		return s
	case "middle":
		return "center"
	case "start":
		return "left"
	case "end":
		return "right"
	}
	return ""
}

// drawn reports whether a border such as ".5pt solid windowtext" is seen.
func drawn(border string) tri {
	seen := border != ""
	for _, w := range strings.Fields(border) {
		if w == "none" || w == "hidden" || w == "0" || w == "0px" || w == "0pt" || w == "initial" || w == "inherit" {
			seen = false
		}
	}
	return triOf(seen)
}

// Excel writes an indent step as a padding of 9 pixels. A padding of less than the least is that of every cell.
const (
	stepPixels  = 9
	leastPixels = 7
)

// indentOf makes steps of a padding.
func indentOf(padding string) int {
	for unit, pixels := range map[string]float64{"px": 1, "pt": 96.0 / 72, "em": 16, "cm": 96 / 2.54, "mm": 96 / 25.4, "in": 96} {
		if digits, ok := strings.CutSuffix(padding, unit); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
			if err == nil && n*pixels >= leastPixels && n*pixels < 250*stepPixels {
				return int(n*pixels/stepPixels + 0.5)
			}
		}
	}
	return 0
}

// namedFormats are the number formats that Excel calls by name.
var namedFormats = map[string]string{
	"general": general, "general date": "m/d/yy h:mm", "long date": "d-mmm-yy", "medium date": "d-mmm-yy", "short date": "m/d/yy",
	"long time": "h:mm:ss", "medium time": "h:mm AM/PM", "short time": "h:mm", "currency": `"$"#,##0.00`, "fixed": "0.00",
	"standard": "#,##0.00", "percent": "0.00%", "scientific": "0.00E+00",
}

// formatOf reads the value of mso-number-format: a name, or a code in which everything may be escaped.
func formatOf(value string) string {
	value = strings.Trim(value, `"'`)
	if code, ok := namedFormats[strings.ToLower(value)]; ok {
		return code
	}
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' || i+1 == len(value) {
			out.WriteByte(value[i])
			continue
		}
		i++
		end := i
		for end < len(value) && end < i+4 && isHex(value[end]) {
			end++
		}
		if end == i+4 { // \0022
			n, _ := strconv.ParseUint(value[i:end], 16, 32)
			out.WriteRune(rune(n))
			i = end - 1
			if end < len(value) && value[end] == ' ' {
				i++
			}
			continue
		}
		out.WriteByte(value[i])
	}
	if out.Len() == 0 || out.Len() > 1<<10 {
		return general
	}
	return strings.ToValidUTF8(out.String(), "\ufffd")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
