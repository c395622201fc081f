package kind

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Strings is a list of texts that may also be written as one text.
type Strings []string

// Bytes is a size, written as 512MiB; units are B, KB, MB, GB, TB (powers of 1000) and KiB, MiB, GiB, TiB (of 1024).
type Bytes int64

var unitBytes = map[string]float64{
	"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
}

var size = regexp.MustCompile(`^\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)\s*$`)

// UnmarshalText reads a size. A unit is required: a bare number is too easily meant otherwise.
func (b *Bytes) UnmarshalText(text []byte) error {
	wrong := errors.New("a size has a number and a unit, such as 512MiB or 2GiB")
	m := size.FindSubmatch(text)
	if m == nil {
		return wrong
	}
	x, err := strconv.ParseFloat(string(m[1]), 64)
	unit, known := unitBytes[strings.ToUpper(string(m[2]))]
	if err != nil || !known || x*unit >= math.MaxInt64 {
		return wrong
	}
	*b = Bytes(x * unit)
	return nil
}

// String writes the size in the largest unit that leaves a whole number: 512MiB.
func (b Bytes) String() string {
	for _, u := range []string{"TiB", "GiB", "MiB", "KiB"} {
		if unit := Bytes(unitBytes[strings.ToUpper(u)]); b != 0 && b%unit == 0 {
			return strconv.FormatInt(int64(b/unit), 10) + u
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// MarshalText writes the size as UnmarshalText reads it.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// Numbers as they are written here: points for decimals, no other base, no infinity.
var (
	wholeNumber = regexp.MustCompile(`^[-+]?(0|[1-9][0-9_]*)$`)
	anyNumber   = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(\.[0-9_]+)?([eE][-+]?[0-9]+)?$`)
)

// scalar fills a value that is written as one text.
func (d *Decoder) scalar(path string, n *yaml.Node, v reflect.Value, f Field) {
	if n.Kind != yaml.ScalarNode {
		d.fail(path, n, fmt.Sprintf("%s is %s where %s is expected", label(path), describe(n), wanted(v)), "")
		return
	}
	if want := d.set(path, n, v, f); want != "" {
		d.fail(path, n, fmt.Sprintf("%s is %s", label(path), d.quote(n)), want)
	}
}

// set stores a scalar, or says what would be right.
func (d *Decoder) set(path string, n *yaml.Node, v reflect.Value, f Field) (want string) {
	_, outside := d.shown(n)
	quoted := !outside && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(n.Value)); err != nil {
			return d.hide(path, err.Error())
		}
		return ""
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		return setDuration(n.Value, v)
	}
	if v.Kind() == reflect.String {
		return d.setText(n, v, f)
	}
	want = setNumber(n.Value, v, f)
	if quoted && want == "" {
		want = wanted(v) + " is expected, without quotes"
	}
	return want
}

func (d *Decoder) setText(n *yaml.Node, v reflect.Value, f Field) (want string) {
	if n.Tag == "!!bool" {
		return fmt.Sprintf("a text is expected: if this is meant as one, put it in quotes: %q", n.Value)
	}
	if len(f.Enum) > 0 && !slices.Contains(f.Enum, n.Value) {
		if _, outside := d.shown(n); outside {
			return Choices(f.Enum)
		}
		return enumHint(n.Value, f.Enum)
	}
	if (f.Required || f.Default != "") && strings.TrimSpace(n.Value) == "" {
		return "it must not be empty"
	}
	v.SetString(n.Value)
	return ""
}

// enumHint lists the choices and adds the one that was probably meant, where that is not plain to see.
func enumHint(value string, enum []string) string {
	if near, ok := Nearest(value, enum); ok && len(enum) > 2 {
		return Choices(enum) + fmt.Sprintf(" (did you mean %q?)", near)
	}
	return Choices(enum)
}

func setDuration(s string, v reflect.Value) (want string) {
	span, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil || span < 0 {
		return "a time span has a number and a unit, such as 30s, 5m or 24h"
	}
	v.SetInt(int64(span))
	return ""
}

// setNumber stores a number, true or false.
func setNumber(s string, v reflect.Value, f Field) (want string) {
	digits := strings.ReplaceAll(s, "_", "")
	var x float64
	switch {
	case v.Kind() == reflect.Bool:
		if s = strings.ToLower(s); s != "true" && s != "false" {
			return "true or false is expected"
		}
		v.SetBool(s == "true")
		return ""
	case v.CanInt():
		i, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || !wholeNumber.MatchString(s) || v.OverflowInt(i) {
			return "a whole number such as 10 is expected"
		}
		v.SetInt(i)
		x = float64(i)
	case v.CanUint():
		i, err := strconv.ParseUint(digits, 10, 64)
		if err != nil || !wholeNumber.MatchString(s) || v.OverflowUint(i) {
			return "a whole number from 0 is expected"
		}
		v.SetUint(i)
		x = float64(i)
	case v.CanFloat():
		var err error
		if x, err = strconv.ParseFloat(digits, 64); err != nil || !anyNumber.MatchString(s) || v.OverflowFloat(x) {
			return "a number is expected; decimals take a point: 1.5"
		}
		v.SetFloat(x)
	default:
		return fmt.Sprintf("options of the type %s cannot be read from a configuration", v.Type())
	}
	return inRange(x, f)
}

func inRange(x float64, f Field) (want string) {
	write := func(p *float64) string { return strconv.FormatFloat(*p, 'f', -1, 64) }
	if f.Minimum != nil && f.Maximum != nil && *f.Minimum == *f.Maximum && x != *f.Minimum {
		return "it must be " + write(f.Minimum)
	}
	switch below, above := f.Minimum != nil && x < *f.Minimum, f.Maximum != nil && x > *f.Maximum; {
	case (below || above) && f.Minimum != nil && f.Maximum != nil:
		return fmt.Sprintf("it must lie between %s and %s", write(f.Minimum), write(f.Maximum))
	case below:
		return "it must be at least " + write(f.Minimum)
	case above:
		return "it must be at most " + write(f.Maximum)
	}
	return ""
}

// wanted says in plain words what a value of the type looks like.
func wanted(v reflect.Value) string {
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		return "a time span such as 30s"
	case v.Type() == reflect.TypeFor[Bytes]():
		return "a size such as 512MiB"
	case v.CanInt() || v.CanUint():
		return "a whole number"
	case v.CanFloat():
		return "a number"
	case v.Kind() == reflect.Bool:
		return "true or false"
	}
	return "a text"
}

// describe says in plain words what a node is.
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a group of keys"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "a number"
	case n.Tag == "!!bool":
		return "true or false"
	case n.Tag == "!!null":
		return "empty"
	}
	return "a text"
}

// blot replaces a value in a text by what may be shown, in the forms in which messages commonly quote it. A value too
// short to be told from ordinary words is replaced only where it stands by itself.
func blot(text, value, shown string) string {
	quoted := strconv.Quote(value)
	for _, form := range []string{value, quoted[1 : len(quoted)-1], url.QueryEscape(value), url.PathEscape(value)} {
		if len(form) >= 4 {
			text = strings.ReplaceAll(text, form, shown)
			continue
		}
		text = replaceWord(text, form, shown)
	}
	return text
}

func replaceWord(text, word, by string) string {
	if word == "" {
		return text
	}
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	var b strings.Builder
	for {
		i := strings.Index(text, word)
		if i < 0 {
			return b.String() + text
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		b.WriteString(text[:i])
		if i > 0 && letter(before) || len(text) > i+len(word) && letter(after) {
			b.WriteString(word)
		} else {
			b.WriteString(by)
		}
		text = text[i+len(word):]
	}
}
