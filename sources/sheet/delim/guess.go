package delim

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// watcher gathers evidence of the encoding of a text that is not UTF-8.
type watcher struct {
	bytes   [256]int      // bytes above ASCII
	inside  [256]int      // those of them that stand between letters
	pairs   [128][128]int // two such bytes in a row, less 0x80
	last    byte
	before  byte // the one before it
	high    int  // bytes above ASCII
	vietnam int  // marks of windows-1258 on letters above ASCII
	words   int  // words of three and more letters all above ASCII, as in other scripts
	mixed   int  // words in which letters above ASCII stand among others
	run     int  // letters above ASCII of the word so far
	plain   int  // ASCII letters of the word so far
	runes   int  // characters that are valid UTF-8 of several bytes
	invalid int  // bytes that are no part of such
	carry   []byte
}

// see takes the next bytes; nil ends the text.
func (w *watcher) see(b []byte) {
	w.seeUTF8(b)
	for _, c := range b {
		if w.last >= utf8.RuneSelf && isLetter(w.before) && isLetter(c) {
			w.inside[w.last]++
		}
		if w.last >= utf8.RuneSelf && c >= utf8.RuneSelf {
			w.pairs[w.last-utf8.RuneSelf][c-utf8.RuneSelf]++
		}
		switch {
		case c >= utf8.RuneSelf:
			w.high++
			w.run++
			w.bytes[c]++
			if is1258Mark(c) && is1258Letter(w.last) {
				w.vietnam++
			}
		case isLetter(c):
			w.plain++
		default:
			w.endWord()
		}
		w.before, w.last = w.last, c
	}
	if b == nil {
		w.endWord()
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func (w *watcher) endWord() {
	switch {
	case w.run >= 3 && w.plain == 0:
		w.words++
	case w.run > 0 && w.plain > 0:
		w.mixed++
	}
	w.run, w.plain = 0, 0
}

// seeUTF8 counts what is valid UTF-8 and what is not.
func (w *watcher) seeUTF8(b []byte) {
	last := b == nil
	if len(w.carry) > 0 {
		b = append(w.carry, b...)
	}
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		if !last && len(b) < utf8.UTFMax && !utf8.FullRune(b) {
			break
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			w.invalid++
		} else {
			w.runes++
		}
		b = b[n:]
	}
	w.carry = append([]byte(nil), b...)
}

// is1258Mark tells the tone marks of windows-1258, which follow their letter: grave, hook above, tilde, acute, dot below.
func is1258Mark(c byte) bool {
	switch c {
	case 0xCC, 0xD2, 0xDE, 0xEC, 0xF2:
		return true
	}
	return false
}

// is1258Letter tells the vowels that Vietnamese puts a tone mark on and that are above ASCII: â ê ô ă ơ ư. In windows-1252
// such pairs are "âì" or "õò", which no language writes.
func is1258Letter(c byte) bool {
	switch c {
	case 0xC2, 0xC3, 0xCA, 0xD4, 0xD5, 0xDD, 0xE2, 0xE3, 0xEA, 0xF4, 0xF5, 0xFD:
		return true
	}
	return false
}

// page is a code page with the languages that are written in it: their letters above ASCII, in lower case.
type page struct {
	name      string
	charmap   *charmap.Charmap
	languages []string
}

// western lists the code pages of Latin letters; the first is the one that is taken where nothing speaks against it. It
// also carries Vietnamese in TCVN3, VISCII and VNI, which the bytes of a whole sheet tell apart later.
func western() []page {
	west := []string{"àâæçéèêëîïôœùûüÿ", "äöüßéèà", "áéíñóúüçàò", "ãáàâçéêíóôõúüñ", "àèéìíòóùú", "æøåéèêóòâôüäö", "åäöéèüá", "áðéíóúýþæö", "éëïóèêüöáà", "äõöüšž"}
	return []page{
		{"windows-1252", charmap.Windows1252, west},
		{"windows-1250", charmap.Windows1250, []string{"ąćęłńóśźż", "áčďéěíňóřšťúůýžöüä", "áäčďéíĺľňóôŕšťúýžě", "áéíóöőúüűä", "ăâîșțşţ", "čćđšž", "çë"}},
		{"windows-1254", charmap.Windows1254, []string{"çğıöşüâîûi̇"}},
		{"windows-1257", charmap.Windows1257, []string{"ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"}},
		{"cp850", charmap.CodePage850, west},
		{"cp852", charmap.CodePage852, []string{"ąćęłńóśźż", "áčďéěíňóřšťúůýžöüä", "áéíóöőúüűä"}},
		{"macintosh", charmap.Macintosh, west},
	}
}

// scripts lists the code pages of other letters with the most frequent ones of their languages.
func scripts() []page {
	cyrillic := []string{"оеаинтсрвл", "аоинетсрвл"}
	return []page{
		{"windows-1251", charmap.Windows1251, cyrillic},
		{"KOI8-R", charmap.KOI8R, cyrillic},
		{"cp866", charmap.CodePage866, cyrillic},
		{"iso-8859-5", charmap.ISO8859_5, cyrillic},
		{"windows-1253", charmap.Windows1253, []string{"αοιετσνηυρ"}},
	}
}

// verdict names the encoding, or refuses where several fit and would read different letters.
func (w *watcher) verdict(in sheet.Input) (*encoding, error) {
	if w.words > 2*w.mixed && w.words >= 3 {
		return w.script(in)
	}
	if w.vietnam > 0 && w.vietnam*50 >= w.high {
		return single(charmap.Windows1258, "windows-1258"), nil
	}
	pages := western()
	best, share := 0, w.letters(pages[0])
	for i, p := range pages[1:] {
		if s := w.letters(p); s > share+0.01 {
			best, share = i+1, s
		}
	}
	first := w.letters(pages[0])
	switch {
	case best == 0, share < 0.9 && first > 0.3, share < 0.6: // no other language fits well
		return single(charmap.Windows1252, "windows-1252"), nil
	case share-first < 0.1:
		return nil, w.doubt(in, pages[0].name, pages[best].name)
	}
	for i, p := range pages {
		if i != best && w.letters(p) > share-0.02 && !w.same(p.charmap, pages[best].charmap) {
			return nil, w.doubt(in, pages[best].name, p.name)
		}
	}
	return single(pages[best].charmap, pages[best].name), nil
}

// script tells code pages of other scripts by how often their most frequent letters occur, about two thirds of a text,
// and by capitals, which do not follow small letters.
func (w *watcher) script(in sheet.Input) (*encoding, error) {
	list := scripts()
	best, second := -1, -1
	shares := make([]float64, len(list))
	for i, p := range list {
		shares[i] = w.letters(p) - w.disorder(p.charmap)
		switch {
		case best < 0 || shares[i] > shares[best]:
			best, second = i, best
		case second < 0 || shares[i] > shares[second]:
			second = i
		}
	}
	if shares[best] < 0.45 || shares[best] < shares[second]+0.15 {
		return nil, &fault.Error{
			Kind: fault.Input, File: in.Name, What: "the text is not in Unicode, and its letters do not tell in which encoding it is",
			Remedy: "save it in UTF-8",
		}
	}
	return single(list[best].charmap, list[best].name), nil
}

// disorder gives the share of pairs of bytes in which a capital or a sign follows a small letter.
func (w *watcher) disorder(m *charmap.Charmap) float64 {
	bad, all := 0, 0
	for i := range w.pairs {
		first := m.DecodeByte(byte(i + utf8.RuneSelf))
		for j, n := range w.pairs[i] {
			if n == 0 {
				continue
			}
			all += n
			second := m.DecodeByte(byte(j + utf8.RuneSelf))
			if !unicode.IsLetter(first) || !unicode.IsLetter(second) || unicode.IsLower(first) && unicode.IsUpper(second) {
				bad += n
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(bad) / float64(all)
}

func (w *watcher) doubt(in sheet.Input, a, b string) error {
	return &fault.Error{
		Kind: fault.Input, File: in.Name, What: fmt.Sprintf("the text is not in Unicode, and its letters can be read as %s or as %s", a, b),
		Remedy: "save it in UTF-8",
	}
}

// letters gives the share of the bytes above ASCII that are letters of the language that fits best. Marks that are no
// letters in any of the code pages tell nothing and are left out.
func (w *watcher) letters(p page) float64 {
	best := 0.0
	for _, language := range p.languages {
		hits, all := 0, 0
		for c := 0x80; c < 0x100; c++ {
			n := w.bytes[c]
			if n == 0 {
				continue
			}
			r := unicode.ToLower(p.charmap.DecodeByte(byte(c)))
			if neutral(byte(c)) {
				if n = w.inside[c]; n == 0 || c == 0x92 || c == 0xB7 {
					continue
				}
			}
			all += n
			if strings.ContainsRune(language, r) {
				hits += n
			}
		}
		if all > 0 {
			best = max(best, float64(hits)/float64(all))
		} else {
			best = 1
		}
	}
	return best
}

// neutral tells the marks of windows-1252 that stand beside words: dashes, quotation marks, degrees, squares.
func neutral(c byte) bool {
	switch c {
	case 0x80, 0x82, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0xA0, 0xA7, 0xA9, 0xAB, 0xAE, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB7, 0xBB, 0xBD:
		return true
	}
	return false
}

// same reports whether two code pages read the text alike.
func (w *watcher) same(a, b *charmap.Charmap) bool {
	for c := 0x80; c < 0x100; c++ {
		if w.bytes[c] > 0 && a.DecodeByte(byte(c)) != b.DecodeByte(byte(c)) {
			return false
		}
	}
	return true
}
