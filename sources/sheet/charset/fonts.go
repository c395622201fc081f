package charset

import "strings"

// Font is what a font's name tells about the text written in it.
type Font struct {
	Encoding Encoding
	Capitals bool // the font shows all letters as capitals
}

// FontOf reads a font's name: .VnTime and .VnArialH, VNI-Times, VI Times, and the like.
func FontOf(name string) Font {
	name = strings.TrimLeft(strings.TrimSpace(name), "@")
	if len(name) < 3 {
		return Font{}
	}
	folded := strings.ToLower(name)
	switch {
	case strings.HasPrefix(folded, "vni"):
		return Font{Encoding: VNI}
	case strings.HasPrefix(folded, ".vn"), isDotless(name):
		return Font{TCVN3, strings.HasSuffix(name, "H") || name == folded && strings.HasSuffix(name, "h")}
	case strings.HasPrefix(folded, "vi ") || isVISCII(folded):
		base := strings.TrimRight(name, " .0123456789")
		return Font{VISCII, strings.HasSuffix(base, "H") || strings.HasSuffix(base, " Hoa")}
	}
	return Font{}
}

// isDotless tells the ABC fonts whose dot was lost on the way: VnTime, VnArialH, vntime. Names that begin with VN in
// capitals (VNtimes new roman) are fonts of other makers with other bytes.
func isDotless(name string) bool {
	if strings.HasPrefix(name, "Vn") {
		c := name[2]
		return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	rest, ok := strings.CutPrefix(name, "vn")
	if !ok {
		return false
	}
	switch strings.TrimSuffix(rest, "h") {
	case "time", "arial", "arial narrow", "avant", "helvetins", "century schoolbook", "courier", "book-antiqua":
		return true
	}
	return false
}

// isVISCII tells the fonts that came with VISCII beside those whose name begins with VI.
func isVISCII(folded string) bool {
	for _, font := range [...]string{"heo may", "heomay", "hoangyen", "minhquân", "minhquan", "phuongthao", "thahuong", "uhoài", "uhoai"} {
		if strings.HasPrefix(folded, font) {
			return true
		}
	}
	return false
}
