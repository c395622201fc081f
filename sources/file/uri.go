package file

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// inside parts the path of an archive from the path of a member in it.
const inside = "!/"

// uriOf gives the address of a file: below the configuration's folder file:books/b.xlsx, so that the same project gives
// the same release wherever it lies; elsewhere file:///srv/books/b.xlsx. Letters of all scripts stay as they are, and
// only what would make the address ambiguous or unprintable is escaped.
func uriOf(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
		return "file:" + escape(filepath.ToSlash(rel))
	}
	abs := filepath.ToSlash(file)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // C:/...
	}
	return "file://" + escape(abs)
}

// parseURI is the inverse of uriOf; member is empty for a file that is not in an archive.
func parseURI(dir, uri string) (file, member string, err error) {
	rest, ok := strings.CutPrefix(uri, "file:")
	if !ok {
		return "", "", fmt.Errorf("open %s: not the address of a file", uri)
	}
	rest, member, inArchive := strings.Cut(rest, inside)
	abs, isAbs := strings.CutPrefix(rest, "//")
	if isAbs {
		rest = abs
	}
	file, okFile := unescape(rest)
	member, okMember := unescape(member)
	if !okFile || !okMember || file == "" || inArchive && member == "" {
		return "", "", fmt.Errorf("open %s: not the address of a file", uri)
	}
	if !isAbs {
		return filepath.Join(dir, filepath.FromSlash(file)), member, nil
	}
	if filepath.VolumeName(strings.TrimPrefix(file, "/")) != "" {
		file = file[1:]
	}
	return filepath.FromSlash(file), member, nil
}

func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || strings.ContainsRune(`%!#?\ `, r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := fromHex(s[i+1]), fromHex(s[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), true
}

func fromHex(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }

// displayName gives the last part of a path for people and for matching: valid UTF-8, composed, without control
// characters.
func displayName(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(base, string(unicode.ReplacementChar))))
}
