package layout

import "strings"

// words says which kinds of arithmetic a label announces.
type words uint8

const (
	saysTotal words = 1 << iota
	saysDifference
	saysAverage
	saysRatio
	saysChange
)

// announces reports whether a label makes a relation of a kind more likely.
func (w words) announces(k IdentityKind) bool {
	switch k {
	case Sum:
		return w&saysTotal != 0
	case Difference:
		return w&saysDifference != 0
	case Average:
		return w&saysAverage != 0
	case Ratio:
		return w&saysRatio != 0
	}
	return w&saysChange != 0
}

// announcing gives the words that announce a kind of arithmetic.
func announcing(w words) []string {
	switch w {
	case saysDifference:
		return []string{"balance", "difference", "net", "surplus", "deficit", "change", "changes", "gain", "loss", "profit", "increase", "decrease", "less",
			"remaining", "chênh lệch", "cân đối", "còn lại", "tăng", "giảm", "tăng/giảm", "số dư", "lãi", "lỗ", "xuất siêu", "nhập siêu", "bội chi", "bội thu"}
	case saysAverage:
		return []string{"average", "averages", "mean", "avg", "bình quân", "trung bình"}
	case saysRatio:
		return []string{"per", "percent", "percentage", "pct", "rate", "rating", "ratio", "share", "proportion", "structure", "index", "distribution", "cơ cấu",
			"tỷ trọng", "tỉ trọng", "tỷ lệ", "tỉ lệ", "tỷ suất", "so với", "so sánh", "chỉ số", "chiếm", "năng suất", "bình quân", "suất"}
	case saysChange:
		return []string{"change", "changes", "growth", "increase", "decrease", "percent", "variation", "tăng", "giảm", "tốc độ", "so với", "tăng trưởng"}
	}
	return nil
}

// announcement is a word that announces kinds of arithmetic.
type announcement struct {
	word string
	says words
}

// announcements are all of them by their first byte.
var announcements = func() (table [256][]announcement) {
	for _, kind := range [...]words{saysDifference, saysAverage, saysRatio, saysChange} {
		for _, w := range announcing(kind) {
			table[w[0]] = append(table[w[0]], announcement{w, kind})
		}
	}
	return table
}()

// inWord reports whether a byte is one of a plain word, which a word does not end before.
func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// announced finds the words of a folded text that announce arithmetic.
func announced(t string) (w words) {
	for i := range len(t) {
		if i > 0 && inWord(t[i-1]) {
			continue
		}
		for _, a := range announcements[t[i]] {
			if end := i + len(a.word); w&a.says == 0 && strings.HasPrefix(t[i:], a.word) && (end == len(t) || !inWord(t[end])) {
				w |= a.says
			}
		}
	}
	if strings.IndexByte(t, '%') >= 0 {
		w |= saysRatio | saysChange
	}
	if saysTotalWord(t) {
		w |= saysTotal
	}
	return w
}

// totalWords are the words that announce a total, folded.
var totalWords = [...]string{"tổng", "cộng", "toàn ngành", "cả nước", "chung", "total", "totals", "sum", "all", "overall", "average", "mean", "subtotal"}

// saysTotalWord reports whether one of them stands in a folded text by itself.
func saysTotalWord(t string) bool {
	for i := range len(t) {
		if i > 0 && strings.IndexByte(" \t\n\f\r-(/.,|", t[i-1]) < 0 && !strings.HasSuffix(t[:i], "–") {
			continue
		}
		switch t[i] {
		case 't', 'c', 's', 'a', 'o', 'm':
		default:
			continue
		}
		for _, w := range totalWords {
			rest, ok := strings.CutPrefix(t[i:], w)
			if ok && (rest == "" || strings.IndexByte(" \t\n\f\r-)/.,:|;(\\*0123456789", rest[0]) >= 0 || strings.HasPrefix(rest, "–")) {
				return true
			}
		}
	}
	return false
}
