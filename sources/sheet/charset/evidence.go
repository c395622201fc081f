package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Doubt says what would have to be known of its surroundings to decide on a text whose font tells nothing.
type Doubt uint8

const (
	Clear   Doubt = iota // nothing: the text is decided
	IfPure               // whether all of the sheet is in an old encoding
	IfMixed              // whether any of the sheet is
)

// survey is what the words of a text say for and against one encoding.
type survey struct {
	gained, strong, lost, either, odd, foreign int
	encoding                                   Encoding
	letters                                    int // of the words gained
}

// surveyed looks at a text as one of the encoding. Without a strong word in it nothing can outweigh a word against the
// encoding, so the look ends at the first.
func surveyed(text string, e Encoding) survey {
	s := survey{encoding: e}
	thorough := hasStrong(text, e)
	seen := ""
	readAs(text, e).words(func(w word) bool {
		stands := text[w.from:w.to]
		switch w.verdict {
		case plain:
			if isForeign(stands) {
				s.foreign++
			}
		case foreign:
			s.foreign++
		case lost:
			s.lost++
		case gained:
			if w.read == seen || !hasASCIILetter(stands) {
				s.either++
				break
			}
			seen = w.read
			s.gained++
			s.letters += utf8.RuneCountInString(w.read)
			if isStrong(stands, e) {
				s.strong++
			}
		case either:
			s.either++
		case odd:
			if hasASCIILetter(stands) {
				s.odd++
			}
		}
		return thorough || s.speaks()
	})
	return s
}

// readAs reads a text as one of the encoding.
func readAs(text string, e Encoding) reader {
	return reader{text: text, font: Font{Encoding: e}, bytes: byte1252}
}

// speaks reports whether the survey holds nothing against the encoding.
func (s *survey) speaks() bool { return s.lost == 0 && s.foreign == 0 }

// leads reports whether the words that only decoding makes Vietnamese, one of them strong, outweigh those of other languages.
func (s *survey) leads() bool { return s.lost == 0 && s.strong > 0 && s.gained > s.foreign }

// certain reports whether the words alone settle it: two at least that only decoding makes Vietnamese, one of them written
// as no other language writes, and next to none against it.
func (s *survey) certain() bool {
	return s.lost == 0 && s.gained >= 2 && s.letters >= 5 && s.strong >= 1 && s.strong >= 3*s.foreign
}

// turn decodes a text that is known to be in the encoding of the survey, abbreviations and foreign names too.
func (s *survey) turn(text string) string {
	words, _ := judged(readAs(text, s.encoding))
	return Compose(rewrite(text, words, func(w word) bool { return w.verdict != lost && w.verdict != plain }))
}

// Guess decides on a text whose font tells nothing by the text alone. Where that is not enough the text comes back
// composed but otherwise as it stands, with the doubt.
func Guess(text string) (string, Doubt) {
	if !SingleByte(text) {
		return Compose(text), Clear
	}
	if repaired, ok := FromUTF8(text); ok {
		return repaired, Clear
	}
	var best survey
	doubt := Clear
	for e := TCVN3; e < encodings; e++ {
		s := surveyed(text, e)
		switch {
		case s.certain() && s.gained > best.gained:
			best = s
		case s.leads(), s.speaks() && s.gained > 0:
			doubt = IfMixed
		case !s.speaks():
		case s.either+s.odd > 0:
			doubt = max(doubt, IfPure)
		}
	}
	if best.gained > 0 {
		return best.turn(text), Clear
	}
	return Compose(text), doubt
}

// Tally gathers what the texts of a sheet, in fonts that tell nothing, say about its encoding.
type Tally struct {
	unicode bool // some text was Unicode from the start
	codes   [encodings]struct {
		strong         map[string]bool // distinct words
		texts, against int
		contradicted   bool // a text is Vietnamese only as it stands
	}
}

// Unicode reports whether a text was seen that no old encoding can hold.
func (t *Tally) Unicode() bool { return t.unicode }

// enough is how many different words, each written as no other language writes, show that a sheet has an encoding.
const enough = 3

// Add takes a text, not of ASCII alone, into account.
func (t *Tally) Add(text string) {
	if !SingleByte(text) {
		t.unicode = t.unicode || IsVietnamese(text)
		return
	}
	if _, ok := FromUTF8(text); ok {
		return
	}
	for e := TCVN3; e < encodings; e++ {
		c, s := &t.codes[e], surveyed(text, e)
		switch {
		case s.lost > 0:
			c.contradicted = true
		case s.foreign > 0:
			c.against++
		case s.gained > 0:
			c.texts++
		}
		if s.strong == 0 || !s.speaks() || len(c.strong) >= enough {
			continue
		}
		readAs(text, e).words(func(w word) bool {
			if w.verdict == gained && isStrong(text[w.from:w.to], e) {
				if c.strong == nil {
					c.strong = map[string]bool{}
				}
				c.strong[strings.ToLower(w.read)] = true
			}
			return true
		})
	}
}

// Lean is what a Tally comes to: an encoding that is in use on the sheet beside Unicode, or alone.
type Lean struct {
	Encoding Encoding
	Pure     bool // nothing on the sheet is known to be Unicode
}

// Lean draws the sum.
func (t *Tally) Lean() Lean {
	var lean Lean
	texts := 0
	for e := TCVN3; e < encodings; e++ {
		c := &t.codes[e]
		if len(c.strong) >= enough && c.texts > texts && c.against*4 <= c.texts {
			texts = c.texts
			lean = Lean{e, !t.unicode && !c.contradicted}
		}
	}
	return lean
}

// Decode decides on a text, which Guess was in doubt about, in the light of its sheet.
func (l Lean) Decode(text string) string {
	if l.Encoding == Unknown {
		return Compose(text)
	}
	s := surveyed(text, l.Encoding)
	if s.leads() || s.speaks() && (s.gained > 0 || l.Pure && s.either+s.odd > 0) {
		return s.turn(text)
	}
	return Compose(text)
}

// IsVietnamese reports whether a word of the text is a syllable with a letter that only Vietnamese has.
func IsVietnamese(text string) bool {
	found := false
	reader{text: text}.words(func(w word) bool {
		stands := text[w.from:w.to]
		found = !SingleByte(stands) && isSyllable(Compose(stands))
		return !found
	})
	return found
}

func hasASCIILetter(word string) bool { return strings.ContainsFunc(word, isASCIILetter) }

// isForeign reports whether an ASCII word is of another language. Abbreviations in capitals and units (kg, km) are of
// none.
func isForeign(word string) bool {
	return ASCII(word) && strings.ContainsAny(word, "aeiouy") && !isSyllable(word)
}

// isStrong reports whether a word has what no language writes.
func isStrong(word string, e Encoding) bool {
	return hasStrong(word, e) && hasASCIILetter(word)
}

// hasStrong reports whether a text has what no language writes within a word: a sign beside a letter (Th¸ng); in VNI a vowel
// with the marks of another, or a horned one with a mark after it (Toång, nöôùc); in windows-1258 a mark after a vowel that
// has one (tiêìng).
func hasStrong(text string, e Encoding) bool {
	before := rune(0)
	for _, r := range text {
		if r < utf8.RuneSelf && before < utf8.RuneSelf {
			before = r
			continue
		}
		switch e {
		case TCVN3, VISCII:
			if isSign(r) && isASCIILetter(before) || isSign(before) && isASCIILetter(r) {
				return true
			}
		case VNI:
			mark := unicode.ToLower(r)
			if strings.ContainsRune("eEoO", before) && strings.ContainsRune("âáàåãä", mark) ||
				strings.ContainsRune("ôöÔÖ", before) && strings.ContainsRune("ùøûõï", mark) {
				return true
			}
		case Windows1258:
			if strings.ContainsRune("âêôãõýÂÊÔÃÕÝ", before) && strings.ContainsRune("ìòþÌÒÞ", r) {
				return true
			}
		}
		before = r
	}
	return false
}
