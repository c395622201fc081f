package layout

import (
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

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

// saysOneOf reports whether a text holds one of some words as a whole word.
func saysOneOf(text string, list []string) bool {
	inWord := func(c byte) bool {
		return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	for _, w := range list {
		for from := 0; ; {
			i := strings.Index(text[from:], w)
			if i < 0 {
				break
			}
			i += from
			end := i + len(w)
			if (i == 0 || !inWord(text[i-1])) && (end == len(text) || !inWord(text[end])) {
				return true
			}
			from = end
		}
	}
	return false
}

// wordsOf reads a label once.
func (a *analysis) wordsOf(label string) words {
	if label == "" {
		return 0
	}
	if w, ok := a.words[label]; ok {
		return w
	}
	var w words
	if len(label) < 400 {
		t := fold.Text(label)
		for _, kind := range [...]words{saysDifference, saysAverage, saysRatio, saysChange} {
			if saysOneOf(t, announcing(kind)) || kind&(saysRatio|saysChange) != 0 && strings.Contains(t, "%") {
				w |= kind
			}
		}
		if totalWords.MatchString(t) {
			w |= saysTotal
		}
	}
	if a.words == nil {
		a.words = make(map[string]words)
	}
	a.words[label] = w
	return w
}

// name tells differences among the sums of two lines: one operand is announced as one, or stands behind both others and
// falls below zero where they do not.
func (s *search) name() {
	for i := range s.found {
		r := &s.found[i]
		if r.kind != Sum || len(r.ops) != 2 || s.hints[r.result].announces(Sum) {
			continue
		}
		for j, p := range r.ops {
			rest := r.ops[1-j]
			said := s.hints[p].announces(Difference) && !s.hints[rest].announces(Difference) && !s.hints[r.result].announces(Difference)
			last := p > r.result && p > rest || s.other && p == rest+1 && p > r.result
			if said || last && s.below(p) && !s.below(rest) && !s.below(r.result) {
				r.kind, r.result, r.ops = Difference, p, []int{r.result, rest}
				break
			}
		}
	}
}

// below reports whether a line has values below zero.
func (s *search) below(r int) bool {
	for p := range s.m {
		if s.at(r, p) < 0 {
			return true
		}
	}
	return false
}
