package delim

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/statloom/statloom/pipeline/fault"
)

// Sentences in several languages, as tables of their offices have them.
const (
	polish    = "Województwo;Ludność ogółem\nŁódzkie;Źródło: główny urząd\nŚląskie;część miast są większe\nMałopolskie;powierzchnia żyzna\n"
	czech     = "Kraj;Počet obyvatel\nStředočeský;příjmy domácností rostly rychleji než výdaje\nVysočina;průměrná měsíční mzda\nPlzeňský;ubytovaní hosté\n"
	hungarian = "Megye;Népesség\nGyőr-Moson-Sopron;termelői árak\nFejér;külső kereskedelmi forgalom értéke\nHeves;szűk keresztmetszetű időszak\n"
	russian   = "Область;Население\nМосковская;численность населения на начало года\nТульская;индекс промышленного производства\nКурская;средняя заработная плата\n"
	greek     = "Περιφέρεια;Πληθυσμός\nΚρήτη;απογραφή πληθυσμού και κατοικιών\nΉπειρος;μεταποίηση και βιομηχανία\nΘεσσαλία;γεωργική παραγωγή\n"
	turkish   = "İl;Nüfus\nMuğla;işgücü göstergeleri çeyrek yıllık\nDiyarbakır;sanayi üretim değişim oranı\nIğdır;toplam yatırım tutarı\n"
	german    = "Land;Bevölkerung\nThüringen;Beschäftigte im verarbeitenden Gewerbe\nBaden-Württemberg;Umsätze je Beschäftigten\nSüd;größere Städte\n"
	french    = "Région;Population\nÎle-de-France;part des ménages à l’échelle départementale\nRhône;emploi salarié, sous-traitance\nCôte;évolution annuelle\n"
	danish    = "Område;Befolkning\nKøbenhavn;beskæftigede fordelt på brancher\nSønderjylland;årlig ændring\nÆrø;bygge- og anlægsvirksomhed\n"
)

func TestEncodings(t *testing.T) {
	type encoder interface{ String(string) (string, error) }
	for _, c := range []struct {
		name, text string
		enc        encoder
	}{
		{"UTF-16LE", polish, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()},
		{"UTF-16BE", "Tỉnh;Dân số\nCần Thơ;1 200\nHà Nội;8 500\n", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()},
		{"UTF-32LE", german, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder()},
		{"UTF-32BE", german, utf32.UTF32(utf32.BigEndian, utf32.UseBOM).NewEncoder()},
		{"windows-1252", german, charmap.Windows1252.NewEncoder()},
		{"windows-1252", french, charmap.Windows1252.NewEncoder()},
		{"windows-1252", danish, charmap.Windows1252.NewEncoder()},
		{"windows-1250", polish, charmap.Windows1250.NewEncoder()},
		{"windows-1250", czech, charmap.Windows1250.NewEncoder()},
		{"windows-1250", hungarian, charmap.Windows1250.NewEncoder()},
		{"windows-1251", russian, charmap.Windows1251.NewEncoder()},
		{"KOI8-R", russian, charmap.KOI8R.NewEncoder()},
		{"cp866", russian, charmap.CodePage866.NewEncoder()},
		{"iso-8859-5", russian, charmap.ISO8859_5.NewEncoder()},
		{"windows-1253", greek, charmap.Windows1253.NewEncoder()},
		{"windows-1254", turkish, charmap.Windows1254.NewEncoder()},
		{"cp850", german, charmap.CodePage850.NewEncoder()},
		{"cp850", strings.ReplaceAll(french, "’", "'"), charmap.CodePage850.NewEncoder()},
		{"cp852", polish, charmap.CodePage852.NewEncoder()},
		{"macintosh", french, charmap.Macintosh.NewEncoder()},
	} {
		format, got, err := dump(t, encode(t, c.text, c.enc))
		want := strings.ReplaceAll(c.text, ";", " | ")
		if err != nil || format != "csv (semicolon, "+c.name+")" || got != want {
			t.Errorf("%s %.20s: %s, %v, %s", c.name, c.text, format, err, got)
		}
	}
}

// TestOldVietnamese hands texts in TCVN3 out as windows-1252: the sheet as a whole tells later what they are.
func TestOldVietnamese(t *testing.T) {
	const raw = "T\xd8nh;D\xa9n s\xe8\nC\xa6n Th\xac;S\xb6n l\xad\xeeng \xae\xb9t 5 tr\x8f\nH\xb5 N\xe9i;xu\xcat kh\xc8u h\xb5ng ho\xb8\n"
	format, _, err := dump(t, raw)
	if err != nil || format != "csv (semicolon, windows-1252)" {
		t.Errorf("%s, %v", format, err)
	}
}

func TestRefuseEncodings(t *testing.T) {
	long := strings.Repeat("Tỉnh,Dân số\n", 50)
	for text, want := range map[string]string{
		long + "Cần Th\xc6,1\n" + long: "the text is UTF-8 that is damaged at byte 858, in line 51",
		"\ufeffa,b\n\xff,1\n":          "the text is UTF-8 that is damaged at byte 7, in line 2",
		long + "\xe1\xba":              "damaged at byte 850",
		"\xc0\xc1\xc2\xc3\xc4;\xc5\xc6\xc7\xc8\n\xd8\xd9\xda\xdb;1\n": "its letters do not tell in which encoding it is",
		"\xff\xfea\x00,\x00b": "UTF-16LE with half a character at its end",
	} {
		_, _, err := dump(t, text)
		if fault.KindOf(err) != fault.Input || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
}
