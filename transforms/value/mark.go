package value

import (
	"strings"

	"github.com/statloom/statloom/transforms/fold"
)

// Mark tells what a text that stands in the place of a number means: status M (missing) or C (confidential) and why.
func Mark(text string) (status, comment string, ok bool) {
	if len(text) > maxLen {
		return "", "", false
	}
	t := strings.ToLower(trim(text))
	if strings.HasPrefix(t, "#") {
		return errorValue(t)
	}
	switch t {
	case "-", "–", "—", "−", "‐", "‑", "―", "--", "---", "- -":
		return "M", "no phenomenon (-)", true
	case "...", "…", "....", ".....", "......", ". . .", "……": // from three dots on PC-Axis has its office's own meanings
		return "M", "exists but was not collected (...)", true
	case "..", ".", ":", "‥", "n/a", "na", "n.a.", "n.a", "nan", "null", "không có số liệu", "chưa có số liệu":
		return "M", "not available (" + t + ")", true
	case "x", "×", "z":
		return "M", "not applicable (" + t + ")", true
	case "*", "**", "***", "(*)":
		return "M", "replaced by a note (" + t + ")", true
	case "c", "..c", "(c)", "conf", "conf.", "confidential":
		return "C", "confidential", true
	}
	return "", "", false
}

// errorValue knows what spreadsheet programs write for a formula that failed.
func errorValue(t string) (status, comment string, ok bool) {
	switch t {
	case "#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!", "#getting_data", "#error!",
		"#field!", "#blocked!", "#unknown!", "#connect!", "#busy!":
		return "M", "error value " + strings.ToUpper(t), true
	}
	if strings.Trim(t, "#") == "" {
		return "M", "the column was too narrow to show the number (" + t + ")", true
	}
	return "", "", false
}

// longestDitto is more bytes than any of the words for "as above" has.
const longestDitto = 20

// IsDitto reports whether a label repeats the one above it.
func IsDitto(text string) bool {
	t := trim(text)
	if len(t) > longestDitto {
		return false
	}
	switch strings.ToLower(t) {
	case `"`, "″", "''", "”", "“", "’’", "〃", "nt", "-nt-", "- nt -", "như trên", "ditto", "do.":
		return true
	}
	return false
}

// suffix reads the note after a number: flags such as p, e or (r), footnote marks such as (*) or (1).
func suffix(s string) (status, comment, why string) {
	t := trim(s)
	if t == "" {
		return "A", "", ""
	}
	inner, marked := bracketed(t)
	if strings.Trim(inner, "*¹²³⁰⁴⁵⁶⁷⁸⁹") == "" || marked && len(inner) <= 2 && strings.Trim(inner, "0123456789") == "" {
		return "A", "note " + t, ""
	}
	if inner = strings.ToLower(inner); len(inner) <= 3 && strings.Trim(inner, "befpr") == "" {
		return flags(inner)
	}
	if code, rest, ok := Status(t); ok && rest == "" {
		return code, "", ""
	}
	return "", "", "the text after the number is not understood: " + t
}

// flags reads the letters that statistics offices put at numbers.
func flags(letters string) (status, comment, why string) {
	status = "A"
	for _, c := range letters {
		if c == 'r' {
			comment = "revised"
			continue
		}
		status = worse(status, strings.ToUpper(string(c)))
	}
	return status, comment, ""
}

// worse gives the status that a reader must know of first: a break, a forecast, an estimate, a provisional figure.
func worse(a, b string) string {
	const order = "APEFB"
	if strings.Index(order, b) > strings.Index(order, a) {
		return b
	}
	return a
}

// folded is used for tables of words that are compared with folded text.
func folded(words ...string) []string {
	for i, w := range words {
		words[i] = fold.Text(w)
	}
	return words
}
