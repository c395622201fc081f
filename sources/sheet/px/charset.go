package px

import (
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
)

// The marks that a text in Unicode may begin with.
var (
	mark8    = []byte("\xef\xbb\xbf")
	mark16le = []byte("\xff\xfe")
	mark16be = []byte("\xfe\xff")
)

// utf8Head gives the beginning of a text without its mark.
func utf8Head(head []byte) []byte {
	if !bytes.HasPrefix(head, mark16le) && !bytes.HasPrefix(head, mark16be) {
		return bytes.TrimPrefix(head, mark8)
	}
	text, err := xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewDecoder().Bytes(head[:len(head)/2*2])
	if err != nil {
		return nil
	}
	return text
}

// reader gives the text: as it is stored but for UTF-16, which becomes UTF-8.
func (b *book) reader() (r io.Reader, unicode bool) {
	head := make([]byte, 3)
	n, _ := b.in.Data.ReadAt(head, 0)
	head = head[:n]
	section := func(from int64) io.Reader { return io.NewSectionReader(b.in.Data, from, b.in.Size-from) }
	switch {
	case bytes.HasPrefix(head, mark8):
		return section(3), true
	case bytes.HasPrefix(head, mark16le), bytes.HasPrefix(head, mark16be):
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewDecoder().Reader(section(0)), true
	}
	return section(0), false
}

// decoder finds how the file's texts are stored: a mark or texts that are UTF-8 decide, whatever CODEPAGE says, for
// offices convert files and forget the keyword; else CODEPAGE, CHARSET="ANSI" (windows-1252), or the DOS page 850.
func (b *book) decoder(k *keywords, unicode bool) (func(string) string, error) {
	valid, high := true, false
	k.texts(func(s string) {
		valid = valid && utf8.ValidString(s)
		high = high || strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
	})
	// The keywords are UTF-8 then; a value that is not keeps a mark in its place, which no number has.
	same := func(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }
	page := k.plain("CODEPAGE")
	if valid && (high || unicode) {
		return same, nil
	}
	if unicode {
		return nil, b.fault("the text says that it is Unicode, but is not", "fetch the file again")
	}
	if page == "" {
		if page = "850"; strings.EqualFold(k.plain("CHARSET"), "ANSI") {
			page = "windows-1252"
		}
	}
	m := charmapOf(page)
	switch {
	case m != nil:
		return decodeBy(m), nil
	case !high:
		return same, nil
	case strings.Contains(strings.ToLower(page), "utf"):
		return nil, b.fault("the text is not the UTF-8 that CODEPAGE promises", "fetch the file again, or ask the office for a sound one")
	}
	return nil, &fault.Error{
		Kind: fault.Input, File: b.in.Name, What: "the code page " + page + " is not known",
		Remedy: "save the file in UTF-8 and put CODEPAGE=\"utf-8\" in it",
	}
}

// decodeBy decodes by a table. The places that ISO 8859-1 and -15 leave to control characters hold letters and quotation
// marks of windows-1252 in practice.
func decodeBy(m *charmap.Charmap) func(string) string {
	return func(s string) string {
		if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return s
		}
		var out strings.Builder
		for i := range len(s) {
			r := m.DecodeByte(s[i])
			if s[i] >= 0x80 && unicode.IsControl(r) {
				r = charmap.Windows1252.DecodeByte(s[i])
			}
			out.WriteRune(r)
		}
		if m == charmap.Windows1258 {
			return norm.NFC.String(out.String())
		}
		return out.String()
	}
}

// charmapOf finds a code page by any of its names: "windows-1252", "cp850", "iso-8859-15", "ISO8859-1", "1250".
func charmapOf(page string) *charmap.Charmap {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, page)
	switch name {
	case "ansi", "latin1":
		return charmap.Windows1252
	case "latin9":
		return charmap.ISO8859_15
	}
	for _, p := range []string{"windows", "cp", "ibm", "oem", "codepage", "msdos"} {
		name = strings.TrimPrefix(name, p)
	}
	for _, e := range charmap.All {
		m, ok := e.(*charmap.Charmap)
		if !ok {
			continue
		}
		known := strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(m.String()))
		if known == name || known == "windows"+name || known == "ibmcodepage"+name {
			return m
		}
	}
	return nil
}
