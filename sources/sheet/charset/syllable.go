package charset

import (
	"bytes"
	"strings"
	"unicode"
)

// Vietnamese writes each syllable between blanks, and few of the possible strings of letters are syllables. That is the
// evidence by which an encoding is told: read in the wrong one, hardly a word is left.

// tone is the mark a syllable carries.
type tone uint8

const (
	level tone = iota
	grave
	acute
	hook
	tilde
	dot
)

// letter is a small letter without its tone, in one byte: ASCII, or a capital for those that ASCII has not. 0 is no letter of
// Vietnamese.
type letter byte

// special are the letters that ASCII has not, and what stands for them.
var special = strings.NewReplacer("ă", "A", "â", "B", "đ", "D", "ê", "E", "ô", "O", "ơ", "P", "ư", "U")

const specialVowels = "ABEOPU"

type sound struct {
	letter letter
	tone   tone
}

// sounds has the small letters of Vietnamese up to U+01FF and, from index 0x200, those from U+1E00.
var sounds = soundTable("aàáảãạ ăằắẳẵặ âầấẩẫậ eèéẻẽẹ êềếểễệ iìíỉĩị oòóỏõọ ôồốổỗộ ơờớởỡợ uùúủũụ ưừứửữự yỳýỷỹỵ b c d đ g h k l m n p q r s t v x")

func soundTable(list string) (t [0x300]sound) {
	for _, forms := range strings.Fields(list) {
		base := letter(special.Replace(string([]rune(forms)[:1]))[0])
		for i, r := range []rune(forms) {
			t[soundIndex(r)] = sound{base, tone(i)}
		}
	}
	return t
}

func soundIndex(r rune) int {
	switch {
	case r >= 0 && r < 0x200:
		return int(r)
	case r >= 0x1E00 && r < 0x1F00:
		return int(r) - 0x1E00 + 0x200
	}
	return 0
}

// onsets are the consonants a syllable begins with, by the first of them, longest first.
var onsets = byFirst(fields("ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n r s t v x"))

// rhymes are what may follow, without tones.
var rhymes = set(`
	a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
	e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
	i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
	o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
	ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
	u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uêt uơ uy uya uych uyn uynh uyp uyt uyu uyên uyêt
	uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
	y ych yên yêm yêng yêt yêu yn ynh yp yt`)

func fields(list string) [][]byte { return bytes.Fields([]byte(special.Replace(list))) }

func byFirst(list [][]byte) (t [1 << 8][][]byte) {
	for _, w := range list {
		t[w[0]] = append(t[w[0]], w)
	}
	return t
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range fields(list) {
		m[string(w)] = true
	}
	return m
}

// longest is the number of letters of the longest syllable: nghiêng.
const longest = 7

// isSyllable reports whether a word of composed letters, in any case, is a Vietnamese syllable with its tone mark in the
// right place. A word without any mark may lack its tone, as names often do.
func isSyllable(word string) bool {
	if len(word) > 3*longest {
		return false
	}
	var buf [longest]byte
	n, mark, at, ascii, small := 0, level, -1, true, false
	for _, r := range word {
		if n == longest {
			return false
		}
		lower := unicode.ToLower(r)
		if lower != r && small { // a capital after a small letter
			return false
		}
		small = small || lower == r
		ascii = ascii && r < 0x80
		s := sounds[soundIndex(lower)]
		if s.letter == 0 || s.tone != level && mark != level {
			return false
		}
		if s.tone != level {
			mark, at = s.tone, n
		}
		buf[n] = byte(s.letter)
		n++
	}
	text := buf[:n]
	if n == 0 {
		return false
	}
	for _, onset := range onsets[text[0]] {
		if !bytes.HasPrefix(text, onset) {
			continue
		}
		rest := text[len(onset):]
		if rhymes[string(rest)] && spells(string(onset), rest[0]) && carries(rest, mark, at-len(onset), ascii) {
			return true
		}
	}
	return rhymes[string(text)] && carries(text, mark, at, ascii)
}

// spells reports whether the onset is the one that is written before a rhyme of this first letter.
func spells(onset string, first byte) bool {
	front := first == 'e' || first == 'E' || first == 'i' || first == 'y'
	switch onset {
	case "k", "gh", "ngh":
		return front
	case "c", "ng":
		return !front
	case "g":
		return !front || first == 'i'
	case "h", "l", "m", "s", "t", "v", "qu":
		return true
	}
	return first != 'y'
}

// carries reports whether a rhyme can have a tone, and has its mark on the right letter (by index; negative is the
// onset). For oa, oe and uy both the old place and the new one are right.
func carries(rhyme []byte, mark tone, at int, ascii bool) bool {
	last := rhyme[len(rhyme)-1]
	stopped := last == 'c' || last == 'p' || last == 't' || last == 'k' || bytes.HasSuffix(rhyme, []byte("ch"))
	if stopped && !ascii && mark != acute && mark != dot {
		return false
	}
	if mark == level {
		return true
	}
	if i := bytes.LastIndexAny(rhyme, specialVowels); i >= 0 {
		return at == i
	}
	nucleus := 0
	for _, c := range rhyme {
		if strings.IndexByte("aeiouy", c) >= 0 {
			nucleus++
		}
	}
	switch open := nucleus == len(rhyme); {
	case nucleus == 1:
		return at == 0
	case nucleus == 3 || !open:
		return at == 1
	case string(rhyme) == "oa" || string(rhyme) == "oe" || string(rhyme) == "uy":
		return at == 0 || at == 1
	}
	return at == 0
}
