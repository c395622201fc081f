package xlsx

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape resolves _xHHHH_, which stands for a UTF-16 unit that XML cannot hold, or for the underscore of a text that
// looks like such an escape.
func unescape(s string) string {
	i := strings.Index(s, "_x")
	if i < 0 {
		return s
	}
	var out strings.Builder
	done := 0 // what lies before is in out
	for i < len(s) {
		unit, ok := escaped(s[i:])
		if !ok {
			i++
			continue
		}
		out.WriteString(s[done:i])
		i += escapeLen
		r := rune(unit)
		if utf16.IsSurrogate(r) {
			low, _ := escaped(s[i:])
			if r = utf16.DecodeRune(r, rune(low)); r != utf8.RuneError {
				i += escapeLen
			}
		}
		out.WriteRune(r)
		done = i
	}
	out.WriteString(s[done:])
	return out.String()
}

const escapeLen = len("_x000D_")

// escaped reads an escape at the start of s.
func escaped(s string) (unit uint16, ok bool) {
	if len(s) < escapeLen || s[0] != '_' || s[1] != 'x' || s[escapeLen-1] != '_' {
		return 0, false
	}
	for _, c := range []byte(s[2 : escapeLen-1]) {
		var digit byte
		switch {
		case c >= '0' && c <= '9':
			digit = c - '0'
		case c >= 'a' && c <= 'f':
			digit = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			digit = c - 'A' + 10
		default:
			return 0, false
		}
		unit = unit<<4 | uint16(digit)
	}
	return unit, true
}
